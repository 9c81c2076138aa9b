"""What will become of positions that expire soon, and in what order they need somebody's attention.

The outlook is no rule of its own: it is what `rules/expiration.py` decides at the prices that are
looked at, day by day. What an earlier day's exercises take is gone for the later days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from functools import cache
from itertools import islice
from uuid import UUID

from brokerage.market_calendar import Session, sessions_between
from options.choices import Right
from trading.choices import ExpirationState, Projected
from trading.rules.delivery import Deliverable
from trading.rules.expiration import AccountBook, Decision, ExpiringLine, decide, main_state

SESSIONS_AHEAD = 5
NEAR_RATIO = Decimal("0.01")  # of the strike: so near to it a short may or may not be assigned (domain rule XD-8)
ZERO, ONE = Decimal(0), Decimal(1)
PLENTY = Decimal(10) ** 12  # more cash and shares than any contract takes
STEP = Decimal("0.0001")
CENT = Decimal("0.01")


class Risk(IntEnum):
    """What a person looks at first."""

    UNSUPPORTED = 0
    PIN = 1
    NOT_PRICED = 2
    REST = 3


@dataclass(frozen=True)
class Standing:
    """Where a contract stands at a price: dollars a share in the money (below zero out), and that part of the price."""

    price: Decimal | None
    is_in: bool = False
    distance: Decimal | None = None
    ratio: Decimal | None = None

    @property
    def side(self) -> str:
        """Answer `in`, `at` or `out`; nothing without a price. Less than a cent in is at the money (EX-8)."""
        if self.distance is None:
            return ""
        return "in" if self.is_in else "out" if self.distance < 0 else "at"

    @property
    def is_near(self) -> bool:
        """Say whether a small move would change what becomes of it."""
        return self.ratio is not None and abs(self.ratio) <= NEAR_RATIO


@dataclass(frozen=True)
class Fate:
    """What will become of one position, and what it lacks: dollars, shares, and what both come to at the price.

    `reason` is the rule's own sentence.
    """

    projected: Projected
    risk: Risk
    missing_cash: Decimal = ZERO
    missing_shares: Decimal = ZERO
    shortfall: Decimal = ZERO
    reason: str = ""


def expiring_sessions(day: date) -> list[Session]:
    """Answer the five sessions that the worklist looks at: that of `day`, where it has one, and those after it."""
    return list(islice(sessions_between(day, day + timedelta(days=21)), SESSIONS_AHEAD))


def moved(price: Decimal | None, percent: Decimal) -> Decimal | None:
    """Answer a price that has moved by so many percent: in cents, as shares trade, below a dollar finer."""
    if price is None:
        return None
    found = price * (100 + percent) / 100
    return found.quantize(CENT if found >= 1 else STEP)


def stand(terms: Deliverable, price: Decimal | None) -> Standing:
    """Answer where a contract stands with the underlying at `price`; nothing is known without one."""
    if price is None:
        return Standing(None)
    line = ExpiringLine(terms.underlying_id, "", ONE, terms, price)
    distance = line.value / terms.multiplier
    return Standing(
        price, line.is_in_the_money, distance.quantize(STEP), (distance / terms.strike_price).quantize(STEP)
    )


def fate_of_long(standing: Standing) -> Fate:
    """Answer what becomes of a long whose account has all that it takes."""
    return _FATES[_state_of_backed(_side(standing))]


def fate_of_short(standing: Standing) -> Fate:
    """Answer what becomes of a short: near the strike nobody knows until the file is in (XD-8)."""
    if standing.price is None:
        return _FATES[ExpirationState.NOT_PRICED]
    projected = Projected.ASSIGNED if standing.is_in else Projected.EXPIRES
    return Fate(projected, Risk.PIN if standing.is_near else Risk.REST)


def fates_of_account(
    free_cash: Decimal,
    free_shares: Mapping[UUID, Decimal],
    days: Iterable[Sequence[ExpiringLine]],
    not_to_exercise: Mapping[UUID, Decimal],
) -> dict[UUID, Fate]:
    """Answer what becomes of an account's positions, by contract; `days` are their lines, the earliest day first."""
    cash, shares = free_cash, dict(free_shares)
    fates: dict[UUID, Fate] = {}
    for lines in days:
        parts: dict[UUID, list[Decision]] = {}
        missing: dict[UUID, tuple[Decimal, Decimal]] = {}
        by_asset = {line.asset_id: line for line in lines}
        for decision in decide(AccountBook(cash, shares, tuple(lines), not_to_exercise)):
            terms = by_asset[decision.asset_id].terms
            parts.setdefault(decision.asset_id, []).append(decision)
            pays, delivers = takes(terms, decision.quantity)
            free = shares.get(terms.underlying_id, ZERO)
            if decision.state is ExpirationState.SUPPORTED:
                cash, shares[terms.underlying_id] = cash - pays, free - delivers
            elif decision.state is ExpirationState.LIQUIDATING:
                missing[decision.asset_id] = (
                    max(pays - max(cash, ZERO), ZERO) if pays else ZERO,
                    max(delivers - max(free, ZERO), ZERO) if delivers else ZERO,
                )
        for asset_id, decisions in parts.items():
            fates[asset_id] = _fate(by_asset[asset_id], decisions, missing.get(asset_id, (ZERO, ZERO)))
    return fates


def takes(terms: Deliverable, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Answer the dollars and the shares that exercising so many contracts takes of their holder."""
    if terms.right is Right.CALL:
        return terms.strike_amount(quantity), ZERO
    return terms.cash_delivered(quantity), terms.share_quantity(quantity)


def gives(terms: Deliverable, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Answer the dollars and the shares that an assignment of so many contracts takes of their writer."""
    if terms.right is Right.PUT:
        return terms.strike_amount(quantity), ZERO
    return terms.cash_delivered(quantity), terms.share_quantity(quantity)


def _fate(line: ExpiringLine, decisions: Sequence[Decision], missing: tuple[Decimal, Decimal]) -> Fate:
    main = main_state(decisions)
    if line.quantity < 0:
        return fate_of_short(stand(line.terms, line.price))
    if main.state is not ExpirationState.LIQUIDATING:
        return _FATES[main.state]
    cash, shares = missing
    shortfall = cash + shares * (line.price or ZERO)
    return Fate(Projected.LIQUIDATED, Risk.UNSUPPORTED, cash, shares, shortfall, main.reason)


_FATES = {
    ExpirationState.WATCHED: Fate(Projected.EXPIRES, Risk.REST),
    ExpirationState.SUPPORTED: Fate(Projected.EXERCISED, Risk.REST),
    ExpirationState.DO_NOT_EXERCISE: Fate(Projected.DO_NOT_EXERCISE, Risk.REST),
    ExpirationState.NOT_PRICED: Fate(Projected.NOT_PRICED, Risk.NOT_PRICED),
}


def _side(standing: Standing) -> bool | None:
    return None if standing.price is None else standing.is_in


@cache
def _state_of_backed(is_in: bool | None) -> ExpirationState:
    """Answer what the rule decides of one call at 1, in the money, out of it, or without a price."""
    call = Deliverable(Right.CALL, ONE, 1, 1, ZERO, UUID(int=0))
    price = None if is_in is None else Decimal(2) if is_in else ONE
    line = ExpiringLine(UUID(int=1), "", ONE, call, price)
    return main_state(decide(AccountBook(PLENTY, {}, (line,)))).state
