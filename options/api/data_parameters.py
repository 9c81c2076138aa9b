"""The queries of the market data endpoints, parsed (contract/trading.md 9.1, 9.4)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from options.api.data_tokens import Pages, Tokens
from options.choices import Right
from options.data_selectors import ChainQuery, HistoryQuery, LatestQuery, SnapshotQuery
from options.rules.data_symbols import require_contract_symbols, require_share_symbols
from options.rules.timeframes import Timeframe, parse_timeframe
from options.services.entitlements import OPTION_FEEDS, STOCK_FEEDS, FeedName

MOST_SYMBOLS, MOST_SHARES = 100, 10_000
POINTS, MOST_POINTS = 1_000, 10_000
SNAPSHOTS, MOST_SNAPSHOTS = 100, 1_000
FIRST_YEAR, LAST_YEAR = 1900, 2100
NOTHING_NAMED: Mapping[str, str] = {}


class Symbols(serializers.Field):
    """Symbols joined by commas, each once and in order; of contracts a hundred at most (contract/trading.md 9.1)."""

    def __init__(self, *, most: int = MOST_SYMBOLS) -> None:
        super().__init__()
        self.most = most

    def to_internal_value(self, text: Any) -> tuple[str, ...]:
        """Answer the symbols, or refuse a list that is empty or too long."""
        symbols = tuple(sorted({word.strip() for word in str(text).split(",") if word.strip()}))
        if not symbols:
            raise ValidationError("is required")
        if len(symbols) > self.most:
            raise ValidationError(f"must be at most {self.most}, found {len(symbols)}")
        return symbols


class Moment(serializers.Field):
    """A time in RFC 3339, or a date."""

    def to_internal_value(self, text: Any) -> datetime | date:
        """Answer the moment in UTC, or the date."""
        try:
            found: datetime | date | None = parse_date(text) or parse_datetime(text)
        except ValueError:
            found = None
        if isinstance(found, datetime) and found.tzinfo is None:
            found = None
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValidationError(f"must be a time in RFC 3339 or a date, from {FIRST_YEAR} to {LAST_YEAR}")
        return found.astimezone(UTC) if isinstance(found, datetime) else found


class BarLength(serializers.Field):
    """A timeframe."""

    def to_internal_value(self, text: Any) -> Timeframe:
        """Answer the timeframe, or say what they look like."""
        found = parse_timeframe(text)
        if found is None:
            raise ValidationError("must be 1 to 59Min, 1 to 23Hour, 1Day, 1Week, or 1, 2, 3, 4, 6 or 12Month")
        return found


# --- The parts that queries share ----------------------------------------------------------------


class Latest(serializers.Serializer):
    """`symbols` and `feed` of option endpoints."""

    symbols = Symbols()
    feed = serializers.ChoiceField(OPTION_FEEDS, default=None)


class StockLatest(serializers.Serializer):
    """`symbols`, `feed` and `currency` of stock endpoints."""

    symbols = Symbols(most=MOST_SHARES)
    feed = serializers.ChoiceField(STOCK_FEEDS, default=None)
    currency = serializers.ChoiceField(["USD"], default="USD")


class History(serializers.Serializer):
    """What bounds a history and cuts it into pages."""

    symbols = Symbols()
    start = Moment(default=None)
    end = Moment(default=None)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_POINTS, default=POINTS)
    sort = serializers.ChoiceField(["asc", "desc"], default="asc")
    page_token = serializers.CharField(default=None)


class StockHistory(StockLatest, History):
    """The same of shares, with what can be said of them beside."""

    asof = serializers.DateField(default=None, input_formats=["iso-8601"])
    adjustment = serializers.ChoiceField(["raw", "split", "dividend", "all"], default="raw")


class Bars(History):
    """A history of bars."""

    timeframe = BarLength()


class StockBars(StockHistory, Bars):
    """A history of bars of shares."""


class Paged(serializers.Serializer):
    """What bounds snapshots."""

    feed = serializers.ChoiceField(OPTION_FEEDS, default=None)
    updated_since = Moment(default=None)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_SNAPSHOTS, default=SNAPSHOTS)
    page_token = serializers.CharField(default=None)


class Snapshots(Paged):
    """The query of `GET /v1beta1/options/snapshots`."""

    symbols = Symbols()


class Chain(Paged):
    """The query of `GET /v1beta1/options/snapshots/{underlying_symbol}`."""

    type = serializers.ChoiceField(Right.choices, source="right", default=None)
    strike_price_gte = serializers.DecimalField(18, 4, default=None)
    strike_price_lte = serializers.DecimalField(18, 4, default=None)
    expiration_date = serializers.DateField(default=None)
    expiration_date_gte = serializers.DateField(default=None)
    expiration_date_lte = serializers.DateField(default=None)
    root_symbol = serializers.CharField(default=None)


# --- Queries -------------------------------------------------------------------------------------


def read_latest(query: QueryDict) -> LatestQuery:
    """Parse which contracts' newest quotes or trades are wanted."""
    asked = _parsed(Latest, query)
    require_contract_symbols(asked["symbols"])
    return LatestQuery(**asked)


