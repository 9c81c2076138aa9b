"""What was traded in the made-up market until a moment, and the bars that it makes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from typing import NamedTuple, TypeVar

import numpy as np

from brokerage import market_calendar
from brokerage.market_calendar import NEW_YORK, Session
from options.market.columns import Columns, made_by
from options.market.interface import Bar, Instrument, LatestBars, Quote, Trade, Window
from options.market.prints import MICROSECOND, Prints, newest_before, prints_of
from options.market.sums import Rows, bars_of, day_bars, spans
from options.market.values import Whole
from options.rules.bars import wider_bars
from options.rules.timeframes import DAY, MINUTE, Timeframe

HISTORY_BEGINS = datetime(2024, 1, 1, tzinfo=NEW_YORK)  # Lists of trades and bars reach no further back.
BATCH = 16  # Sessions that are computed together.

Row = TypeVar("Row", Trade, Bar, Quote)


# --- The latest ----------------------------------------------------------------------------------


class Newest(NamedTuple):
    """Latest trades: which of its session's trades each is, and the place of its instrument among those asked for."""

    columns: Columns
    rows: Rows
    k: Whole
    places: Rows


def newest(today: Columns, passed: int, share: float) -> Iterator[Newest]:
    """Yield the latest trades of the instruments: those made today, then older ones of those without."""
    made = today.made_by(passed, share)
    rows = np.flatnonzero(made)
    if len(rows):
        yield Newest(today, rows, made[rows], rows)
    older = {}
    for row in np.flatnonzero(made == 0).tolist():
        one = today.prints[row]
        older[row] = newest_before(today.seed, one.instrument, one.session.date)
    found = {row: one for row, one in older.items() if one}
    if found:
        columns = Columns(today.seed, list(found.values()), today.spots)
        yield Newest(columns, np.arange(len(found)), columns.count, np.array(list(found)))


class Quoted(NamedTuple):
    """What is bid and asked and was paid last, in ten-thousandths, zero where nobody did, and how much was traded."""

    bid: int
    ask: int
    last: int
    volume: int | None


def quoted_together(today: Columns, passed: int, share: float) -> Iterator[Quoted]:
    """Yield how each instrument is quoted so many microseconds after the open."""
    count = len(today.prints)
    sides = today.sides(np.arange(count), np.full(count, passed))
    last, volumes = np.zeros((2, count), np.int64)
    for found in newest(today, passed, share):
        columns, rows, k, places = found
        last[places] = columns.prices(rows, k, columns.passed(rows, k))
        if columns is today:
            volumes[places] = columns.traded(rows, k)
    yield from map(Quoted, *(one.tolist() for one in (sides.bid, sides.ask, last, volumes)))


def latest_bars_of(found: Newest) -> dict[str, LatestBars]:
    """Answer the bars of the minute, the day and the day before that end with the latest trades, by symbol."""
    columns, rows, k, _ = found
    seed, prints = columns.seed, [columns.prints[row] for row in rows.tolist()]
    minutes = bars_of(columns, *_last_minutes(found), MINUTE)
    days = day_bars(seed, prints, k.tolist())
    older = [newest_before(seed, one.instrument, one.session.date) for one in prints]
    whole = [one for one in older if one]
    before = iter(day_bars(seed, whole, [one.count for one in whole]))
    return {
        one.instrument.symbol: LatestBars(minute, day, next(before) if previous else None)
        for one, (_, minute), day, previous in zip(prints, minutes, days, older, strict=True)
    }


