"""What will become of positions that expire soon: the expiration rule itself, looked at ahead."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
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
    claim_of,
    expiring_sessions,
    fate_of_long,
    fate_of_short,
    fates_of_longs,
    moved,
    stand,
)

SHARE, OTHER = UUID(int=1), UUID(int=2)
FIRST = date(2024, 1, 26)
STATES = {
    ExpirationState.SUPPORTED: Projected.EXERCISED,
    ExpirationState.LIQUIDATING: Projected.LIQUIDATED,
    ExpirationState.WATCHED: Projected.EXPIRES,
    ExpirationState.DO_NOT_EXERCISE: Projected.DO_NOT_EXERCISE,
    ExpirationState.NOT_PRICED: Projected.NOT_PRICED,
}


def terms(right=Right.CALL, strike="90", *, multiplier=100, shares=100, cash="0", on=SHARE):
    return Deliverable(right, Decimal(strike), multiplier, shares, Decimal(cash), on)


def line(number, price="95", quantity="1", **of):
    known = None if price is None else Decimal(price)
    return ExpiringLine(UUID(int=number), f"X{number}", Decimal(quantity), terms(**of), known, "XYZ")


def fates(*days, cash="0", shares="0", withheld=None):
    """Answer what becomes of each line: those in the money together, each other one as its contract's do."""
    inside, found = [], {}
    for number, lines in enumerate(days):
        for one in lines:
            standing = stand(one.terms, one.price)
            found[one.asset_id] = fate_of_long(standing)
            if standing.is_in:
                claim = claim_of(one, FIRST + timedelta(days=number))
                inside.append((claim, one.quantity, (withheld or {}).get(one.asset_id, Decimal(0))))
    inside.sort(key=lambda long: long[0].turn)
    free_shares = {SHARE: Decimal(shares), OTHER: Decimal(shares)}
    decided = fates_of_longs(Decimal(cash), free_shares, inside)
    return found | {claim.line.asset_id: fate for (claim, _, _), fate in zip(inside, decided, strict=True)}


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


@dataclass
class Account:
    """An account day by day, by the rule alone: what it has left, and what the rule said of each contract."""

    cash: Decimal
    shares: dict
    withheld: dict
    said: dict = field(default_factory=dict)
    missing: dict = field(default_factory=dict)

    def live(self, lines):
        by_asset = {one.asset_id: one for one in lines}
        for decision in decide(AccountBook(self.cash, self.shares, tuple(lines), self.withheld)):
            line = by_asset[decision.asset_id]
            self.said.setdefault(decision.asset_id, []).append(decision)
            pays, delivers = line.terms.taken(decision.quantity)
            free = self.shares[line.terms.underlying_id]
            if decision.state is ExpirationState.SUPPORTED:
                self.cash, self.shares[line.terms.underlying_id] = self.cash - pays, free - delivers
            elif decision.state is ExpirationState.LIQUIDATING:
                lacks = max(pays - max(self.cash, 0), 0) if pays else 0, max(delivers - max(free, 0), 0)
                self.missing[decision.asset_id] = lacks


TERMS = st.builds(
    terms,
    st.sampled_from(Right),
    st.sampled_from(["80", "90", "94.999", "100"]),
    shares=st.sampled_from([100, 50]),
    cash=st.sampled_from(["0", "12.34"]),
    multiplier=st.sampled_from([100, 10]),
    on=st.sampled_from([SHARE, OTHER]),
)
DAYS = st.lists(
    st.lists(st.tuples(TERMS, st.integers(1, 3), st.sampled_from(["85", "95", None])), max_size=4),
    min_size=1,
    max_size=3,
)


@given(DAYS, st.integers(-500, 30_000), st.integers(-50, 400), st.dictionaries(st.integers(1, 9), st.integers(1, 4)))
def test_the_outlook_is_what_the_rule_decides_day_after_day(days, cash, shares, withheld):
    numbers = count(1)
    lines = [
        [
            ExpiringLine(
                UUID(int=number), f"X{number}", Decimal(quantity), of, None if price is None else Decimal(price), "XYZ"
            )
            for (of, quantity, price), number in zip(rows, numbers, strict=False)
        ]
        for rows in days
    ]
    instructed = {UUID(int=number): Decimal(quantity) for number, quantity in withheld.items()}
    account = Account(Decimal(cash), dict.fromkeys((SHARE, OTHER), Decimal(shares)), instructed)

    found = fates(*lines, cash=str(cash), shares=str(shares), withheld=instructed)
    for of_day in lines:
        account.live(of_day)

    for one in (one for of_day in lines for one in of_day):
        main, fate = main_state(account.said[one.asset_id]), found[one.asset_id]
        if stand(one.terms, one.price).is_in:
            assert fate.projected is STATES[main.state]
        assert (fate.missing_cash, fate.missing_shares) == account.missing.get(one.asset_id, (0, 0))
        assert fate.reason == (main.reason if main.state is ExpirationState.LIQUIDATING else "")


def test_the_next_five_sessions_leave_holidays_out():
    found = [session.date for session in expiring_sessions(date(2024, 3, 27))]

    assert found == [date(2024, 3, 27), date(2024, 3, 28), date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3)]


def test_a_price_moves_by_percent():
    assert moved(Decimal("190"), Decimal("-2.5")) == Decimal("185.25")
    assert moved(Decimal("217.67"), Decimal("0.25")) == Decimal("218.21")
    assert moved(Decimal("0.4321"), Decimal("1")) == Decimal("0.4364")
    assert moved(None, Decimal(1)) is None
