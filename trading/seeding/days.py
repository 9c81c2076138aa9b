"""The days on which seeded accounts were opened, as the tables write them: texts made once, not for every row."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

OLDEST, YOUNGEST = 3 * 365, 20
DEPOSITED, DECIDED, CLOSED = 3, 2, 20  # days after the opening
OFFICE_OPENS, OFFICE_HOURS = 15, 5  # UTC; the date in New York is the same all the while
TIMES = tuple(
    f"T{OFFICE_OPENS + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
    for second in range(OFFICE_HOURS * 3600)
)


class Day(NamedTuple):
    """A day of opening, and the days on which what came of it happened."""

    opened: str
    decided: str
    deposited: str
    deposit_stamp: str
    closed: str


@lru_cache(maxsize=1)
def opening_days(last: date) -> tuple[Day, ...]:
    """Answer the days of the three years before the last one, without the last weeks."""
    return tuple(_day(last - timedelta(days)) for days in range(YOUNGEST + 1, OLDEST + YOUNGEST + 1))


def _day(opened: date) -> Day:
    decided, deposited, closed = (opened + timedelta(days) for days in (DECIDED, DEPOSITED, CLOSED))
    # An activity that is no trade carries a time of zero (contract/trading.md 5.2).
    stamp = f"{deposited:%Y%m%d}000000000"
    return Day(opened.isoformat(), decided.isoformat(), deposited.isoformat(), stamp, closed.isoformat())
