"""What is missing in a market's history: sessions, and stretches of one, in which nothing was said."""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from brokerage.market_calendar import NEW_YORK, sessions_between

ONE_MINUTE = timedelta(minutes=1)
SILENCE = timedelta(minutes=5)  # from here on it is worth saying


@dataclass(frozen=True)
class Gap:
    """A stretch without a word: from when, until before when; a whole session, or minutes of one."""

    start: datetime
    end: datetime
    is_whole_session: bool = False

    def __str__(self) -> str:
        start, end = self.start.astimezone(NEW_YORK), self.end.astimezone(NEW_YORK)
        if self.is_whole_session:
            return f"{start:%Y-%m-%d}, the whole session"
        return f"{start:%Y-%m-%d %H:%M} to {end:%H:%M} New York"


def minutes_missing(minutes: Collection[datetime]) -> Iterator[Gap]:
    """Yield the gaps between the first and the last session of these minutes, in which something was said."""
    said = sorted(minutes)
    if not said:
        return
    for session in sessions_between(_day(said[0]), _day(said[-1])):
        within = said[bisect_left(said, session.opens_at) : bisect_left(said, session.closes_at)]
        if not within:
            yield Gap(session.opens_at, session.closes_at, is_whole_session=True)
            continue
        starts = [session.opens_at, *(minute + ONE_MINUTE for minute in within)]
        for start, end in zip(starts, [*within, session.closes_at], strict=True):
            if end - start >= SILENCE:
                yield Gap(start, end)


def days_missing(days: Collection[date]) -> Iterator[Gap]:
    """Yield the sessions between the first and the last of these days that are not among them."""
    if days:
        for session in sessions_between(min(days), max(days)):
            if session.date not in days:
                yield Gap(session.opens_at, session.closes_at, is_whole_session=True)


def _day(at: datetime) -> date:
    return at.astimezone(NEW_YORK).date()
