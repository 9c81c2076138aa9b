"""How contracts are laid out as a chain: calls and puts of one strike side by side, the money between the strikes."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from options.choices import ExerciseStyle, Right
from options.rules.contracts import ContractTerms

MOST_CONTRACTS = 2_000  # In one view.
STALE_AFTER = timedelta(minutes=1)


class ListedContract(NamedTuple):
    """One contract of a chain, as the contract master has it."""

    asset_id: UUID
    symbol: str
    tradable: bool
    root_symbol: str
    expiration_date: date
    right: Right
    strike_price: Decimal
    style: ExerciseStyle
    multiplier: int
    deliverable: int
    open_interest: int | None

    @property
    def terms(self) -> ContractTerms:
        """Answer what the contract's symbol says of it."""
        return _terms(self.root_symbol, self.expiration_date, self.right, self.strike_price)


@lru_cache(maxsize=65_536)
def _terms(root: str, expiration_date: date, right: str, strike_price: Decimal) -> ContractTerms:
    """Check the terms of a contract once, not once a second for everybody who looks at it."""
    return ContractTerms(root, expiration_date, Right(right), strike_price)


@dataclass(slots=True)
class StrikeRow:
    """One strike: its call to the left, its put to the right; either may not be listed."""

    strike_price: Decimal
    call: ListedContract | None = None
    put: ListedContract | None = None

    def contracts(self) -> list[ListedContract]:
        """Answer the contracts there are."""
        return [one for one in (self.call, self.put) if one is not None]


@dataclass(frozen=True, slots=True)
class Section:
    """The strikes of one root on one expiration date, lowest first.

    What a contract delivers and what its strike extends by part ways once a corporate action
    adjusts it (domain rule SY-5); an adjusted series has a root of its own.
    """

    root_symbol: str
    expiration_date: date
    multiplier: int
    deliverable: int
    rows: list[StrikeRow]

    def unit_price(self, spot: Decimal | None) -> Decimal | None:
        """Answer what one unit of premium delivers at a price of the share: what a strike compares with."""
        return None if spot is None else spot * self.deliverable / self.multiplier

    def contracts(self) -> list[ListedContract]:
        """Answer its contracts."""
        return [one for row in self.rows for one in row.contracts()]


def lay_out(contracts: Iterable[ListedContract]) -> list[Section]:
    """Answer the sections of a chain, the nearest expiration first, within one the plain root first."""
    found: dict[tuple[date, int, str, int, int], dict[Decimal, StrikeRow]] = {}
    for one in contracts:
        key = (one.expiration_date, len(one.root_symbol), one.root_symbol, one.multiplier, one.deliverable)
        rows = found.setdefault(key, {})
        row = rows.get(one.strike_price)
        if row is None:
            row = rows[one.strike_price] = StrikeRow(one.strike_price)
        if one.right == Right.CALL:
            row.call = one
        else:
            row.put = one
    return [
        Section(root, day, multiplier, deliverable, [rows[strike] for strike in sorted(rows)])
        for (day, _, root, multiplier, deliverable), rows in sorted(found.items(), key=lambda item: item[0])
    ]


def around_the_money(section: Section, spot: Decimal | None, each_side: int | None) -> Section:
    """Keep so many strikes below the money and as many above; all where no number or no price is given."""
    unit = section.unit_price(spot)
    if each_side is None or unit is None:
        return section
    middle = money_place([row.strike_price for row in section.rows], unit)
    rows = section.rows[max(middle - each_side, 0) : middle + each_side]
    return Section(section.root_symbol, section.expiration_date, section.multiplier, section.deliverable, rows)


def money_place(strikes: Sequence[Decimal], unit_price: Decimal) -> int:
    """Answer how many strikes lie at or below the price: where the line of the money is drawn."""
    return bisect_right(strikes, unit_price)


def in_the_money(strike_price: Decimal, unit_price: Decimal | None) -> Right | None:
    """Answer which of the two is in the money at that price; None at the strike itself, and without a price."""
    if unit_price is None or strike_price == unit_price:
        return None
    return Right.CALL if strike_price < unit_price else Right.PUT


def within_bounds(sections: Sequence[Section], most: int = MOST_CONTRACTS) -> list[Section]:
    """Keep whole sections, nearest first, of at most so many contracts together, and the nearest in any case."""
    kept: list[Section] = []
    room = most
    for section in sections:
        count = len(section.contracts())
        if count > room:
            break
        kept.append(section)
        room -= count
    return kept or list(sections[:1])


def days_until(expiration_date: date, today: date) -> str:
    """Say how far off an expiration is: `today`, `1 day`, `12 days`."""
    days = (expiration_date - today).days
    return "today" if days <= 0 else f"{days} day{'' if days == 1 else 's'}"


def age_in_words(age: timedelta) -> str | None:
    """Say how old something is in its largest unit: `3 minutes`, `2 hours`; None up to a minute: that is fresh."""
    if age <= STALE_AFTER:
        return None
    seconds = int(age.total_seconds())
    units = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
    count, name = next((seconds // size, name) for size, name in units if seconds >= size)
    return f"{count} {name}{'' if count == 1 else 's'}"
