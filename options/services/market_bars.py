"""Bars, built from what was traded."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from brokerage.market_calendar import NEW_YORK, session_on

MOST_AT_ONCE = 20_000
LONGEST_DAY = timedelta(hours=25)

# The oldest minutes that wait, of one day: so that one day's table is read. Locked before the trades are read,
# so that a trade which comes meanwhile waits for us and asks again.
TAKE_MINUTES = """
SELECT symbol, at FROM options_bartobuild
WHERE NOT is_daily AND at >= %(start)s AND at < %(end)s ORDER BY at LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
OLDEST = """
SELECT start, (start AT TIME ZONE 'America/New_York' + interval '1 day') AT TIME ZONE 'America/New_York' FROM (
    SELECT date_trunc('day', min(at), 'America/New_York') AS start FROM options_bartobuild WHERE NOT is_daily
) AS oldest
"""
WAITING = "SELECT EXISTS (SELECT FROM options_bartobuild WHERE NOT is_daily OR at < %s)"
COLUMNS = "open, high, low, close, volume, trades, vwap"
SET = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", "))
BUILD_MINUTES = f"""
INSERT INTO options_minutebar (symbol, at, {COLUMNS})
SELECT due.symbol, due.at, (array_agg(price ORDER BY trade.at, number))[1], max(price), min(price),
    (array_agg(price ORDER BY trade.at DESC, number DESC))[1], sum(size), count(*), sum(price * size) / sum(size)
FROM unnest(%(symbols)s::text[], %(minutes)s::timestamptz[]) AS due (symbol, at)
JOIN options_storedtrade trade ON trade.symbol = due.symbol AND date_trunc('minute', trade.at) = due.at
    AND trade.at >= due.at AND trade.at < due.at + interval '1 minute' AND trade.at >= %(start)s AND trade.at < %(end)s
GROUP BY due.symbol, due.at ORDER BY due.symbol, due.at
ON CONFLICT (symbol, at) DO UPDATE SET {SET}
"""  # noqa: S608
MINUTES_BUILT = """
WITH built AS (
    DELETE FROM options_bartobuild waiting
    USING unnest(%(symbols)s::text[], %(minutes)s::timestamptz[]) AS due (symbol, at)
    WHERE waiting.symbol = due.symbol AND waiting.at = due.at AND NOT waiting.is_daily RETURNING due.symbol
)
INSERT INTO options_bartobuild (symbol, at, is_daily)
SELECT DISTINCT symbol, %(start)s::timestamptz, true FROM built ORDER BY symbol
ON CONFLICT (symbol, at, is_daily) DO UPDATE SET is_daily = true
"""
TAKE_DAYS = """
SELECT symbol, at FROM options_bartobuild WHERE is_daily AND at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED
"""
BUILD_DAYS = f"""
INSERT INTO options_dailybar AS known (symbol, date, is_built, {COLUMNS})
SELECT due.symbol, due.date, true, (array_agg(open ORDER BY bar.at))[1], max(high), min(low),
    (array_agg(close ORDER BY bar.at DESC))[1], sum(volume), sum(trades), sum(vwap * volume) / sum(volume)
FROM unnest(%(symbols)s::text[], %(dates)s::date[]) AS due (symbol, date)
JOIN options_minutebar bar ON bar.symbol = due.symbol AND bar.at >= %(start)s AND bar.at < %(end)s
    AND (bar.at AT TIME ZONE 'America/New_York')::date = due.date
    AND bar.at >= due.date::timestamp AT TIME ZONE 'America/New_York'
    AND bar.at < (due.date + 1)::timestamp AT TIME ZONE 'America/New_York'
GROUP BY due.symbol, due.date ORDER BY due.symbol, due.date
ON CONFLICT (symbol, date) DO UPDATE SET is_built = true, {SET}
WHERE known.is_built OR EXISTS (  -- a day that was loaded stands, unless there are trades of it
    SELECT FROM options_storedtrade trade WHERE trade.symbol = excluded.symbol
        AND trade.at >= excluded.date::timestamp AT TIME ZONE 'America/New_York'
        AND trade.at < (excluded.date + 1)::timestamp AT TIME ZONE 'America/New_York'
)
"""  # noqa: S608
DAYS_BUILT = """
DELETE FROM options_bartobuild waiting USING unnest(%(symbols)s::text[], %(starts)s::timestamptz[]) AS due (symbol, at)
WHERE waiting.symbol = due.symbol AND waiting.at = due.at AND waiting.is_daily
"""


def build_bars(*, at: datetime, most: int = MOST_AT_ONCE) -> int:
    """Build the bars of minutes whose trades have changed, and of days that are over; answer how many.

    At most so many at once. Two may build at the same time: what one has taken, or is being added just now, the
    other leaves. So after a 0 some may still be waiting (`find_waiting`).
    """
    return build_minutes(most) or build_days(at, most)


def find_waiting(*, at: datetime) -> bool:
    """Say whether a minute waits to be built, or a day that is over as of `at`: maybe by another."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [_over_until(at)])
        return bool(cursor.fetchone()[0])


@transaction.atomic(durable=True)
def build_minutes(most: int = MOST_AT_ONCE) -> int:
    """Build the oldest minutes that wait, of one day; answer how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        start, end = cursor.fetchone()
        if start is None:
            return 0
        day = {"start": start, "end": end}
        cursor.execute(TAKE_MINUTES, day | {"most": most})
        due = cursor.fetchall()
        day |= {"symbols": [symbol for symbol, _ in due], "minutes": [minute for _, minute in due]}
        if due:
            cursor.execute(BUILD_MINUTES, day)
            cursor.execute(MINUTES_BUILT, day)
        return len(due)


@transaction.atomic(durable=True)
def build_days(at: datetime, most: int = MOST_AT_ONCE) -> int:
    """Build the days that wait and are over as of `at`; answer how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_DAYS, [_over_until(at), most])
        due = cursor.fetchall()
        if due:
            starts = [start for _, start in due]
            dates = [start.astimezone(NEW_YORK).date() for start in starts]
            symbols = [symbol for symbol, _ in due]
            bounds = {"start": min(starts), "end": max(starts) + LONGEST_DAY}
            cursor.execute(BUILD_DAYS, {"symbols": symbols, "dates": dates, **bounds})
            cursor.execute(DAYS_BUILT, {"symbols": symbols, "starts": starts})
        return len(due)


def _over_until(at: datetime) -> datetime:
    """Answer before when days began that are over: today's own is, once its session has closed."""
    local = at.astimezone(NEW_YORK)
    session = session_on(local.date())
    if session is not None and at >= session.closes_at:
        return at
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
