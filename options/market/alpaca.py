"""A real data account, asked by `alpaca-py` for what is wanted (docs/decisions/0022).

The library is an extra, and brings pandas: only the process that feeds loads this module.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from alpaca.common.exceptions import APIError
from alpaca.data.enums import DataFeed, OptionsFeed
from alpaca.data.historical.option import OptionHistoricalDataClient
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.data.requests import (
    OptionBarsRequest,
    OptionLatestQuoteRequest,
    OptionLatestTradeRequest,
    OptionTradesRequest,
    StockBarsRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from brokerage import clock
from brokerage.market_calendar import NEW_YORK
from brokerage.market_data import MarketData
from options.market.interface import Bar, Quote, Trade
from options.market.said import Said
from options.rules.bars import VWAP_STEP
from options.rules.contracts import is_contract_symbol
from options.rules.data_windows import midnight_of

AT_ONCE = 100  # symbols in a request
BEGUN_AT_ONCE = 200  # symbols whose past is asked for in one poll
LATE = timedelta(seconds=5)  # by which a trade may come after quotes of its time
PATIENCE = 10  # seconds that the vendor may take to answer
NEVER = datetime.max.replace(tzinfo=UTC)
ZERO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
FAILURES = (APIError, RequestException)
TradedUntil = Callable[[Sequence[str]], dict[str, datetime]]


@dataclass
class _Side:
    """Options or shares: how each is asked, and until when the trades of a symbol are known."""

    quotes: Callable[[list[str]], Any]
    newest: Callable[[list[str]], Any]
    since: Callable[[list[str], datetime], Any]
    bars: Callable[[list[str], TimeFrame, datetime], Any]
    known: dict[str, datetime] = field(default_factory=dict)


class AlpacaFeed:
    """Asks a data account for quotes and trades."""

    def __init__(self, account: MarketData) -> None:
        keys: dict[str, Any] = {"api_key": account.key_id, "secret_key": account.secret, "raw_data": True}
        keys["url_override"] = account.url or None
        options, shares = OptionHistoricalDataClient(**keys), StockHistoricalDataClient(**keys)
        for client in (options, shares):
            client._session.mount("https://", _Patient())
            client._session.mount("http://", _Patient())
        self._reached: list[tuple[_Side, dict[str, datetime]]] = []
        self._bar_days = timedelta(days=account.bar_days)
        of_options, of_shares = OptionsFeed(account.option_feed), DataFeed(account.stock_feed)
        self._options = _Side(
            lambda symbols: options.get_option_latest_quote(
                OptionLatestQuoteRequest(symbol_or_symbols=symbols, feed=of_options)
            ),
            lambda symbols: options.get_option_latest_trade(
                OptionLatestTradeRequest(symbol_or_symbols=symbols, feed=of_options)
            ),
            lambda symbols, start: options.get_option_trades(
                OptionTradesRequest(symbol_or_symbols=symbols, start=start)
            ),
            lambda symbols, timeframe, start: options.get_option_bars(
                OptionBarsRequest(symbol_or_symbols=symbols, timeframe=timeframe, start=start)
            ),
        )
        self._shares = _Side(
            lambda symbols: shares.get_stock_latest_quote(
                StockLatestQuoteRequest(symbol_or_symbols=symbols, feed=of_shares)
            ),
            lambda symbols: shares.get_stock_latest_trade(
                StockLatestTradeRequest(symbol_or_symbols=symbols, feed=of_shares)
            ),
            lambda symbols, start: shares.get_stock_trades(
                StockTradesRequest(symbol_or_symbols=symbols, start=start, feed=of_shares)
            ),
            lambda symbols, timeframe, start: shares.get_stock_bars(
                StockBarsRequest(symbol_or_symbols=symbols, timeframe=timeframe, start=start, feed=of_shares)
            ),
        )

    def poll(self, symbols: Iterable[str], traded_until: TradedUntil) -> Said:
        """Answer what is quoted now, and what was traded since the last time.

        Of what is new, that is since it was traded last as far as anybody knows, today: a feed that begins again
        fills its gap. Where nobody knows, it is the newest trade, and all of the minute under way. What was before
        comes as bars, once: minutes of the day, and days. All of it is asked for again until it is said to
        be kept. Raises one of `FAILURES` where the vendor does not answer, or refuses. What is wanted no longer is
        forgotten, and new when it is wanted again. Of much that is new, some is only quoted for now.
        """
        said, wanted = Said(), sorted(symbols)
        self._reached, reached = [], []
        for side, chosen in (
            (self._shares, [one for one in wanted if not is_contract_symbol(one)]),
            (self._options, [one for one in wanted if is_contract_symbol(one)]),
        ):
            known = {symbol: side.known[symbol] for symbol in chosen if symbol in side.known}
            gaps = traded_until([symbol for symbol in chosen if symbol not in known])
            since = known | gaps
            # gaps of one length are asked together
            ordered = [symbol for _, symbol in sorted((since.get(symbol, NEVER), symbol) for symbol in chosen)]
            reached.append((side, known))
            left = BEGUN_AT_ONCE
            for start in range(0, len(ordered), AT_ONCE):
                some = ordered[start : start + AT_ONCE]
                quoted = [_quote(symbol, one) for symbol, one in side.quotes(some).items() if one]
                said.quotes += quoted
                there = _time_there(quoted)
                new = [symbol for symbol in some if symbol not in side.known][:left]
                begun = [symbol for symbol in some if symbol in side.known] + new
                begins = _begins(side, begun, gaps, there or clock.real_now())
                for symbol, trade in _trades(side, begins, gaps):
                    (said.trades if trade.at >= begins[symbol] else said.newest).append((symbol, trade))
                if there:
                    left -= len(new)
                    self._ask_past(side, new, begins, there, said)
                    known |= dict.fromkeys(begun, there - LATE)
        self._reached = reached
        return said

    def _ask_past(
        self, side: _Side, symbols: list[str], begins: Mapping[str, datetime], now: datetime, said: Said
    ) -> None:
        """Ask for the bars of before the trades of these begin: minutes of the day, and days before it."""
        today = midnight_of(now.astimezone(NEW_YORK).date())
        begun_today = [symbol for symbol in symbols if begins[symbol] > today]
        if begun_today:
            minutes = _bars(side.bars(begun_today, TimeFrame.Minute, today))
            said.minutes += [(symbol, bar) for symbol, bar in minutes if bar.at < begins[symbol]]
        if symbols:
            days = _bars(side.bars(symbols, TimeFrame.Day, today - self._bar_days))
            said.days += [(symbol, bar) for symbol, bar in days if bar.at < today]

    def keep(self) -> None:
        """Take it that what was said last is stored: from there on is asked next."""
        for side, known in self._reached:
            side.known = known


def _time_there(quoted: Iterable[Quote]) -> datetime | None:
    """Answer what time it is at the vendor's: that of its newest quote. Zero is no time: it says that nobody quoted."""
    return max((quote.at for quote in quoted if quote.at > ZERO_TIME), default=None)


