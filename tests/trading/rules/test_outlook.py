"""What will become of positions that expire soon: the expiration rule itself, looked at ahead."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.choices import Right
from trading.choices import ExpirationState, Projected
from trading.rules.delivery import Deliverable
from trading.rules.expiration import AccountBook, ExpiringLine, decide, main_state
from trading.rules.outlook import (
    Risk,
    expiring_sessions,
    fate_of_long,
    fate_of_short,
    fates_of_account,
    moved,
    stand,
)

SHARE = UUID(int=1)
STATES = {
    ExpirationState.SUPPORTED: Projected.EXERCISED,
    ExpirationState.LIQUIDATING: Projected.LIQUIDATED,
    ExpirationState.WATCHED: Projected.EXPIRES,
    ExpirationState.DO_NOT_EXERCISE: Projected.DO_NOT_EXERCISE,
    ExpirationState.NOT_PRICED: Projected.NOT_PRICED,
}


def terms(right=Right.CALL, strike="90", *, multiplier=100, shares=100, cash="0"):
    return Deliverable(right, Decimal(strike), multiplier, shares, Decimal(cash), SHARE)


def line(number, price="95", quantity="1", **of):
    known = None if price is None else Decimal(price)
    return ExpiringLine(UUID(int=number), f"X{number}", Decimal(quantity), terms(**of), known, "XYZ")


def fates(*days, cash="0", shares="0", withheld=None):
    return fates_of_account(Decimal(cash), {SHARE: Decimal(shares)}, days, withheld or {})


@pytest.mark.parametrize(
    ("right", "price", "side", "distance"),
    [
        (Right.CALL, "95", "in", "5"),
        (Right.CALL, "90.01", "in", "0.01"),
        (Right.CALL, "90.0099", "at", "0.0099"),
        (Right.CALL, "90", "at", "0"),
        (Right.CALL, "89.99", "out", "-0.01"),
        (Right.PUT, "85", "in", "5"),
        (Right.PUT, "95", "out", "-5"),
    ],
)
def test_a_contract_stands_in_at_or_out_of_the_money(right, price, side, distance):
    found = stand(terms(right), Decimal(price))

    assert (found.side, found.distance) == (side, Decimal(distance))


def test_an_adjusted_contract_is_measured_by_all_that_it_delivers():
    found = stand(terms(strike="90", shares=50, cash="400"), Decimal("90"))  # 4,900 for 9,000

    assert (found.side, found.distance) == ("out", Decimal("-41"))


@pytest.mark.parametrize(
    ("price", "projected", "risk"),
    [
        ("90.90", Projected.ASSIGNED, Risk.PIN),
        ("90.91", Projected.ASSIGNED, Risk.REST),
        ("89.10", Projected.EXPIRES, Risk.PIN),
        ("89.09", Projected.EXPIRES, Risk.REST),
        (None, Projected.NOT_PRICED, Risk.NOT_PRICED),
    ],
)
def test_a_short_near_its_strike_is_a_risk_on_either_side(price, projected, risk):
    found = fate_of_short(stand(terms(), None if price is None else Decimal(price)))

    assert (found.projected, found.risk) == (projected, risk)


@pytest.mark.parametrize(
    ("price", "projected"),
    [("95", Projected.EXERCISED), ("90", Projected.EXPIRES), (None, Projected.NOT_PRICED)],
)
def test_a_long_that_its_account_can_carry_is_as_the_rule_decides(price, projected):
    assert fate_of_long(stand(terms(), None if price is None else Decimal(price))).projected is projected


def test_support_is_counted_over_all_longs_of_a_day_together():
    found = fates([line(1), line(2, "96")], cash="10000")

    assert found[UUID(int=2)].projected is Projected.EXERCISED
    assert found[UUID(int=1)].projected is Projected.LIQUIDATED
    assert (found[UUID(int=1)].risk, found[UUID(int=1)].missing_cash) == (Risk.UNSUPPORTED, 8000)


def test_what_an_earlier_day_takes_is_gone_for_a_later_one():
    found = fates([line(1)], [line(2, "200")], cash="9000")

    assert [found[UUID(int=number)].projected for number in (1, 2)] == [Projected.EXERCISED, Projected.LIQUIDATED]
    assert found[UUID(int=2)].shortfall == 9000


def test_missing_shares_count_at_their_price():
    found = fates([line(1, "85", "2", right=Right.PUT)], shares="150")[UUID(int=1)]

    assert (found.missing_shares, found.shortfall) == (50, Decimal("4250"))


def test_what_is_instructed_needs_no_support():
    found = fates([line(1), line(2)], cash="9000", withheld={UUID(int=2): Decimal(1)})

    assert found[UUID(int=1)].projected is Projected.EXERCISED
    assert found[UUID(int=2)].projected is Projected.DO_NOT_EXERCISE


LINES = st.tuples(
    st.sampled_from(Right), st.sampled_from(["80", "90", "100"]), st.integers(1, 3), st.sampled_from(["85", "95", None])
)


@given(st.lists(LINES, min_size=1, max_size=5), st.integers(0, 30_000), st.integers(0, 400), st.integers(0, 2))
def test_the_outlook_of_a_day_is_what_the_rule_decides(rows, cash, shares, withheld):
    lines = tuple(
        line(number, price, str(quantity), right=right, strike=strike)
        for number, (right, strike, quantity, price) in enumerate(rows, start=1)
    )
    not_to_exercise = {UUID(int=1): Decimal(withheld)} if withheld else {}
    book = AccountBook(Decimal(cash), {SHARE: Decimal(shares)}, lines, not_to_exercise)

    found = fates(lines, cash=str(cash), shares=str(shares), withheld=not_to_exercise)

    decided = decide(book)
    for one in lines:
        main = main_state(decision for decision in decided if decision.asset_id == one.asset_id)
        assert found[one.asset_id].projected is STATES[main.state]
        assert (found[one.asset_id].shortfall > 0) is (main.state is ExpirationState.LIQUIDATING)


def test_the_next_five_sessions_leave_holidays_out():
    found = [session.date for session in expiring_sessions(date(2024, 3, 27))]

    assert found == [date(2024, 3, 27), date(2024, 3, 28), date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3)]


def test_a_price_moves_by_percent():
    assert moved(Decimal("190"), Decimal("-2.5")) == Decimal("185.25")
    assert moved(Decimal("217.67"), Decimal("0.25")) == Decimal("218.21")
    assert moved(Decimal("0.4321"), Decimal("1")) == Decimal("0.4364")
    assert moved(None, Decimal(1)) is None