def read_stock_latest(query: QueryDict, symbol: str | None = None) -> LatestQuery:
    """Parse which shares' newest quotes, trades or bars are wanted; `symbol` is the one that a path names."""
    asked = _parsed(StockLatest, query, {} if symbol is None else {"symbols": symbol})
    require_share_symbols(asked["symbols"])
    return LatestQuery(asked["symbols"], asked["feed"])


def read_history(query: QueryDict, pages: Pages) -> HistoryQuery:
    """Parse which part of the history of contracts is wanted."""
    asked = _parsed(Bars if pages.of_bars else History, query)
    require_contract_symbols(asked["symbols"])
    return _history(asked, pages.of(query))


def read_stock_history(query: QueryDict, pages: Pages) -> HistoryQuery:
    """Parse which part of the history of shares is wanted."""
    asked = _parsed(StockBars if pages.of_bars else StockHistory, query)
    require_share_symbols(asked["symbols"])
    return _history(asked, pages.of(query))


def read_snapshots(query: QueryDict, pages: Pages) -> SnapshotQuery:
    """Parse which contracts' snapshots are wanted."""
    asked = _parsed(Snapshots, query)
    require_contract_symbols(asked["symbols"])
    return SnapshotQuery(**_without_token(asked, pages.of(query)))


def read_chain(query: QueryDict, underlying_symbol: str, pages: Pages) -> ChainQuery:
    """Parse which part of the chain on a share is wanted."""
    require_share_symbols([underlying_symbol])
    tokens = pages.of(query, underlying_symbol)
    return ChainQuery(underlying_symbol=underlying_symbol, **_without_token(_parsed(Chain, query), tokens))


def _parsed(
    kind: type[serializers.Serializer], query: QueryDict, named: Mapping[str, str] = NOTHING_NAMED
) -> dict[str, Any]:
    """Answer what a query says; what is said twice is joined, and what is empty is not said."""
    said = {name: ",".join(values) for name, values in query.lists() if any(values)}
    parsed = kind(data=said | dict(named))
    parsed.is_valid(raise_exception=True)
    asked = dict(parsed.validated_data)
    asked["feed"] = FeedName(asked["feed"]) if asked.get("feed") else None
    return asked


def _history(asked: Mapping[str, Any], tokens: Tokens) -> HistoryQuery:
    token = asked["page_token"]
    return HistoryQuery(
        symbols=asked["symbols"],
        start=asked["start"],
        end=asked["end"],
        limit=asked["limit"],
        newest_first=asked["sort"] == "desc",
        after=None if token is None else tokens.place_in(token),
        feed=asked["feed"],
        timeframe=asked.get("timeframe"),
    )


def _without_token(asked: Mapping[str, Any], tokens: Tokens) -> dict[str, Any]:
    rest = dict(asked)
    token = rest.pop("page_token")
    return rest | {"after": None if token is None else tokens.key_in(token)}
