"""Fifteen-day clocks (AA-8, AA-9): when they run out, when somebody is reminded, what sets them going.

Days are calendar days of New York. The day on which a clock starts is day 0, and what has to happen
is in time on all of day 15.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from brokerage.market_calendar import NEW_YORK

DAYS = 15
REMINDERS = (10, 14)
MARKS = (*REMINDERS, DAYS)
# The background and financial information of 2360(b)(16): the answers, employment, and where the money comes from.
BACKGROUND = ("suitability.", "disclosures.", "identity.funding_source")


def due_at(started_at: datetime) -> datetime:
    """Answer the last instant of the fifteenth day."""
    last = started_at.astimezone(NEW_YORK).date() + timedelta(days=DAYS)
    return datetime.combine(last, time.max, NEW_YORK).astimezone(UTC)


def mark_at(started_at: datetime, mark: int) -> datetime:
    """Answer when day `mark` of a clock begins."""
    day = started_at.astimezone(NEW_YORK).date() + timedelta(days=mark)
    return datetime.combine(day, time.min, NEW_YORK).astimezone(UTC)


def marks_due(started_at: datetime, *, warned_day: int, at: datetime) -> tuple[int, ...]:
    """Answer the days, of those that people are told of, that have come since they were last told."""
    day = (at.astimezone(NEW_YORK).date() - started_at.astimezone(NEW_YORK).date()).days
    return tuple(mark for mark in MARKS if warned_day < mark <= day)


def is_background(changed: Iterable[str]) -> bool:
    """Say whether a change of what is on file, by its dotted names, is one that the customer verifies (AA-8)."""
    return any(name.startswith(BACKGROUND) for name in changed)
