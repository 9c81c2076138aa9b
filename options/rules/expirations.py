"""When contracts stop trading, and on which days the exchanges list new ones.

No rule here assumes a Friday (domain rules CL-1, CL-2): a month's contract expires on its
third Friday, a week's on the others, and classes with a denser cycle on more days. A day
without a session moves: a Monday forward to the next session, any other day back.
"""

from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache

from brokerage.market_calendar import NEW_YORK, current_or_next_session, previous_session, session_on

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
ONE_DAY = timedelta(days=1)


class Cycle(Enum):
    """Which weekdays a class expires on, beside its months."""

    MONTHLY = ()
    WEEKLY = (FRIDAY,)
    MONDAY_WEDNESDAY_FRIDAY = (MONDAY, WEDNESDAY, FRIDAY)
    DAILY = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)


DENSE_DAYS = 14  # Days other than Fridays are listed two weeks out,
WEEKLY_DAYS = 35  # Fridays five weeks,
MONTHS_AHEAD = 4  # months four,
JANUARIES_AHEAD = 2  # and the long-dated Januaries two.


@lru_cache(maxsize=4096)
def stops_trading_at(expiration_date: date) -> datetime:
    """Answer the close of the last session on or before that date.

    Beyond the kept calendar it is 16:00 New York of the date itself.
    """
    session = session_on(expiration_date) or previous_session(expiration_date)
    if expiration_date - session.date > timedelta(days=7):
        return datetime.combine(expiration_date, time(16), NEW_YORK)
    return session.closes_at


def first_live_date(at: datetime) -> date:
    """Answer the earliest expiration date that still trades at or after `at`.

    A contract is over if and only if it expires before this date: one date answers for the
    whole master, without a look at each contract's session.
    """
    return current_or_next_session(at).date


def is_expired(expiration_date: date, at: datetime) -> bool:
    """Say whether the last session of a contract has closed by `at` (domain rule CL-7)."""
    return expiration_date < first_live_date(at)


def upcoming_weekend(day: date) -> date:
    """Answer the Sunday of the weekend to come: the default window of the contract list.

    On a Saturday or Sunday that is the next one: the week behind has nothing left to trade.
    """
    return day + timedelta(days=6 - day.weekday() + (7 if day.weekday() > FRIDAY else 0))


def third_friday(year: int, month: int) -> date:
    """Answer the third Friday of a month, whether or not there is a session on it."""
    first = date(year, month, 1)
    return first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 14)


def listed_expirations(cycle: Cycle, day: date) -> list[date]:
    """Answer the expiration dates that a class of that cycle has listed on `day`, in order."""
    return sorted(found for found in {*_months(day), *_week_days(cycle, day)} if found >= day)


def _months(day: date) -> set[date]:
    months = [divmod(day.year * 12 + day.month - 1 + ahead, 12) for ahead in range(MONTHS_AHEAD)]
    months += [(day.year + ahead, 0) for ahead in range(1, JANUARIES_AHEAD + 1)]
    return {_moved(third_friday(year, month + 1)) for year, month in months}


def _week_days(cycle: Cycle, day: date) -> set[date]:
    return {
        _moved(candidate)
        for candidate in (day + ahead * ONE_DAY for ahead in range(WEEKLY_DAYS))
        if candidate.weekday() in cycle.value
        and (candidate.weekday() == FRIDAY or candidate < day + DENSE_DAYS * ONE_DAY)
    }


def _moved(day: date) -> date:
    """Move a day without a session: a Monday forward, any other back (exchange listing rules)."""
    if session_on(day) is not None:
        return day
    if day.weekday() != MONDAY:
        return previous_session(day).date
    later = day + ONE_DAY
    while session_on(later) is None and later < day + 7 * ONE_DAY:
        later += ONE_DAY
    return later
