"""Days that what the market says is kept by: made ahead, dropped when they are old."""

from collections.abc import Collection
from datetime import date, timedelta

from django.conf import settings
from django.db import connection

DAYS_AHEAD = 3
ONE_DAY = timedelta(days=1)


def make_days(days: Collection[date]) -> int:
    """Make room for these days of New York, where it is not there; answer how many tables were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT make_market_days(%s)", [sorted(days)])
        return int(cursor.fetchone()[0])


def keep_days(today: date) -> int:
    """Make the days to come, and drop those that are kept no longer; answer how many were dropped."""
    make_days([today + ahead * ONE_DAY for ahead in range(DAYS_AHEAD + 1)])
    kept = settings.MARKET_DATA
    days = {
        "options_storedquote": kept.quote_days,
        "options_storedtrade": kept.trade_days,
        "options_minutebar": kept.bar_days,
    }
    dropped = 0
    with connection.cursor() as cursor:
        for table, count in days.items():
            cursor.execute("SELECT drop_market_days(%s, %s)", [table, today - count * ONE_DAY])
            dropped += cursor.fetchone()[0]
    return dropped
