import pytest

from options.choices import TickClass
from options.rules.tick_classes import in_penny_program, tick_class_for, tick_class_of


@pytest.mark.parametrize(
    ("symbol", "tick_class"),
    [
        ("SPY", TickClass.PENNY_THROUGHOUT),
        ("QQQ", TickClass.PENNY_THROUGHOUT),
        ("IWM", TickClass.PENNY_THROUGHOUT),
        ("AAPL", TickClass.PENNY),
        ("QS", TickClass.PENNY),
        ("ZZZZ", TickClass.STANDARD),
    ],
)
def test_a_class_nobody_named_is_not_in_the_penny_program(symbol, tick_class):
    assert tick_class_of(symbol) is tick_class


@pytest.mark.parametrize(
    ("symbol", "ppind", "tick_class"),
    [
        ("ZZZZ", True, TickClass.PENNY),
        ("ZZZZ", None, TickClass.STANDARD),
        ("ZZZZ", False, TickClass.STANDARD),
        ("SPY", True, TickClass.PENNY_THROUGHOUT),
        ("AAPL", False, TickClass.STANDARD),
    ],
)
def test_a_file_may_say_who_is_in_the_penny_program(symbol, ppind, tick_class):
    assert tick_class_for(symbol, ppind) is tick_class


def test_only_the_standard_class_is_outside_the_penny_program():
    assert [name for name in TickClass if not in_penny_program(name)] == [TickClass.STANDARD]
