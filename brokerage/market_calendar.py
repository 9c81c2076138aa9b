"""When the New York market is open, and when a trade settles. Pure: time comes in as an argument.

The sessions are data: `calendar/xnys.csv`, written by `manage.py write_calendar` from a kept
library. Equity options keep these hours; nothing may assume that an expiration is a Friday.
"""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
CSV_FILE = Path(__file__).parent / "calendar" / "xnys.csv"


class Instrument(Enum):
    """What settles: the cycle differs before 28 May 2024 (domain rule ST-1)."""

    EQUITY = "equity"
    OPTION = "option"


@dataclass(frozen=True)
class Session:
    """One trading day: its New York date and its regular hours, in UTC."""

    date: date
    opens_at: datetime
    closes_at: datetime

    @property
    def is_half_day(self) -> bool:
        """Say whether the close comes before 16:00 New York."""
        return self.closes_at.astimezone(NEW_YORK).time() < time(16)


@cache
def _hours() -> dict[date, tuple[time, time]]:
    with CSV_FILE.open(newline="") as rows:
        return {
            date.fromisoformat(row["date"]): (time.fromisoformat(row["open"]), time.fromisoformat(row["close"]))
            for row in csv.DictReader(rows)
        }


@cache
def _dates() -> list[date]:
    return list(_hours())


@cache
def session_on(day: date) -> Session | None:
    """Answer the session of that New York date, or None where the market is closed all day."""
    hours = _hours().get(day)
    if hours is None:
        return None
    opens, closes = (datetime.combine(day, hour, NEW_YORK).astimezone(UTC) for hour in hours)
    return Session(day, opens, closes)


def _known(day: date) -> Session:
    session = session_on(day)
    assert session is not None
    return session


def session_at(at: datetime) -> Session | None:
    """Answer the session that is open at that instant: from the open to just before the close."""
    session = session_on(at.astimezone(NEW_YORK).date())
    return session if session and session.opens_at <= at < session.closes_at else None


def is_open(at: datetime) -> bool:
    """Say whether the regular session is open at that instant."""
    return session_at(at) is not None


def days_to_live_in() -> tuple[date, date]:
    """Answer the first and last day that have enough known sessions before and after them."""
    return _dates()[2], _dates()[-10]


def next_session(at: datetime) -> Session:
    """Answer the first session that opens after that instant."""
    day = at.astimezone(NEW_YORK).date()
    dates = _dates()
    session = _known(dates[bisect_left(dates, day)])
    return session if session.opens_at > at else _known(dates[bisect_right(dates, day)])


def current_or_next_session(at: datetime) -> Session:
    """Answer the session open at that instant, else the next one: where an order would work."""
    return session_at(at) or next_session(at)


def last_session(at: datetime) -> Session:
    """Answer the newest session that has opened by that instant."""
    day = at.astimezone(NEW_YORK).date()
    dates = _dates()
    index = bisect_right(dates, day) - 1
    session = _known(dates[index])
    return session if session.opens_at <= at else _known(dates[index - 1])


def last_close(at: datetime) -> datetime:
    """Answer the newest close that has passed by that instant."""
    session = last_session(at)
    return session.closes_at if session.closes_at <= at else previous_session(session.date).closes_at


def previous_session(day: date) -> Session:
    """Answer the last session before that date."""
    dates = _dates()
    return _known(dates[bisect_left(dates, day) - 1])


def sessions_between(first: date, last: date) -> Iterator[Session]:
    """Yield the sessions from `first` to `last`, both included, in order."""
    dates = _dates()
    for day in dates[bisect_left(dates, first) : bisect_right(dates, last)]:
        yield _known(day)


def last_settling_day() -> date:
    """Answer the last trading day of which it is known when it settles."""
    return _dates()[-2]


def next_business_day(day: date) -> date:
    """Answer the first trading day after that date."""
    dates = _dates()
    return dates[bisect_right(dates, day)]


T_PLUS_ONE_SINCE = date(2024, 5, 28)


def settlement_date(trade_date: date, instrument: Instrument) -> date:
    """Answer when a trade of that date settles: T+1, and T+2 for shares before 28 May 2024.

    Columbus Day and Veterans Day are trading days on which nothing settles
    (domain rules CL-5, ST-1).
    """
    days = 2 if instrument is Instrument.EQUITY and trade_date < T_PLUS_ONE_SINCE else 1
    settles = trade_date
    while days:
        settles = next_business_day(settles)
        days -= not _banks_are_closed(settles)
    return settles


def _banks_are_closed(day: date) -> bool:
    columbus = day.month == 10 and day.weekday() == 0 and 8 <= day.day <= 14
    sunday_before = day.weekday() == 0 and (day - timedelta(days=1)).day == 11
    veterans = day.month == 11 and (day.day == 11 or sunday_before)
    return columbus or veterans
