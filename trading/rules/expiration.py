"""What becomes of the contracts of an account on their last day (domain rules XD-1 to XD-8).

Longs in the money by a cent or more are exercised by exception, as far as the account can pay or
deliver; what it cannot carry is to be sold while it can be. Support is counted over all of the
account's expiring longs together, the contract with most value in it first: what one takes is gone
for the next, and what one sets free supports none (XD-4, XD-5). The same account decides the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from brokerage.money import plain
from options.choices import Right
from options.rules.moneyness import exercise_value, is_in_the_money
from trading.choices import ExpirationState
from trading.rules.delivery import Deliverable

RULE_VERSION = "expiration-1"
ZERO = Decimal(0)


@dataclass(frozen=True)
class ExpiringLine:
    """One expiring position: its signed quantity, its terms, and what the underlying is at, if anybody knows.

    `selling` is what orders of the account's own already sell of it.
    """

    asset_id: UUID
    symbol: str
    quantity: Decimal
    terms: Deliverable
    price: Decimal | None
    underlying_symbol: str = ""
    selling: Decimal = ZERO

    @property
    def value(self) -> Decimal:
        """Answer the dollars that exercising one contract brings; the price is known."""
        assert self.price is not None
        return exercise_value(*_contract(self.terms), self.price)

    @property
    def is_in_the_money(self) -> bool:
        """Say whether it is exercised unless told otherwise; the price is known."""
        assert self.price is not None
        return is_in_the_money(*_contract(self.terms), self.price)


@dataclass(frozen=True)
class AccountBook:
    """All of one account that its expiring positions depend on.

    Cash and shares are what nothing binds: neither open orders nor the account's shorts, those that
    expire today included. `not_to_exercise` are contracts by asset that instructions take out;
    `undecided` are those of which an instruction that came in time waits for a second person.
    """

    free_cash: Decimal
    free_shares: Mapping[UUID, Decimal]
    lines: tuple[ExpiringLine, ...]
    not_to_exercise: Mapping[UUID, Decimal] = field(default_factory=dict)
    undecided: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Decision:
    """That `quantity` (above zero) contracts of a position are in a state, and why.

    Of what is to be sold, `selling` is sold by the account's own orders.
    """

    asset_id: UUID
    state: ExpirationState
    quantity: Decimal
    reason: str
    selling: Decimal = ZERO

    @property
    def to_liquidate(self) -> Decimal:
        """Answer how many contracts the firm has to sell."""
        return self.quantity - self.selling if self.state is ExpirationState.LIQUIDATING else ZERO


class Support(NamedTuple):
    """What of so many contracts their account can carry, and the dollars and shares that were free at their turn."""

    quantity: Decimal
    carried: Decimal
    cash: Decimal
    shares: Decimal

    @property
    def lacking(self) -> Decimal:
        """Answer how many contracts it cannot carry."""
        return self.quantity - self.carried


class Shorts(Enum):
    """What becomes of shorts after the close (domain rules AS-9, XD-8).

    Where no clearing file comes, those in the money are assigned. Where one does, it decides: until it is
    in they wait, and what it left expires.
    """

    ASSIGNED = "assigned"
    WAIT = "wait"
    EXPIRE = "expire"


@dataclass(frozen=True)
class Outcome:
    """What becomes of one position after the close: contracts exercised, assigned and expired; none while it waits."""

    line: ExpiringLine
    exercised: Decimal = ZERO
    assigned: Decimal = ZERO
    expired: Decimal = ZERO
    waits: bool = False
    reason: str = ""


def decide(book: AccountBook) -> list[Decision]:
    """Answer what holds for each position of the account now, part by part; together they are its quantity."""
    decisions: list[Decision] = []
    contenders: list[tuple[ExpiringLine, Decimal]] = []
    for line in sorted(book.lines, key=lambda one: one.symbol):
        if line.quantity < 0:
            decisions.append(_of_short(line))
            continue
        withheld = min(book.not_to_exercise.get(line.asset_id, ZERO), line.quantity)
        left = line.quantity - withheld
        if withheld:
            decisions.append(
                Decision(line.asset_id, ExpirationState.DO_NOT_EXERCISE, withheld, "not to be exercised: instructed")
            )
        if not left:
            continue
        if line.price is None:
            decisions.append(_unpriced(line, left))
        elif not line.is_in_the_money:
            decisions.append(Decision(line.asset_id, ExpirationState.WATCHED, left, f"{_moneyness(line)}: expires"))
        else:
            contenders.append((line, left))
    return decisions + _supported(book, contenders)


def settle(book: AccountBook, shorts: Shorts = Shorts.ASSIGNED) -> list[Outcome]:
    """Answer what becomes of each position once no instruction comes any more, in the order of the acts (XD-1).

    Exercises come first, then assignments, then what expires. A long that the account cannot carry
    is not exercised (XD-7).
    """
    decided: dict[UUID, list[Decision]] = {}
    for decision in decide(book):
        decided.setdefault(decision.asset_id, []).append(decision)
    in_order = sorted(book.lines, key=lambda one: one.symbol)
    outcomes = [
        Outcome(line, waits=True, reason="an instruction waits for a second person")
        if line.asset_id in book.undecided
        else _outcome(line, decided[line.asset_id], shorts)
        for line in in_order
    ]
    return sorted(outcomes, key=lambda one: (not one.exercised, not one.assigned))


def main_state(decisions: Iterable[Decision]) -> Decision:
    """Answer the decision that a position is shown under: the most pressing of its parts."""
    return min(decisions, key=lambda one: _PRESSING.index(one.state))


_PRESSING = (
    ExpirationState.NOT_PRICED,
    ExpirationState.LIQUIDATING,
    ExpirationState.SUPPORTED,
    ExpirationState.SHORT,
    ExpirationState.DO_NOT_EXERCISE,
    ExpirationState.WATCHED,
)


def _outcome(line: ExpiringLine, decisions: list[Decision], shorts: Shorts) -> Outcome:
    held, reason = abs(line.quantity), main_state(decisions).reason
    if any(one.state is ExpirationState.NOT_PRICED for one in decisions):
        return Outcome(line, waits=True, reason=reason)
    if line.quantity < 0:
        if shorts is Shorts.WAIT:
            return Outcome(line, waits=True, reason=f"{reason}; the clearing file decides")
        is_assigned = shorts is Shorts.ASSIGNED and line.is_in_the_money
        return Outcome(
            line, assigned=held if is_assigned else ZERO, expired=ZERO if is_assigned else held, reason=reason
        )
    exercised = sum((one.quantity for one in decisions if one.state is ExpirationState.SUPPORTED), ZERO)
    return Outcome(line, exercised=exercised, expired=held - exercised, reason=reason)


def support(
    cash: Decimal, shares: Mapping[UUID, Decimal], wanted: Iterable[tuple[Deliverable, Decimal]]
) -> Iterator[Support]:
    """Answer what of each long in the money the account can carry; they come in the order in which it is counted.

    What one takes is gone for the next, and what one sets free supports none.
    """
    cash, left = max(cash, ZERO), dict(shares)
    for terms, quantity in wanted:
        free = max(left.get(terms.underlying_id, ZERO), ZERO)
        carried = min(quantity, _most(terms, cash, free))
        yield Support(quantity, carried, cash, free)
        if carried:
            pays, delivers = terms.taken(carried)
            cash, left[terms.underlying_id] = cash - pays, free - delivers


def needs(line: ExpiringLine, given: Support) -> str:
    """Say what exercising a long in the money takes, and what was free for it."""
    pays, delivers = line.terms.taken(given.quantity)
    needed = [f"{plain(delivers)} {line.underlying_symbol}".strip()] if delivers else []
    free = [f"{plain(given.shares)} {line.underlying_symbol}".strip()] if delivers else []
    if pays:
        needed.append(f"${pays:,.2f}")
        free.append(f"${given.cash:,.2f}")
    said = f"; needs {' and '.join(needed)}, {' and '.join(free)} free" if needed else ""
    return f"{_moneyness(line)}{said}"


def _supported(book: AccountBook, contenders: list[tuple[ExpiringLine, Decimal]]) -> list[Decision]:
    """Answer, in the order in which support is counted, what of each long the account can carry and what not."""
    in_order = sorted(contenders, key=lambda one: (-one[0].value, one[0].symbol))
    wanted = [(line.terms, quantity) for line, quantity in in_order]
    decisions = []
    for (line, _), given in zip(in_order, support(book.free_cash, book.free_shares, wanted), strict=True):
        reason = needs(line, given)
        if given.carried:
            decisions.append(Decision(line.asset_id, ExpirationState.SUPPORTED, given.carried, reason))
        if given.lacking:
            selling = min(line.selling, given.lacking)
            decisions.append(
                Decision(line.asset_id, ExpirationState.LIQUIDATING, given.lacking, reason, selling=selling)
            )
    return decisions


def _most(terms: Deliverable, cash: Decimal, shares: Decimal) -> Decimal:
    """Answer how many contracts so much free cash and so many free shares can exercise."""
    pays, delivers = terms.taken_by_one
    most = [_times(cash, pays)] if pays else []
    most += [_times(shares, delivers)] if delivers else []
    found = min(most) if most else Decimal("Infinity")
    while found.is_finite() and found > 0 and terms.taken(found)[0] > cash:  # cents are rounded once for all of them
        found -= 1
    return found


def _times(available: Decimal, each: Decimal) -> Decimal:
    return (available / each).to_integral_value(ROUND_FLOOR)


def _of_short(line: ExpiringLine) -> Decision:
    if line.price is None:
        return _unpriced(line, -line.quantity)
    then = "assigned after the close" if line.is_in_the_money else "expires"
    return Decision(line.asset_id, ExpirationState.SHORT, -line.quantity, f"{_moneyness(line)}: {then}")


def _unpriced(line: ExpiringLine, quantity: Decimal) -> Decision:
    return Decision(
        line.asset_id, ExpirationState.NOT_PRICED, quantity, f"no price of {line.underlying_symbol or 'the underlying'}"
    )


def _moneyness(line: ExpiringLine) -> str:
    assert line.price is not None
    return _said(line.value, line.terms.multiplier, line.is_in_the_money, line.price)


@lru_cache(maxsize=4096)
def _said(value: Decimal, multiplier: int, is_in: bool, price: Decimal) -> str:
    """Answer the words for so much value: the same for everybody who holds the contract."""
    side = "in the money" if is_in else "out of the money" if value < 0 else "at the money"
    amount = "" if side == "at the money" else f" by {abs(value) / multiplier:,.2f}"
    return f"{side}{amount} at {price:,.2f}"


def _contract(terms: Deliverable) -> tuple[Right, Decimal, int, int, Decimal]:
    return terms.right, terms.strike_price, terms.multiplier, terms.shares, terms.cash_amount
