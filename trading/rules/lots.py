"""What a trade makes of the lots of a position: first in, first out, to the cent.

A lot's cost is signed as a position's is (domain rule TX-10). What leaves a lot and what stays in
it, and what a trade pays for several lots, always add up to the whole: cents are rounded once, and
the last one takes the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from brokerage.money import to_cents

NOTHING = Decimal(0)


@dataclass(frozen=True)
class OpenLot:
    """What is left of a lot: a signed quantity and its signed cost. `opened_on` is the trade date."""

    opened_on: date
    quantity: Decimal
    cost_amount: Decimal


@dataclass(frozen=True)
class Change:
    """A signed quantity, above zero where it came in, and the dollars paid or received for it in all.

    What does not realize is an option that is exercised or assigned: its cost goes into the shares
    (domain rule TX-3).
    """

    quantity: Decimal
    amount: Decimal
    on: date
    realizes: bool = True


@dataclass(frozen=True)
class Taken:
    """What a change took off one lot: `quantity` above zero, its signed cost, and what came for it.

    Proceeds of a short are below zero: what it cost to close.
    """

    quantity: Decimal
    cost_amount: Decimal
    proceeds_amount: Decimal
    gain_amount: Decimal | None
    is_long_term: bool


@dataclass(frozen=True)
class Outcome:
    """What is taken off each lot, in their order, and the lot that is opened; its quantity is 0 where none is."""

    taken: tuple[Taken, ...]
    opened_quantity: Decimal
    opened_amount: Decimal

    @property
    def cost_change(self) -> Decimal:
        """By how much the cost of the position changes."""
        return self.opened_amount - sum((one.cost_amount for one in self.taken), NOTHING)


def apply_change(lots: Sequence[OpenLot], change: Change) -> Outcome:
    """Take `change` off the lots of the other side, the first one first, and open a lot with what is beyond them.

    `lots` are in their order and begin with the oldest (domain rule TX-6); they may end where they suffice.
    """
    sign = 1 if change.quantity > 0 else -1
    left, paid = abs(change.quantity), NOTHING
    taken: list[Taken] = []
    for lot in lots:
        if left == 0 or lot.quantity * sign >= 0:
            break
        quantity = min(left, abs(lot.quantity))
        left -= quantity
        paid_so_far = _part(change.amount, abs(change.quantity) - left, abs(change.quantity))
        taken.append(_taken(lot, quantity, -sign * (paid_so_far - paid), change))
        paid = paid_so_far
    return Outcome(tuple(taken), sign * left, sign * (change.amount - paid) if left else NOTHING)


def cost_of(lots: Sequence[OpenLot], quantity: Decimal) -> Decimal:
    """Answer the signed cost of the first `quantity` (above zero) of the lots."""
    left, cost = quantity, NOTHING
    for lot in lots:
        part = min(left, abs(lot.quantity))
        cost += _part(lot.cost_amount, part, abs(lot.quantity))
        left -= part
    return cost


def share_amount(cash: Decimal, option_cost: Decimal, *, comes_in: bool) -> Decimal:
    """Answer what shares are booked at that came or went by exercise or assignment.

    `cash` is what the account received for them, below zero where it paid: the strike, and the cash
    part of an adjusted deliverable. `option_cost` is the signed cost of the contracts that left.
    A bought call adds to what is paid and a written put takes from it; a bought put takes from the
    proceeds and a written call adds to them (domain rules TX-1, TX-2).
    """
    cost = option_cost - cash
    return cost if comes_in else -cost


def is_long_term(opened_on: date, closed_on: date) -> bool:
    """Say whether a long lot was held for more than one year."""
    return closed_on >= long_term_from(opened_on)


def long_term_from(opened_on: date) -> date:
    """Answer the first day of a long term: more than one year, counted from the day after the lot was opened.

    So what is bought on the last of February is long-term on 1 March (Rev. Rul. 66-7).
    """
    first = opened_on + timedelta(days=1)
    return date(first.year + 1, 3, 1) if (first.month, first.day) == (2, 29) else first.replace(year=first.year + 1)


def _taken(lot: OpenLot, quantity: Decimal, proceeds: Decimal, change: Change) -> Taken:
    cost = _part(lot.cost_amount, quantity, abs(lot.quantity))
    if not change.realizes:
        return Taken(quantity, cost, cost, None, False)
    # A short is short-term however long it was open (domain rule TX-4).
    long_term = lot.quantity > 0 and is_long_term(lot.opened_on, change.on)
    return Taken(quantity, cost, proceeds, proceeds - cost, long_term)


def _part(amount: Decimal, quantity: Decimal, whole: Decimal) -> Decimal:
    return amount if quantity == whole else to_cents(amount * quantity / whole)