def _last_minutes(found: Newest) -> tuple[Rows, Whole]:
    """Answer the trades of the minute that each latest trade was made in."""
    columns, rows, k, _ = found
    passed = columns.passed(rows, k)
    begins = passed - passed % (MINUTE.length // MICROSECOND)  # Sessions open on the minute.
    first = columns.first_since(rows, k, begins)
    return spans(rows, first, k)


# --- Windows -------------------------------------------------------------------------------------


def rows_in(
    instruments: Iterable[Instrument], window: Window, rows_of: Callable[[Instrument, Window], Iterator[Row]]
) -> list[tuple[str, Row]]:
    """Answer the rows of every instrument by symbol, from where the last page ended, as many as are wanted."""
    start, end = max(window.start, HISTORY_BEGINS), min(window.end, window.known_until)
    known = replace(window, start=start, end=end, as_of=window.known_until)
    return list(islice(_rows(instruments, known, rows_of), window.limit)) if start <= end else []


def _rows(
    instruments: Iterable[Instrument], window: Window, rows_of: Callable[[Instrument, Window], Iterator[Row]]
) -> Iterator[tuple[str, Row]]:
    after = window.after
    for instrument in sorted(instruments, key=lambda one: one.symbol):
        symbol = instrument.symbol
        if after is None or symbol > after.symbol:
            yield from ((symbol, row) for row in rows_of(instrument, window))
        elif symbol == after.symbol:
            for row in rows_of(instrument, _rest(window, after.at)):
                place = row.at, row.number if isinstance(row, Trade) else 0
                if place < after[1:] if window.newest_first else place > after[1:]:
                    yield symbol, row


def _rest(window: Window, at: datetime) -> Window:
    if window.newest_first:
        return replace(window, end=min(window.end, at))
    return replace(window, start=max(window.start, at))


def trades_in(seed: str, instrument: Instrument, window: Window) -> Iterator[Trade]:
    """Yield the trades of an instrument in a window, in its order."""
    step = -1 if window.newest_first else 1
    for prints, first, until in _batches(seed, instrument, window):
        rows, k = spans(np.arange(len(prints)), np.array(first), np.array(until))
        yield from Columns(seed, prints).trades(rows[::step], k[::step])


def bars_in(seed: str, instrument: Instrument, timeframe: Timeframe, window: Window) -> Iterator[Bar]:
    """Yield the bars of an instrument that begin in a window, in its order."""
    start = timeframe.start_of(window.start)
    if start < window.start:
        start = timeframe.end_of(start)
    end = min(timeframe.end_of(timeframe.start_of(window.end)) - MICROSECOND, window.known_until)
    whole = replace(window, start=start, end=end)
    if timeframe.is_within_a_day or timeframe == DAY:
        yield from _bars(seed, instrument, timeframe, whole)
        return
    for _, group in groupby(_bars(seed, instrument, DAY, whole), lambda bar: timeframe.start_of(bar.at)):
        yield from wider_bars(sorted(group, key=lambda bar: bar.at), timeframe)


def _bars(seed: str, instrument: Instrument, timeframe: Timeframe, window: Window) -> Iterator[Bar]:
    for prints, first, until in _batches(seed, instrument, window):
        if timeframe == DAY:
            bars = day_bars(seed, *_with_trades(prints, until))
        else:
            columns = Columns(seed, prints)
            trades = spans(np.arange(len(prints)), np.array(first), np.array(until))
            bars = [bar for _, bar in bars_of(columns, *trades, timeframe)]
        yield from reversed(bars) if window.newest_first else bars


def _with_trades(prints: list[Prints], until: list[int]) -> tuple[list[Prints], list[int]]:
    """Leave out a day that has no trade yet."""
    made = [(one, k) for one, k in zip(prints, until, strict=True) if k]
    return [one for one, _ in made], [k for _, k in made]


def _batches(seed: str, instrument: Instrument, window: Window) -> Iterator[tuple[list[Prints], list[int], list[int]]]:
    """Yield some sessions of a window at a time, in order, and which of their trades are in it, from and to."""
    sessions = sessions_of(instrument, window.start, window.end)
    begins = range(0, len(sessions), BATCH)
    for begin in reversed(begins) if window.newest_first else begins:
        made = (prints_of(seed, instrument, session) for session in sessions[begin : begin + BATCH])
        prints = [one for one in made if one.count]
        if prints:
            first = [made_by(seed, one, window.start - MICROSECOND) + 1 for one in prints]
            yield prints, first, [made_by(seed, one, window.end) for one in prints]


def sessions_of(instrument: Instrument, start: datetime, end: datetime) -> list[Session]:
    """Answer the sessions that a window touches, in order, none after a contract's last."""
    last = end.astimezone(NEW_YORK).date()
    if instrument.terms is not None:
        last = min(last, instrument.terms.expiration_date)
    return list(market_calendar.sessions_between(start.astimezone(NEW_YORK).date(), last))