def _begins(side: _Side, symbols: Sequence[str], gaps: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """Answer from which minute on all trades of each symbol are asked for, or were."""
    begins = {symbol: _minute(side.known.get(symbol, now - LATE)) for symbol in symbols}
    again = [symbol for symbol in symbols if symbol in gaps]
    if again:
        today = midnight_of(now.astimezone(NEW_YORK).date())
        begins |= dict.fromkeys(again, max(today, _minute(min(gaps[symbol] for symbol in again) - LATE)))
    return begins


def _trades(side: _Side, begins: Mapping[str, datetime], gaps: Mapping[str, datetime]) -> Iterator[tuple[str, Trade]]:
    """Yield what was traded since these were asked for last; see `AlpacaFeed.poll` for what is new."""
    old = [symbol for symbol in begins if symbol in side.known]
    new = [symbol for symbol in begins if symbol not in side.known]
    found: dict[str, Any] = {}
    if new:  # a gap may have begun before today, and the newest trade lie between
        found |= {symbol: [one] for symbol, one in side.newest(new).items() if one}
    for some in ([one for one in new if one in gaps], [one for one in new if one not in gaps]):
        since = side.since(some, begins[some[0]]) if some else {}  # those of a kind begin together
        found |= {symbol: rows for symbol, rows in since.items() if rows}
    if old:
        found |= side.since(old, min(side.known[symbol] for symbol in old))
    for symbol, rows in found.items():
        yield from ((symbol, trade) for trade in _numbered(rows))


class _Patient(HTTPAdapter):
    """Waits for an answer so long and no longer; the library itself would wait for ever."""

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        return super().send(request, *args, **{**kwargs, "timeout": PATIENCE})


def _quote(symbol: str, said: Any) -> Quote:
    bid, ask = _price(said.get("bp")), _price(said.get("ap"))
    return Quote(
        symbol=symbol,
        bid=bid,
        ask=ask,
        bid_size=int(said.get("bs") or 0) if bid else 0,
        ask_size=int(said.get("as") or 0) if ask else 0,
        last=None,
        at=datetime.fromisoformat(said["t"]),
        bid_exchange=_code(said.get("bx"), 1),
        ask_exchange=_code(said.get("ax"), 1),
        condition=_code(said.get("c"), 8),
    )


def _numbered(rows: Sequence[Any]) -> Iterator[Trade]:
    """Yield trades that the vendor tells apart by a number, or, without one, by their order in a microsecond."""
    for at, together in groupby(rows, key=lambda row: datetime.fromisoformat(row["t"])):
        for place, row in enumerate(together):
            price = _price(row["p"])
            if price is not None and int(row["s"]) > 0:
                exchange, condition = _code(row.get("x"), 1), _code(row.get("c"), 8)
                yield Trade(at, price, int(row["s"]), exchange, condition, int(row.get("i") or place))


def _bars(found: Mapping[str, Any]) -> Iterator[tuple[str, Bar]]:
    for symbol, rows in found.items():
        for row in rows or ():
            at, prices = datetime.fromisoformat(row["t"]), [_price(row[key]) for key in "ohlc"]
            opened, high, low, close = (price or Decimal(0) for price in prices)
            average = Decimal(str(row.get("vw") or close)).quantize(VWAP_STEP)
            yield symbol, Bar(at, opened, high, low, close, int(row["v"]), int(row.get("n") or 0), average)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _price(number: Any) -> Decimal | None:
    """Answer a price as it was written; none where it is zero, which says that nobody quotes."""
    return Decimal(str(number)).quantize(Decimal("0.0001")) if number else None


def _code(said: Any, length: int) -> str:
    """Answer a code; of shares, a quote or trade has a list of them."""
    return "".join(str(one).strip() for one in said)[:length] if isinstance(said, list) else str(said or "")[:length]
