"""Implied volatility over strikes and over expirations: the smile, and the term structure at the money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from options.rules.chain import ListedContract


@dataclass(frozen=True, slots=True)
class SmileRow:
    """One strike: its contracts, and the volatility that each implies, in percent; None where nothing does."""

    strike_price: Decimal
    call: ListedContract | None
    put: ListedContract | None
    call_volatility: Decimal | None
    put_volatility: Decimal | None

    @property
    def level(self) -> Decimal | None:
        """Answer what the strike implies: the middle of call and put, or the one there is."""
        known = [one for one in (self.call_volatility, self.put_volatility) if one is not None]
        return sum(known, Decimal(0)) / len(known) if known else None

    def drawn(self, unit_price: Decimal) -> Decimal | None:
        """Answer the volatility of the contract that is out of the money: it is what trades, and has no early exercise
        in its price.
        """
        return self.put_volatility if self.strike_price < unit_price else self.call_volatility


@dataclass(frozen=True, slots=True)
class TermRow:
    """One expiration: how many days it is off, and the volatility at the money, in percent."""

    expiration_date: date
    days: int
    volatility: Decimal | None


def at_the_money(rows: Sequence[SmileRow], unit_price: Decimal) -> Decimal | None:
    """Answer the volatility at a price: on the line between the strikes around it, or that of the one there is."""
    known = [(row.strike_price, level) for row in rows if (level := row.level) is not None]
    below = max((one for one in known if one[0] <= unit_price), default=None)
    above = min((one for one in known if one[0] >= unit_price), default=None)
    if below is None or above is None:
        nearest = below or above
        return nearest[1] if nearest else None
    if below[0] == above[0]:
        return below[1]
    return below[1] + (above[1] - below[1]) * (unit_price - below[0]) / (above[0] - below[0])
