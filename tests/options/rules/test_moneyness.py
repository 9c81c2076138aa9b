from decimal import Decimal

import pytest

from options.choices import Right
from options.rules.moneyness import exercise_value, intrinsic_value, is_in_the_money, time_value

STANDARD = (100, 100, Decimal(0))
REVERSE_SPLIT = (100, 12, Decimal("57.13"))  # 12 shares and cash for half a share
STOCK_DIVIDEND = (100, 150, Decimal(0))


@pytest.mark.parametrize(
    ("right", "terms", "strike", "price", "is_in"),
    [
        (Right.CALL, STANDARD, "6.5", "6.51", True),
        (Right.CALL, STANDARD, "6.5", "6.5099", False),
        (Right.CALL, STANDARD, "6.5", "6.50", False),
        (Right.PUT, STANDARD, "6.5", "6.49", True),
        (Right.PUT, STANDARD, "6.5", "6.4901", False),
        (Right.PUT, STANDARD, "6.5", "6.50", False),
        (Right.CALL, STOCK_DIVIDEND, "30", "20", False),  # 150 x 20 = 100 x 30
        (Right.CALL, STOCK_DIVIDEND, "30", "20.01", True),  # 3001.50: a dollar fifty in
        (Right.PUT, STOCK_DIVIDEND, "30", "20.01", False),
        (Right.CALL, REVERSE_SPLIT, "10", "78.65", False),  # 12 x 78.65 + 57.13 = 1000.93: not a cent a share
        (Right.CALL, REVERSE_SPLIT, "10", "78.66", True),
        (Right.PUT, REVERSE_SPLIT, "10", "78.00", True),
    ],
)
def test_the_whole_deliverable_is_compared_with_the_whole_strike(right, terms, strike, price, is_in):
    multiplier, deliverable, cash = terms

    assert is_in_the_money(right, Decimal(strike), multiplier, deliverable, cash, Decimal(price)) is is_in


def test_a_call_and_a_put_of_the_same_terms_are_never_both_in_the_money():
    for cents in range(1, 3000):
        price = Decimal(cents) / 100
        for multiplier, deliverable, cash in (STANDARD, STOCK_DIVIDEND, REVERSE_SPLIT):
            call, put = (exercise_value(right, Decimal("6.5"), multiplier, deliverable, cash, price) for right in Right)
            assert call == -put


def test_intrinsic_value_is_never_below_zero_and_time_is_what_the_bid_pays_beyond_it():
    intrinsic = intrinsic_value(Right.CALL, Decimal("6.5"), 100, 100, Decimal(0), Decimal("6.81"))

    assert intrinsic == 31
    assert intrinsic_value(Right.PUT, Decimal("6.5"), 100, 100, Decimal(0), Decimal("6.81")) == 0
    assert time_value(intrinsic, Decimal("0.50"), 100) == 19
    assert time_value(intrinsic, Decimal("0.30"), 100) == 0
