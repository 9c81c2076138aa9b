"""What every source of quotes answers: one question in, one kind of quote out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from options.choices import TickClass
from options.rules.contracts import ContractTerms

NO_SPOTS: Mapping[str, Decimal] = {}


@dataclass(frozen=True, slots=True)
class Quote:
    """What is bid, offered and was last paid for one asset, per share.

    Sizes count contracts for options and round lots of 100 shares for shares. A side that
    nobody quotes is None with a size of 0. `volume` is what has traded in the session of the
    quote, in contracts or shares; None where the source does not say.
    """

    symbol: str
    bid: Decimal | None
    ask: Decimal | None
    bid_size: int
    ask_size: int
    last: Decimal | None
    at: datetime
    volume: int | None = None

    @property
    def is_two_sided(self) -> bool:
        """Say whether there is both a bid and an offer."""
        return self.bid is not None and self.ask is not None

    @property
    def mid(self) -> Decimal | None:
        """Answer the middle of bid and offer; None unless there are both."""
        return (self.bid + self.ask) / 2 if self.bid is not None and self.ask is not None else None

    @property
    def mark(self) -> Decimal | None:
        """Answer the price to value a holding at: the last, else the middle, else the side there is."""
        return self.last or self.mid or self.bid or self.ask


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a source needs to know of an asset to quote it; `terms` is None for a share."""

    symbol: str
    underlying_symbol: str
    tick_class: TickClass = TickClass.STANDARD
    terms: ContractTerms | None = None
    multiplier: int = 100
    deliverable: int = 100


class MarketSource(Protocol):
    """A source of quotes: synthetic, replayed from files, or a data vendor."""

    def quotes(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Quote]:
        """Answer the quote of each instrument, by symbol, as of `at`.

        Outside the session these are the quotes of the last close. An instrument without a
        quote is missing; an expired contract always is. `spots` holds prices of underlyings
        that stand in for the source's own when it prices their contracts.
        """
        ...

    def closing_prices(self, instruments: Iterable[Instrument], session_date: date) -> dict[str, Decimal]:
        """Answer the price of each instrument at the close of that session, by symbol.

        Missing where there was no session that day, or the contract had expired before it.
        """
        ...
