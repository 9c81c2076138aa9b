"""Bars of before a feed began, as its vendor made them: what is there already stays as it is."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from brokerage.market_calendar import NEW_YORK
from options.market.interface import Bar
from options.services.market_days import make_days

COLUMNS = "open, high, low, close, volume, trades, vwap"
GIVEN = "%s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::bigint[], %s::int[], %s::numeric[]"
# A day whose minutes came in is built of them once it is over, as one that was loaded.
MINUTES = f"""
WITH kept AS (
    INSERT INTO options_minutebar (symbol, at, {COLUMNS})
    SELECT * FROM unnest(%s::text[], %s::timestamptz[], {GIVEN}) AS one (symbol, at, {COLUMNS})
    ORDER BY symbol, at ON CONFLICT DO NOTHING RETURNING symbol, at
)
INSERT INTO options_bartobuild (symbol, at, is_daily)
SELECT DISTINCT symbol, date_trunc('day', at, 'America/New_York'), true FROM kept ORDER BY 1, 2
ON CONFLICT (symbol, at, is_daily) DO UPDATE SET is_daily = true
"""  # noqa: S608
DAYS = f"""
INSERT INTO options_dailybar (symbol, date, is_built, {COLUMNS})
SELECT symbol, date, false, {COLUMNS} FROM unnest(%s::text[], %s::date[], {GIVEN}) AS one (symbol, date, {COLUMNS})
ORDER BY symbol, date ON CONFLICT DO NOTHING
"""  # noqa: S608


def keep_bars(
    *, minutes: Iterable[tuple[str, Bar]], days: Iterable[tuple[str, Bar]], first: datetime, last: datetime
) -> None:
    """Keep the bars that begin in this span and are not there yet; one that cannot be is left out."""
    some = [(symbol, bar) for symbol, bar in minutes if first <= bar.at < last and _is_possible(bar)]
    whole = [(symbol, bar) for symbol, bar in days if first <= bar.at < last and _is_possible(bar)]
    make_days({_date(bar) for _, bar in some})
    _write(MINUTES, [(symbol, bar.at, *_values(bar)) for symbol, bar in some])
    _write(DAYS, [(symbol, _date(bar), *_values(bar)) for symbol, bar in whole])


def _write(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _values(bar: Bar) -> tuple[Any, ...]:
    return bar.open, bar.high, bar.low, bar.close, bar.volume, bar.trades, bar.vwap


def _is_possible(bar: Bar) -> bool:
    return 0 < bar.low <= min(bar.open, bar.close) and max(bar.open, bar.close) <= bar.high and bar.volume > 0


def _date(bar: Bar) -> date:
    return bar.at.astimezone(NEW_YORK).date()
