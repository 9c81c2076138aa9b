"""What positions cost, and that nothing is lost on the way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.rules.costs import Stake, after_trade

NOTHING = Stake(Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("stake", "quantity", "amount", "expected"),
    [
        (NOTHING, 2, "1210", (2, "1210")),
        ((2, "1210"), 1, "590", (3, "1800")),
        ((3, "1800"), -1, "700", (2, "1200")),
        ((2, "1200"), -2, "1300", (0, "0")),
        (NOTHING, -1, "690", (-1, "-690")),
        ((-2, "-1380"), 1, "500", (-1, "-690")),
        ((1, "100"), -3, "330", (-2, "-220")),
        ((3, "1000.00"), -1, "400", (2, "666.67")),
    ],
)
def test_cost_follows_the_position(stake, quantity, amount, expected):
    before = stake if isinstance(stake, Stake) else Stake(Decimal(stake[0]), Decimal(stake[1]))

    after = after_trade(before, Decimal(quantity), Decimal(amount))

    assert after == Stake(Decimal(expected[0]), Decimal(expected[1]))


@given(st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.integers(0, 1_000_000)), max_size=30))
def test_a_flat_position_costs_nothing_and_cost_has_the_sign_of_the_position(trades):
    stake = NOTHING
    for quantity, cents in trades:
        stake = after_trade(stake, Decimal(quantity), Decimal(cents) / 100)

        assert stake.quantity != 0 or stake.cost_amount == 0
        assert stake.cost_amount * stake.quantity >= 0
