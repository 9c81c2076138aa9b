"""Market data of shares over REST: `/v2/stocks/…`, what options are priced with (contract/trading.md 9.4)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from brokerage import clock
from options.api.data_parameters import read_stock_history, read_stock_latest
from options.api.data_shapes import (
    Row,
    bar_json,
    share_quote_json,
    share_snapshot_json,
    share_trade_json,
    tapes_of,
)
from options.api.data_tokens import Pages
from options.api.data_views import DataView, HistoryView
from options.data_errors import NothingKnown
from options.data_selectors import (
    latest_bars,
    latest_quotes,
    latest_trades,
    list_bars,
    list_quotes,
    list_trades,
    shares_named,
)
from options.data_snapshots import share_snapshots
from options.models import Asset
from options.services.entitlements import past_stock_feed_for, stock_feed_for


class LatestView(DataView, ABC):
    """The newest of something: of shares in a list, or of the one that the path names."""

    kind = ""

    def get(self, request: Request, symbol: str | None = None) -> Response:
        """Answer the newest of each share, or raise `NothingKnown` for the one that a path names."""
        asked = read_stock_latest(request.query_params, symbol)
        feed = stock_feed_for(actor_of(request), asked.feed, clock.now())
        found = self.newest(shares_named(asked.symbols), feed.as_of)
        if symbol is None:
            return self.answer({f"{self.kind}s": found}, points=len(found))
        if symbol not in found:
            raise NothingKnown(kind=self.kind, symbol=symbol)
        return self.answer({"symbol": symbol, self.kind: found[symbol]}, points=1)

    @abstractmethod
    def newest(self, shares: Sequence[Asset], at: datetime) -> dict[str, Row]:
        """Answer the newest of each share as of `at`, by symbol."""


class LatestQuotes(LatestView):
    """`/v2/stocks/quotes/latest` and `/v2/stocks/{symbol}/quotes/latest`."""

    kind = "quote"

    def newest(self, shares: Sequence[Asset], at: datetime) -> dict[str, Row]:
        """Answer quotes."""
        tapes = tapes_of(shares)
        return {symbol: share_quote_json(one, tapes[symbol]) for symbol, one in latest_quotes(shares, at).items()}


class LatestTrades(LatestView):
    """`/v2/stocks/trades/latest` and `/v2/stocks/{symbol}/trades/latest`."""

    kind = "trade"

    def newest(self, shares: Sequence[Asset], at: datetime) -> dict[str, Row]:
        """Answer trades."""
        tapes = tapes_of(shares)
        return {symbol: share_trade_json(one, tapes[symbol]) for symbol, one in latest_trades(shares, at).items()}


class LatestBars(LatestView):
    """`/v2/stocks/bars/latest` and `/v2/stocks/{symbol}/bars/latest`."""

    kind = "bar"

    def newest(self, shares: Sequence[Asset], at: datetime) -> dict[str, Row]:
        """Answer bars of a minute."""
        return {symbol: bar_json(one) for symbol, one in latest_bars(shares, at).items()}


class Snapshots(DataView):
    """`/v2/stocks/snapshots`."""

    def get(self, request: Request) -> Response:
        """Answer all that is known of each share, without a name around it."""
        asked = read_stock_latest(request.query_params)
        feed = stock_feed_for(actor_of(request), asked.feed, clock.now())
        shares = shares_named(asked.symbols)
        tapes = tapes_of(shares)
        found = share_snapshots(shares, feed.as_of)
        body = {symbol: share_snapshot_json(one, tapes[symbol]) for symbol, one in found.items()}
        return self.answer(body, points=len(body))


class ShareHistory(HistoryView):
    """A history of shares."""

    read = staticmethod(read_stock_history)
    feed = staticmethod(past_stock_feed_for)
    named = staticmethod(shares_named)


class Trades(ShareHistory):
    """`/v2/stocks/trades`."""

    kind, pages, rows = "trades", Pages("trades"), staticmethod(list_trades)

    def shape(self, assets: Sequence[Asset]) -> Callable[[str, Any], Row]:
        """Show trades with the tape of their share."""
        tapes = tapes_of(assets)
        return lambda symbol, trade: share_trade_json(trade, tapes[symbol])


class Quotes(ShareHistory):
    """`/v2/stocks/quotes`."""

    kind, pages, rows = "quotes", Pages("quotes"), staticmethod(list_quotes)

    def shape(self, assets: Sequence[Asset]) -> Callable[[str, Any], Row]:
        """Show quotes with the tape of their share."""
        tapes = tapes_of(assets)
        return lambda symbol, quote: share_quote_json(quote, tapes[symbol])


class Bars(ShareHistory):
    """`/v2/stocks/bars`."""

    kind, pages, rows = "bars", Pages("bars", of_bars=True), staticmethod(list_bars)

    def shape(self, assets: Sequence[Asset]) -> Callable[[str, Any], Row]:
        """Show bars, whoever's they are."""
        return lambda symbol, bar: bar_json(bar)
