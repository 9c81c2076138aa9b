"""What can become of an order: most to lose and to gain, breakeven, and the corners of the payoff."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.choices import Strategy
from tests.trading.rules.terms import CALL, PUT, SHARES, ticket
from trading.rules.outcomes import Order, outcome_of


def outcome(strategy, side, price, *, instrument=CALL, quantity="1", fees="0", cost=None):
    each = Decimal(cost) if cost is not None else None
    return outcome_of(Order(ticket(side, quantity), instrument, Decimal(price), Decimal(fees), each), strategy)


def line(found):
    return [(str(point.price.normalize()), str(point.profit.normalize())) for point in found.payoff]


def test_a_long_call_loses_its_premium_and_gains_without_bound():
    found = outcome(Strategy.LONG_CALL, "buy", "5.00", quantity="2", fees="0.06")

    assert (found.max_loss, found.max_gain, found.breakeven) == (Decimal("1000.06"), None, Decimal("55.0003"))
    assert found.if_assigned == (
        "If you exercise, you will own 200 shares of AAPL and pay $10,000.00. Nobody can assign you."
    )
    assert [point.profit for point in found.payoff] == [Decimal("-1000.06"), Decimal("-1000.06"), 0, Decimal("5500.03")]


def test_a_long_put_gains_at_most_the_strike_less_its_premium():
    found = outcome(Strategy.LONG_PUT, "buy", "7.00", instrument=PUT)

    assert (found.max_loss, found.max_gain, found.breakeven) == (700, 20_300, 203)
    assert line(found) == [("0", "2.03E+4"), ("203", "0"), ("2.1E+2", "-7E+2"), ("315", "-7E+2")]
    assert found.if_assigned.startswith("If you exercise, you will deliver 100 shares of AAPL and receive $21,000.00.")


def test_the_overviews_written_put_may_cost_its_strike_less_the_premium():
    found = outcome(Strategy.CASH_SECURED_PUT, "sell", "6.90", instrument=PUT, fees="0.05")

    assert (found.max_loss, found.max_gain) == (Decimal("20310.05"), Decimal("689.95"))
    assert found.breakeven == Decimal("203.1005")
    assert found.if_assigned == "If assigned, you will own 100 shares of AAPL and pay $21,000.00."


def test_a_covered_call_counts_what_the_shares_cost():
    found = outcome(Strategy.COVERED_CALL, "sell", "2.00", cost="45")

    assert (found.max_loss, found.max_gain, found.breakeven) == (4300, 700, 43)
    assert line(found) == [("0", "-4.3E+3"), ("43", "0"), ("5E+1", "7E+2"), ("75", "7E+2")]
    assert found.if_assigned == "If assigned, you will deliver 100 shares of AAPL and receive $5,000.00."


def test_without_the_cost_of_the_shares_nothing_is_made_up():
    found = outcome(Strategy.COVERED_CALL, "sell", "2.00")

    assert (found.max_loss, found.max_gain, found.breakeven, found.payoff) == (None, None, None, ())
    assert found.if_assigned


@pytest.mark.parametrize(
    ("side", "cost", "price", "loss", "gain"),
    [
        ("sell", "605", "6.50", 0, 45),
        ("sell", "605", "5.30", 75, 0),
        ("buy", "-690", "7.00", 10, 0),
        ("buy", "-690", "1.00", 0, 590),
    ],
)
def test_closing_realizes_what_it_realizes_whatever_comes(side, cost, price, loss, gain):
    found = outcome(Strategy.CLOSING, side, price, cost=cost)

    assert (found.max_loss, found.max_gain, found.breakeven, found.payoff) == (loss, gain, None, ())
    assert "nothing is left to assign" in found.if_assigned


def test_shares_lose_what_they_cost_and_break_even_at_their_price_with_the_fees():
    found = outcome(Strategy.LONG_SHARES, "buy", "10", instrument=SHARES, quantity="7", fees="0.01")

    assert (found.max_loss, found.max_gain, found.if_assigned) == (Decimal("70.01"), None, "")
    assert found.breakeven == Decimal("10.0014")


OPENING = [
    (Strategy.LONG_CALL, "buy", CALL),
    (Strategy.LONG_PUT, "buy", PUT),
    (Strategy.CASH_SECURED_PUT, "sell", PUT),
    (Strategy.COVERED_CALL, "sell", CALL),
    (Strategy.LONG_SHARES, "buy", SHARES),
]


@given(case=st.sampled_from(OPENING), cents=st.integers(1, 30_000), quantity=st.integers(1, 500))
def test_the_payoff_stays_between_the_most_to_lose_and_to_gain(case, cents, quantity):
    strategy, side, instrument = case
    found = outcome(strategy, side, f"{cents / 100:.2f}", instrument=instrument, quantity=str(quantity), cost="40")
    profits = [point.profit for point in found.payoff]

    assert [point.price for point in found.payoff] == sorted({point.price for point in found.payoff})
    assert min(profits) >= -found.max_loss
    assert found.max_gain is None or max(profits) <= max(found.max_gain, 0)
    if found.breakeven is not None:
        at = next(point.profit for point in found.payoff if point.price == found.breakeven)
        assert abs(at) <= Decimal("0.0001") * 100 * quantity
