"""What the wire shows of market data: short names, numbers, times in UTC (contract/trading.md 9.2).

Answers hold ten thousand rows: each is a dict of plain values, made once, for orjson to write.
"""

from collections.abc import Callable, Iterable
from datetime import UTC
from functools import lru_cache
from typing import Any, TypeVar

from options.choices import Exchange
from options.data_snapshots import Snapshot
from options.market.interface import Bar, Quote, Trade
from options.models import Asset
from options.pricing import Greeks

REGULAR = " "  # The condition of what nobody said anything of.
REGULAR_SHARE = "@", "R"  # Of trades, of quotes: what the tapes of shares call it.
TAPES: dict[str, str] = {Exchange.NYSE: "A", Exchange.NASDAQ: "C"}
OTHER_TAPE = "B"  # Of what is listed anywhere else.

Row = dict[str, Any]
One = TypeVar("One")


def quote_json(quote: Quote) -> Row:
    """Answer the quote of a contract; a side that nobody quotes is 0 for 0."""
    return _sides(quote) | {"c": quote.condition or REGULAR}


def share_quote_json(quote: Quote, tape: str) -> Row:
    """Answer the quote of a share that this tape reports."""
    return _sides(quote) | {"c": _listed(quote.condition or REGULAR_SHARE[1]), "z": tape}


def _sides(quote: Quote) -> Row:
    return {
        "t": quote.at.astimezone(UTC),
        "bx": quote.bid_exchange,
        "bp": float(quote.bid or 0),
        "bs": quote.bid_size,
        "ax": quote.ask_exchange,
        "ap": float(quote.ask or 0),
        "as": quote.ask_size,
    }


def trade_json(trade: Trade) -> Row:
    """Answer a trade of a contract."""
    return {
        "t": trade.at.astimezone(UTC),
        "x": trade.exchange,
        "p": float(trade.price),
        "s": trade.size,
        "c": trade.condition or REGULAR,
    }


def share_trade_json(trade: Trade, tape: str) -> Row:
    """Answer a trade of a share that this tape reports."""
    return {
        "t": trade.at.astimezone(UTC),
        "x": trade.exchange,
        "p": float(trade.price),
        "s": trade.size,
        "c": _listed(trade.condition or REGULAR_SHARE[0]),
        "i": trade.number,
        "z": tape,
    }


@lru_cache(maxsize=256)
def _listed(conditions: str) -> tuple[str, ...]:
    """Answer the conditions of a share, each a letter: one list for all rows that have the same."""
    return tuple(conditions)


def bar_json(bar: Bar) -> Row:
    """Answer a bar."""
    return {
        "t": bar.at.astimezone(UTC),
        "o": float(bar.open),
        "h": float(bar.high),
        "l": float(bar.low),
        "c": float(bar.close),
        "v": bar.volume,
        "n": bar.trades,
        "vw": float(bar.vwap),
    }


def greeks_json(greeks: Greeks) -> Row:
    """Answer greeks without the volatility that implies them, which stands beside."""
    return {name: value for name, value in greeks._asdict().items() if name != "implied_volatility"}


def snapshot_json(snapshot: Snapshot) -> Row:
    """Answer all that is known of a contract; what is not known is left out."""
    shown = _shown(snapshot, quote_json, trade_json)
    if snapshot.greeks is not None:
        shown["greeks"] = greeks_json(snapshot.greeks)
        shown["impliedVolatility"] = snapshot.greeks.implied_volatility
    return shown


def share_snapshot_json(snapshot: Snapshot, tape: str) -> Row:
    """Answer all that is known of a share that this tape reports."""
    return _shown(snapshot, lambda quote: share_quote_json(quote, tape), lambda trade: share_trade_json(trade, tape))


def _shown(snapshot: Snapshot, of_quote: Callable[[Quote], Row], of_trade: Callable[[Trade], Row]) -> Row:
    shown: Row = {}
    if snapshot.quote is not None:
        shown["latestQuote"] = of_quote(snapshot.quote)
    if snapshot.trade is not None:
        shown["latestTrade"] = of_trade(snapshot.trade)
    if snapshot.bars is not None:
        bars = (snapshot.bars.minute, snapshot.bars.daily, snapshot.bars.previous_daily)
        for name, bar in zip(("minuteBar", "dailyBar", "prevDailyBar"), bars, strict=True):
            if bar is not None:
                shown[name] = bar_json(bar)
    return shown


def by_symbol(rows: Iterable[tuple[str, One]], shape: Callable[[str, One], Row]) -> dict[str, list[Row]]:
    """Answer rows that come by symbol as a list for each, in their order."""
    shown: dict[str, list[Row]] = {}
    for symbol, row in rows:
        shown.setdefault(symbol, []).append(shape(symbol, row))
    return shown


def tapes_of(shares: Iterable[Asset]) -> dict[str, str]:
    """Answer which tape reports each share, by symbol."""
    return {share.symbol: TAPES.get(share.exchange, OTHER_TAPE) for share in shares}
