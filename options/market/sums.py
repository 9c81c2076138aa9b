"""Bars of the made-up market: its trades summed up in arrays, exactly as `options.rules.bars` sums them."""

from collections.abc import Hashable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from brokerage.market_calendar import NEW_YORK, Session
from options.market.columns import Columns
from options.market.interface import Bar
from options.market.prints import MICROSECOND, Prints
from options.market.values import Whole, dollars
from options.rules.bars import average_price
from options.rules.timeframes import DAY, Timeframe

Rows = NDArray[np.intp]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_KEPT = 20_000  # In each process: then it begins anew.
_DAYS: dict[tuple[Hashable, ...], Bar] = {}
_STARTS: dict[tuple[Timeframe, date, int], datetime] = {}  # When bars begin: every symbol's at the same moments.


def spans(rows: Rows, first: Whole, last: Whole) -> tuple[Rows, Whole]:
    """Answer rows and numbers of the trades from `first` to `last` of each row, in order."""
    lengths = np.maximum(last - first + 1, 0)
    before = np.cumsum(lengths) - lengths
    return np.repeat(rows, lengths), np.arange(lengths.sum()) + np.repeat(first - before, lengths)


def bars_of(columns: Columns, rows: Rows, k: Whole, timeframe: Timeframe) -> Iterator[tuple[int, Bar]]:
    """Yield the bars that the trades make, with their rows; a bar of days or more sums up one session."""
    if not len(rows):
        return
    passed = columns.passed(rows, k)
    price = columns.prices(rows, k, passed)
    size = columns.traded(rows, k) - columns.traded(rows, k - 1)
    buckets = _buckets(columns, timeframe, rows, passed)
    begins = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]) | (buckets[1:] != buckets[:-1])])
    ends = np.r_[begins[1:], len(rows)]
    sums = (
        rows[begins],
        buckets[begins],
        passed[begins],
        price[begins],
        np.maximum.reduceat(price, begins),
        np.minimum.reduceat(price, begins),
        price[ends - 1],
        np.add.reduceat(size, begins),
        ends - begins,
        np.add.reduceat(price * size, begins),
    )
    for row, bucket, micros, opened, high, low, close, volume, count, turnover in zip(
        *(column.tolist() for column in sums), strict=True
    ):
        start = _start_of(timeframe, columns.prints[row].session, bucket, micros)
        average = average_price(Decimal(turnover).scaleb(-4), volume)
        yield row, Bar(start, dollars(opened), dollars(high), dollars(low), dollars(close), volume, count, average)


def day_bars(seed: str, prints: Sequence[Prints], until: Sequence[int]) -> list[Bar]:
    """Answer the bar of each day until that trade of it; those of whole days are kept."""
    keys = [(seed, *one.key) if k == one.count else None for one, k in zip(prints, until, strict=True)]
    bars = [_DAYS.get(key) if key else None for key in keys]
    missing = [place for place, bar in enumerate(bars) if bar is None]
    if missing:
        columns = Columns(seed, [prints[place] for place in missing])
        last = np.array([until[place] for place in missing])
        trades = spans(np.arange(len(missing)), np.ones_like(last), last)
        for row, bar in bars_of(columns, *trades, DAY):
            bars[missing[row]] = bar
            _keep(_DAYS, keys[missing[row]], bar)
    return [bar for bar in bars if bar]


def _keep(kept: dict[K, V], key: K | None, value: V) -> None:
    if key is not None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = value


def _start_of(timeframe: Timeframe, session: Session, bucket: int, passed: int) -> datetime:
    key = timeframe, session.date, bucket
    found = _STARTS.get(key)
    if found is None:
        found = timeframe.start_of(session.opens_at + timedelta(microseconds=passed))
        _keep(_STARTS, key, found)
    return found


def _buckets(columns: Columns, timeframe: Timeframe, rows: Rows, passed: Whole) -> Whole:
    """Number the bars of a day: those of minutes and hours count from midnight in New York."""
    if not timeframe.is_within_a_day:
        return np.zeros_like(passed)
    opened = np.array([_since_midnight(one.session) for one in columns.prints], np.int64)
    return (opened[rows] + passed) // (timeframe.length // MICROSECOND)


def _since_midnight(session: Session) -> int:
    local = session.opens_at.astimezone(NEW_YORK)
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second) // MICROSECOND
