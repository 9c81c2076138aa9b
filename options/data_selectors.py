"""Reads over market data: which assets a query names, and what is known of them as of a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from options.choices import AssetClass, Right
from options.market.interface import Bar, Place, Quote, Trade, Window
from options.models import Asset
from options.rules.data_windows import window_of
from options.rules.timeframes import Timeframe
from options.services.entitlements import Feed, FeedName
from options.services.market import (
    get_bars,
    get_latest_bars,
    get_latest_trades,
    get_quotes,
    get_trades,
    instrument_of,
    market_source,
)

# With these an asset's quote costs no further query.
QUOTED = ("pinned_quote", "contract__underlying__pinned_quote")
Row = TypeVar("Row")


# --- What is asked for ---------------------------------------------------------------------------


@dataclass(frozen=True)
class LatestQuery:
    """Whose newest quotes, trades or bars are wanted, and of which feed; None is the best there is."""

    symbols: tuple[str, ...]
    feed: FeedName | None


@dataclass(frozen=True, kw_only=True)
class HistoryQuery:
    """Which part of a history is wanted, `limit` rows of it at a time; a date is a whole day."""

    symbols: tuple[str, ...]
    start: datetime | date | None
    end: datetime | date | None
    limit: int
    newest_first: bool
    after: Place | None
    feed: FeedName | None
    timeframe: Timeframe | None


@dataclass(frozen=True, kw_only=True)
class SnapshotQuery:
    """Which contracts' snapshots are wanted, from behind the symbol `after` on."""

    symbols: tuple[str, ...]
    feed: FeedName | None
    updated_since: datetime | date | None
    limit: int
    after: str | None


@dataclass(frozen=True, kw_only=True)
class ChainQuery:
    """Which contracts on a share are wanted, from behind the key `after` on; None means any."""

    underlying_symbol: str
    feed: FeedName | None
    updated_since: datetime | date | None
    limit: int
    after: str | None
    right: Right | None
    strike_price_gte: Decimal | None
    strike_price_lte: Decimal | None
    expiration_date: date | None
    expiration_date_gte: date | None
    expiration_date_lte: date | None
    root_symbol: str | None


@dataclass(frozen=True, slots=True)
class HistoryPage(Generic[Row]):
    """Some rows by symbol and time, and the place that the next page follows; None where it is the last."""

    rows: list[tuple[str, Row]]
    next_after: Place | None


# --- Assets --------------------------------------------------------------------------------------


def contracts_named(symbols: Sequence[str]) -> list[Asset]:
    """Answer the contracts of those symbols that are known, by symbol, in one query."""
    found = Asset.objects.filter(asset_class=AssetClass.US_OPTION, symbol__in=symbols)
    return list(found.select_related(*QUOTED).order_by("symbol"))


def shares_named(symbols: Sequence[str]) -> list[Asset]:
    """Answer the shares of those symbols that are known, by symbol, in one query."""
    return list(Asset.objects.shares().filter(symbol__in=symbols).select_related("pinned_quote").order_by("symbol"))


# --- The newest ----------------------------------------------------------------------------------


def latest_quotes(assets: Sequence[Asset], at: datetime) -> dict[str, Quote]:
    """Answer the newest quotes as of `at`, by symbol; missing where there is none, as of an expired contract."""
    found = get_quotes(assets, at)
    return {asset.symbol: found[asset.id] for asset in assets if asset.id in found}


def latest_trades(assets: Sequence[Asset], at: datetime) -> dict[str, Trade]:
    """Answer the newest trades as of `at`, by symbol; missing where there is none."""
    return get_latest_trades(assets, at)


def latest_bars(assets: Sequence[Asset], at: datetime) -> dict[str, Bar]:
    """Answer the newest minutes with a trade as of `at`, by symbol; missing where there is none."""
    found = get_latest_bars(assets, at)
    return {symbol: bars.minute for symbol, bars in found.items() if bars.minute is not None}


# --- History -------------------------------------------------------------------------------------


def list_trades(assets: Sequence[Asset], asked: HistoryQuery, feed: Feed) -> HistoryPage[Trade]:
    """Answer a page of trades, or raise `DataWindowInvalid`, or what the feed refuses."""
    return _page(get_trades(assets, _window(asked, feed)), asked.limit)


def list_bars(assets: Sequence[Asset], asked: HistoryQuery, feed: Feed) -> HistoryPage[Bar]:
    """Answer a page of bars, or raise `DataWindowInvalid`, or what the feed refuses."""
    assert asked.timeframe is not None
    return _page(get_bars(assets, asked.timeframe, _window(asked, feed)), asked.limit)


def list_quotes(assets: Sequence[Asset], asked: HistoryQuery, feed: Feed) -> HistoryPage[Quote]:
    """Answer a page of quotes, or raise `DataWindowInvalid`, or what the feed refuses."""
    instruments = [instrument_of(asset) for asset in assets]
    return _page(market_source().past_quotes(instruments, _window(asked, feed)), asked.limit)


def _window(asked: HistoryQuery, feed: Feed) -> Window:
    """One row more than the page holds: it says whether there is a next."""
    feed.require_past(asked.end if isinstance(asked.end, datetime) else None)
    start, end = window_of(asked.start, asked.end, feed.as_of)
    return Window(start, end, asked.limit + 1, asked.newest_first, asked.after, feed.as_of)


def _page(rows: list[tuple[str, Row]], limit: int) -> HistoryPage[Row]:
    if len(rows) <= limit:
        return HistoryPage(rows, None)
    symbol, last = rows[limit - 1]
    return HistoryPage(rows[:limit], Place(symbol, last.at, getattr(last, "number", 0)))  # type: ignore[attr-defined]
