"""What was traded, and the bars that sum it up: trades to bars, and bars to wider bars."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby

from options.rules.timeframes import Timeframe

VWAP_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Trade:
    """What was paid once: `price` per share, `size` in contracts or shares, codes of where and how.

    `number` tells trades of one symbol at one moment apart, ascending.
    """

    at: datetime
    price: Decimal
    size: int
    exchange: str
    condition: str
    number: int


@dataclass(frozen=True, slots=True)
class Bar:
    """What was traded of one symbol from `at` on, for as long as a timeframe: at least one trade."""

    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    trades: int
    vwap: Decimal


def bars_of_trades(trades: Iterable[Trade], timeframe: Timeframe) -> Iterator[Bar]:
    """Yield the bars of one symbol's trades, which come in the order they were made in.

    What a source answers, computed or stored, is held against this in tests.
    """
    for start, group in groupby(trades, timeframe.starts()):
        made = list(group)
        prices = [trade.price for trade in made]
        volume = sum(trade.size for trade in made)
        turnover = sum((trade.price * trade.size for trade in made), Decimal(0))
        yield Bar(
            start, prices[0], max(prices), min(prices), prices[-1], volume, len(made), average_price(turnover, volume)
        )


def wider_bars(bars: Iterable[Bar], timeframe: Timeframe) -> Iterator[Bar]:
    """Yield the bars of a wider timeframe that one symbol's bars make, which come in order."""
    for start, group in groupby(bars, timeframe.starts()):
        made = list(group)
        volume = sum(bar.volume for bar in made)
        turnover = sum((bar.vwap * bar.volume for bar in made), Decimal(0))
        yield Bar(
            start,
            made[0].open,
            max(bar.high for bar in made),
            min(bar.low for bar in made),
            made[-1].close,
            volume,
            sum(bar.trades for bar in made),
            average_price(turnover, volume),
        )


def average_price(turnover: Decimal, volume: int) -> Decimal:
    """Answer what a share or a unit of premium cost on average, to six places."""
    return (turnover / volume).quantize(VWAP_STEP, ROUND_HALF_EVEN)
