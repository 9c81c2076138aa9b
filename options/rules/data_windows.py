"""Which part of a history a query means (contract/trading.md 9.1)."""

from datetime import date, datetime, time, timedelta

from brokerage.market_calendar import NEW_YORK
from options.data_errors import DataWindowInvalid

TICK = timedelta(microseconds=1)  # The finest step of time here.


def window_of(start: datetime | date | None, end: datetime | date | None, as_of: datetime) -> tuple[datetime, datetime]:
    """Answer both ends of a window, neither beyond `as_of`; raise `DataWindowInvalid` where it ends before it begins.

    A date is the whole day in New York. By default a window begins with the day of `as_of` and ends there.
    """
    first = midnight_of(as_of.astimezone(NEW_YORK).date()) if start is None else _beginning(start)
    last = as_of if end is None else _ending(end)
    if last < first:
        raise DataWindowInvalid
    return first, min(last, as_of)


def midnight_of(day: date) -> datetime:
    """Answer when a day begins in New York."""
    return datetime.combine(day, time(), NEW_YORK)


def _beginning(moment: datetime | date) -> datetime:
    return moment if isinstance(moment, datetime) else midnight_of(moment)


def _ending(moment: datetime | date) -> datetime:
    return moment if isinstance(moment, datetime) else midnight_of(moment + timedelta(days=1)) - TICK
