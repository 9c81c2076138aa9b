"""Buying power: what each kind of order needs to the cent, what there is, and fees as the second condition."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.errors import BrokerageError
from brokerage.money import cents_up
from options.choices import Right, Strategy
from options.errors import InsufficientOptionsBuyingPower, UncoveredCall, UnsecuredPut
from tests.trading.rules.terms import CALL, PUT, RATES, SHARE, SHARES, USD, holdings, ticket
from trading.errors import InsufficientBuyingPower, InsufficientForFees
from trading.rules.buying_power import buying_power_after, buying_power_of, need_of, require_need
from trading.rules.fees import total
from trading.rules.holdings import Line
from trading.rules.remedies import remedy_for

CASES = {
    "long call": (ticket("buy", "2"), CALL, Strategy.LONG_CALL),
    "written put": (ticket("sell", "3"), PUT, Strategy.CASH_SECURED_PUT),
    "covered call": (ticket("sell", "2"), CALL, Strategy.COVERED_CALL),
    "shares": (ticket("buy", "7"), SHARES, Strategy.LONG_SHARES),
    "sale": (ticket("sell", "2"), CALL, Strategy.CLOSING),
    "buying back": (ticket("buy", "2"), PUT, Strategy.CLOSING),
}


def need(case, price="6.90", rates=()):
    asked, instrument, strategy = CASES[case]
    return need_of(asked, instrument, strategy, Decimal(price), usd_id=USD, rates=rates, exchange="CBOE")


@pytest.mark.parametrize(
    ("case", "required", "unit", "per_unit"),
    [
        ("long call", "1380", "USD", "690"),
        ("written put", "60930", "USD", "20310"),
        ("covered call", "200", "AAPL", "100"),
        ("shares", "48.30", "USD", "6.90"),
        ("sale", "2", "AAPL240126C00050000", "1"),
        ("buying back", "1380", "USD", "690"),
    ],
)
def test_an_order_needs_what_the_overview_says(case, required, unit, per_unit):
    found = need(case)

    assert (found.required, found.quantity) == (Decimal(required), Decimal(required))
    assert (found.unit, found.per_unit) == (unit, Decimal(per_unit))


def test_an_order_that_holds_dollars_holds_its_fees_and_the_published_figure_leaves_them_out():
    found = need("long call", rates=RATES)

    assert (found.required, total(found.fees)) == (Decimal("1380"), Decimal("0.06"))  # OCC 0.05, ORF 0.0046
    assert (found.quantity, found.per_unit) == (Decimal("1380.06"), Decimal("690.03"))


def test_what_a_remedy_asks_for_is_enough_fees_included():
    found = need("written put", rates=RATES)
    free = Decimal("1000")

    with pytest.raises(BrokerageError) as refused:
        require_need(found, PUT, holdings(str(free)))

    missing = Decimal(remedy_for(refused.value).split("$")[1].split()[0].replace(",", ""))
    assert missing == found.required + total(found.fees) - free
    require_need(found, PUT, holdings(str(free + missing)))


def test_a_sale_holds_no_dollars_and_pays_its_fees_out_of_what_it_brings():
    found = need("sale", price="0.01", rates=RATES)

    assert found.proceeds == 2
    assert total(found.fees) == Decimal("0.08")  # REG, TAF and ORF a cent each, OCC five
    require_need(found, CALL, holdings("0"))


@given(case=st.sampled_from(sorted(CASES)), price=st.integers(1, 500_00), with_fees=st.booleans())
def test_the_lines_of_a_need_add_up_to_what_is_held(case, price, with_fees):
    found = need(case, price=f"{price / 100:.2f}", rates=RATES if with_fees else ())

    assert sum(line.amount for line in found.lines) == found.quantity or found.required < 0
    assert {line.unit for line in found.lines} == {found.unit}
    bound = found.per_unit * CASES[case][0].quantity
    assert found.held == (cents_up(bound) if found.holds_cash else bound) == found.quantity


@pytest.mark.parametrize(
    ("case", "instrument", "refusal"),
    [
        ("long call", CALL, InsufficientOptionsBuyingPower),
        ("written put", PUT, UnsecuredPut),
        ("shares", SHARES, InsufficientBuyingPower),
        ("buying back", PUT, InsufficientOptionsBuyingPower),
    ],
)
def test_exactly_enough_is_enough_a_cent_less_is_refused_and_fees_come_second(case, instrument, refusal):
    bare, charged = need(case), need(case, rates=RATES)

    require_need(bare, instrument, holdings(str(bare.required)))
    require_need(charged, instrument, holdings(str(charged.quantity)))
    with pytest.raises(refusal):
        require_need(bare, instrument, holdings(str(bare.required - Decimal("0.01"))))
    with pytest.raises(refusal):
        require_need(charged, instrument, holdings(str(bare.required - Decimal("0.01"))))
    with pytest.raises(InsufficientForFees) as second:
        require_need(charged, instrument, holdings(str(charged.quantity - Decimal("0.01"))))
    fees = total(charged.fees)
    assert str(second.value) == (
        f"insufficient buying power for fees (required: {charged.quantity.normalize():f}, "
        f"of it fees: {fees.normalize():f}, available: {(charged.quantity - Decimal('0.01')).normalize():f})"
    )


def test_a_covered_call_needs_shares_and_no_dollars():
    shares = Line(SHARE, Decimal(200))

    require_need(need("covered call", rates=RATES), CALL, holdings("0", shares))
    with pytest.raises(UncoveredCall):
        require_need(need("covered call"), CALL, holdings("99999", replace(shares, quantity=Decimal(199))))


def test_a_sale_for_next_to_nothing_needs_its_fees_from_elsewhere():
    asked = ticket("sell", "1", "0.0001")
    rates = [replace(rate, rate=Decimal("0.02")) for rate in RATES if rate.kind == "CAT"]
    found = need_of(asked, SHARES, Strategy.CLOSING, Decimal("0.0001"), usd_id=USD, rates=rates)

    require_need(found, SHARES, holdings("0.02"))
    with pytest.raises(InsufficientForFees, match=r"required: 0.02, of it fees: 0.02, available: 0.0101"):
        require_need(found, SHARES, holdings("0.01"))


def test_what_there_is_leaves_out_all_that_is_bound_and_rounds_down():
    put = Line(PUT.asset_id, Decimal(-1), right=Right.PUT, strike_price=Decimal(210), multiplier=100)
    has = holdings("25000.009", put, held=Decimal("100.001"), leaving=Decimal(50), accrued=Decimal("0.07"))

    found = buying_power_of(has, unsettled=Decimal(22_000))

    assert (found.pledged, found.held, found.leaving, found.accrued_fees) == (
        21_000,
        Decimal("100.001"),
        50,
        Decimal("0.07"),
    )
    assert found.free == found.available == Decimal("3849.93")
    assert found.withdrawable == Decimal("2950.00")


def test_a_shortfall_is_no_buying_power():
    short = buying_power_of(holdings("10", held=Decimal(11)))

    assert (short.free, short.available, short.withdrawable) == (-1, 0, 0)


def test_accepting_an_order_takes_what_it_holds_from_the_buying_power():
    assert buying_power_after(need("long call", rates=RATES), holdings("2000")) == Decimal("619.94")
    assert buying_power_after(need("covered call"), holdings("2000")) == 2000


@given(cash=st.integers(0, 200_000), price=st.integers(1, 2_000), case=st.sampled_from(sorted(CASES)))
def test_no_accepted_order_takes_the_free_cash_below_zero(cash, price, case):
    has = holdings(f"{cash / 100:.2f}", Line(SHARE, Decimal(150)))
    found = need(case, price=f"{price / 100:.2f}", rates=RATES)
    try:
        require_need(found, CASES[case][1], has)
    except BrokerageError:
        return

    assert has.free_cash - (found.quantity if found.holds_cash else 0) >= 0
