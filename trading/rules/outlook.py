"""What will become of positions that expire soon, and in what order they need somebody's attention.

The outlook is no rule of its own: it is what `rules/expiration.py` decides at the prices that are
looked at, day by day. What an earlier day's exercises take is gone for the later days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from functools import cache
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from brokerage.market_calendar import Session, sessions_between
from options.choices import Right
from trading.choices import ExpirationState, Projected
from trading.rules.delivery import Deliverable
from trading.rules.expiration import AccountBook, ExpiringLine, Support, decide, main_state, needs, support

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

    Of one that its account cannot carry, `line` and `given` are what the rule decided on.
    """

    projected: Projected
    risk: Risk
    missing_cash: Decimal = ZERO
    missing_shares: Decimal = ZERO
    shortfall: Decimal = ZERO
    line: ExpiringLine | None = None
    given: Support | None = None

    @property
    def reason(self) -> str:
        """Answer the rule's own sentence for one that cannot be carried: written only where it is read."""
        return needs(self.line, self.given) if self.line and self.given else ""


class Claim(NamedTuple):
    """A contract in the money and its turn among an account's: the earlier day, then the most value in it."""

    line: ExpiringLine
    turn: tuple[date, Decimal, str]


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


def claim_of(line: ExpiringLine, day: date) -> Claim:
    """Answer a contract in the money as its holders exercise it on that day."""
    return Claim(line, (day, -line.value, line.symbol))


def fates_of_longs(
    free_cash: Decimal, free_shares: Mapping[UUID, Decimal], longs: Sequence[tuple[Claim, Decimal, Decimal]]
) -> list[Fate]:
    """Answer what becomes of all longs of an account that are in the money, in turn, as they are given.

    Each is a claim, how many contracts of it are held, and how many of them are not to be exercised.
    """
    wanted = [(claim.line.terms, held - min(withheld, held)) for claim, held, withheld in longs]
    given = support(free_cash, free_shares, wanted)
    return [_fate(claim.line, one) for (claim, _, _), one in zip(longs, given, strict=True)]


def gives(terms: Deliverable, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Answer the dollars and the shares that an assignment of so many contracts takes of their writer."""
    if terms.right is Right.PUT:
        return terms.strike_amount(quantity), ZERO
    return terms.cash_delivered(quantity), terms.share_quantity(quantity)


def _fate(line: ExpiringLine, given: Support) -> Fate:
    if not given.lacking:
        return _FATES[ExpirationState.SUPPORTED if given.carried else ExpirationState.DO_NOT_EXERCISE]
    paid, delivered = line.terms.taken(given.carried)
    pays, delivers = line.terms.taken(given.lacking)
    cash = max(pays - (given.cash - paid), ZERO) if pays else ZERO
    shares = max(delivers - (given.shares - delivered), ZERO) if delivers else ZERO
    shortfall = cash + shares * (line.price or ZERO)
    return Fate(Projected.LIQUIDATED, Risk.UNSUPPORTED, cash, shares, shortfall, line, given)


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
