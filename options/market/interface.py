"""What every source of market data answers: quotes, trades and bars, as of a moment or over a window."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from options.choices import TickClass
from options.rules.bars import Bar, Trade
from options.rules.contracts import ContractTerms
from options.rules.timeframes import Timeframe

__all__ = ["Bar", "Instrument", "LatestBars", "MarketSource", "Place", "Quote", "Standing", "Trade", "Window"]

NO_SPOTS: Mapping[str, Decimal] = {}


@dataclass(frozen=True, slots=True)
class Quote:
    """What is bid, offered and was last paid for one asset, per share.

    Sizes count contracts for options and round lots of 100 shares for shares. A side that
    nobody quotes is None with a size of 0. `volume` is what has traded in the session of the
    quote, in contracts or shares; None where the source does not say. Exchanges and condition
    are codes (contract/trading.md 9.2), empty where nobody said.
    """

    symbol: str
    bid: Decimal | None
    ask: Decimal | None
    bid_size: int
    ask_size: int
    last: Decimal | None
    at: datetime
    volume: int | None = None
    bid_exchange: str = ""
    ask_exchange: str = ""
    condition: str = ""

    @property
    def mid(self) -> Decimal | None:
        """Answer the middle of bid and offer; None unless there are both."""
        return (self.bid + self.ask) / 2 if self.bid is not None and self.ask is not None else None

    @property
    def mark(self) -> Decimal | None:
        """Answer the price to value a holding at: the last, else the middle, else the side there is.

        What was paid last may have been long ago: where it lies outside of bid and offer by now,
        the side that it lies beyond says more.
        """
        if self.last is None:
            return self.mid or self.bid or self.ask
        price = min(self.last, self.ask or self.last)
        return max(price, self.bid or price)


@dataclass(frozen=True, slots=True)
class LatestBars:
    """The bars that a snapshot shows: of the last minute, the last day and the day before with trades."""

    minute: Bar | None
    daily: Bar | None
    previous_daily: Bar | None


class Place(NamedTuple):
    """Where a page ended: its last symbol, and the time and number of its last row (0 for a bar)."""

    symbol: str
    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a history is wanted: both ends included, beyond a place, at most `limit` rows of all symbols.

    It is told as of a moment: what traded after `as_of` has not happened yet, so the bar that it
    falls into is unfinished. Where it is None, history ends with the window.
    """

    start: datetime
    end: datetime
    limit: int
    newest_first: bool = False
    after: Place | None = None
    as_of: datetime | None = None

    @property
    def known_until(self) -> datetime:
        """Answer after which moment nothing has happened yet."""
        return self.as_of or self.end


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source is doing: when it last said anything, None where never, and what is wrong, empty where nothing."""

    heard_at: datetime | None
    trouble: str


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

    def latest_trades(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Trade]:
        """Answer the newest trade of each instrument at or before `at`, by symbol; missing where there is none.

        `spots` mean what they mean for `quotes`.
        """
        ...

    def latest_bars(self, instruments: Iterable[Instrument], at: datetime) -> dict[str, LatestBars]:
        """Answer what snapshots show as of `at`, by symbol; missing where nothing ever traded."""
        ...

    def trades(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Trade]]:
        """Answer the trades of a window by symbol, then time, newest first where the window says so."""
        ...

    def bars(self, instruments: Iterable[Instrument], timeframe: Timeframe, window: Window) -> list[tuple[str, Bar]]:
        """Answer the bars that begin in a window, in the same order."""
        ...

    def past_quotes(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Quote]]:
        """Answer the quotes that came up in a window, in the same order, at most one of a symbol at a moment."""
        ...

    def standing(self, at: datetime) -> Standing:
        """Answer how the source is doing as of `at`."""
        ...
