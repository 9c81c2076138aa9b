"""Option market data over REST: `/v1beta1/options/…` (contract/trading.md 9.1)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from accounts.choices import KeyScope
from accounts.models import ApiKey, User
from brokerage import clock
from brokerage.api import ApiView
from brokerage.scopes import Admits
from options.api.data_parameters import read_chain, read_history, read_latest, read_snapshots
from options.api.data_shapes import Row, bar_json, by_symbol, quote_json, snapshot_json, trade_json
from options.api.data_tokens import Pages, Tokens
from options.data_errors import DataQueryInvalid
from options.data_selectors import (
    HistoryPage,
    HistoryQuery,
    contracts_named,
    latest_quotes,
    latest_trades,
    list_bars,
    list_trades,
)
from options.data_snapshots import SnapshotPage, chain_snapshots, contract_snapshots
from options.models import Asset
from options.rules.tape import CONDITIONS, EXCHANGES
from options.services.entitlements import Feed, FeedName, feed_for
from options.services.usage import count_use

SNAPSHOTS, CHAIN = Pages("option snapshots"), Pages("option chain")


class DataView(ApiView):
    """The base of every view of market data: a bad query is 400 here, and what is taken is counted."""

    scope = KeyScope.DATA
    admits = Admits.BOTH
    invalid_input = DataQueryInvalid

    def answer(self, body: Row, *, points: int) -> Response:
        """Answer, and count what was taken: so many rows."""
        match = self.request.resolver_match
        assert match is not None
        count_use(cast(ApiKey, self.request.auth), endpoint=match.route, points=points)
        return Response(body)


class LatestQuotes(DataView):
    """`/v1beta1/options/quotes/latest`."""

    def get(self, request: Request) -> Response:
        """Answer the newest quote of each contract."""
        asked = read_latest(request.query_params)
        feed = feed_for(actor_of(request), asked.feed, clock.now())
        found = latest_quotes(contracts_named(asked.symbols), feed.as_of)
        return self.answer({"quotes": {symbol: quote_json(one) for symbol, one in found.items()}}, points=len(found))


class LatestTrades(DataView):
    """`/v1beta1/options/trades/latest`."""

    def get(self, request: Request) -> Response:
        """Answer the newest trade of each contract."""
        asked = read_latest(request.query_params)
        feed = feed_for(actor_of(request), asked.feed, clock.now())
        found = latest_trades(contracts_named(asked.symbols), feed.as_of)
        return self.answer({"trades": {symbol: trade_json(one) for symbol, one in found.items()}}, points=len(found))


class HistoryView(DataView, ABC):
    """A list by symbol and time, a page at a time; `kind` is what it lists."""

    kind: str
    pages: Pages
    read: Callable[[QueryDict, Pages], HistoryQuery]
    feed: Callable[[User, FeedName | None, datetime], Feed]
    named: Callable[[Sequence[str]], list[Asset]]
    rows: Callable[[Sequence[Asset], HistoryQuery, Feed], HistoryPage[Any]]

    def get(self, request: Request) -> Response:
        """Answer a page of the list."""
        asked = self.read(request.query_params, self.pages)
        feed = self.feed(actor_of(request), asked.feed, clock.now())
        assets = self.named(asked.symbols)
        page = self.rows(assets, asked, feed)
        shown = by_symbol(page.rows, self.shape(assets))
        tokens = self.pages.of(request.query_params)
        body = {self.kind: shown, "next_page_token": tokens.after_place(page.next_after)}
        return self.answer(body, points=len(page.rows))

    @abstractmethod
    def shape(self, assets: Sequence[Asset]) -> Callable[[str, Any], Row]:
        """Answer what makes the wire's form of a row, from its symbol and the row."""


class ContractHistory(HistoryView):
    """A history of contracts."""

    read = staticmethod(read_history)
    feed = staticmethod(feed_for)
    named = staticmethod(contracts_named)


class Trades(ContractHistory):
    """`/v1beta1/options/trades`."""

    kind, pages, rows = "trades", Pages("option trades"), staticmethod(list_trades)

    def shape(self, assets: Sequence[Asset]) -> Callable[[str, Any], Row]:
        """Show trades, whoever's they are."""
        return lambda symbol, trade: trade_json(trade)


class Bars(ContractHistory):
    """`/v1beta1/options/bars`."""

    kind, pages, rows = "bars", Pages("option bars", of_bars=True), staticmethod(list_bars)

    def shape(self, assets: Sequence[Asset]) -> Callable[[str, Any], Row]:
        """Show bars, whoever's they are."""
        return lambda symbol, bar: bar_json(bar)


class Snapshots(DataView):
    """`/v1beta1/options/snapshots`."""

    def get(self, request: Request) -> Response:
        """Answer all that is known of each contract."""
        asked = read_snapshots(request.query_params, SNAPSHOTS)
        feed = feed_for(actor_of(request), asked.feed, clock.now())
        return self.page(contract_snapshots(asked, feed.as_of), SNAPSHOTS.of(request.query_params))

    def page(self, page: SnapshotPage, tokens: Tokens) -> Response:
        """Answer a page of snapshots."""
        shown = {symbol: snapshot_json(one) for symbol, one in page.snapshots.items()}
        body = {"snapshots": shown, "next_page_token": tokens.after_key(page.next_after)}
        return self.answer(body, points=len(shown))


class Chain(Snapshots):
    """`/v1beta1/options/snapshots/{underlying_symbol}`."""

    def get(self, request: Request, underlying_symbol: str) -> Response:  # type: ignore[override]
        """Answer all that is known of the contracts on a share that still trade."""
        asked = read_chain(request.query_params, underlying_symbol, CHAIN)
        feed = feed_for(actor_of(request), asked.feed, clock.now())
        return self.page(chain_snapshots(asked, feed.as_of), CHAIN.of(request.query_params, underlying_symbol))


class Exchanges(DataView):
    """`/v1beta1/options/meta/exchanges`."""

    def get(self, request: Request) -> Response:
        """Answer the names of the exchanges, by code."""
        return self.answer(EXCHANGES, points=0)


class Conditions(DataView):
    """`/v1beta1/options/meta/conditions/{ticktype}`."""

    def get(self, request: Request, ticktype: str) -> Response:
        """Answer what the conditions of trades or quotes mean, by code."""
        if ticktype not in CONDITIONS:
            raise DataQueryInvalid({"ticktype": [f"must be {' or '.join(CONDITIONS)}"]})
        return self.answer(CONDITIONS[ticktype], points=0)
