"""Set, freeze and move the sandbox clock. What falls due on the way runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from brokerage import clock, market_calendar, schedule
from brokerage.clock import ClockSetting
from brokerage.database_session import everybody
from brokerage.errors import Conflict, InvalidParameter
from brokerage.models import SandboxClock

_newest_bookings: list[Callable[[], datetime | None]] = []


class ClockBeforeBook(Conflict):
    """The clock may not show a time before something that is already booked."""

    reason = "clock_before_book"
    message = "the clock cannot be set to {asked}: the newest order or posting is of {newest}"
    field = "now"


class ClockBeyondCalendar(InvalidParameter):
    """The kept market calendar does not know that day."""

    reason = "clock_beyond_calendar"
    message = "now must lie between {first} and {last}, the days that the market calendar knows"
    field = "now"


@dataclass(frozen=True)
class ClockMove:
    """Where the clock stands after a move, and what fell due on the way."""

    now: datetime
    is_frozen: bool
    ran: list[schedule.DueJob]


def guard_bookings(newest: Callable[[], datetime | None]) -> None:
    """Register what answers the time of an app's newest booking; None where it has none."""
    _newest_bookings.append(newest)


def set_clock(*, now: datetime, frozen: bool) -> ClockMove:
    """Show `now` from here on, standing still if `frozen`; run what falls due on the way.

    It is one clock: what falls due does so for every correspondent, whoever moves it.
    Raises `ClockBeforeBook` where an order or posting is later than `now`; an empty book
    starts wherever one likes.
    """
    real = clock.real_now()
    with everybody():
        return _move(ClockSetting(now - real, now if frozen else None), now)


def release_clock() -> ClockMove:
    """Go forward to the real time. Raises `ClockBeforeBook` where the book is ahead of it."""
    with everybody():
        return _move(ClockSetting(), clock.real_now())


def _move(setting: ClockSetting, to: datetime) -> ClockMove:
    first, last = market_calendar.days_to_live_in()
    if not first < to.astimezone(market_calendar.NEW_YORK).date() < last:
        raise ClockBeyondCalendar(first=first, last=last)
    if to > clock.now():
        schedule.run_due(clock.now())  # what has been asked for at the old time happens at the old time
    with transaction.atomic(durable=True):
        before = clock.now()
        _refuse_before_book(to)
        if to < before:
            schedule.begin_again(to)
        else:
            schedule.begin(before)
        SandboxClock.objects.update_or_create(id=1, defaults={"offset": setting.offset, "frozen_at": setting.frozen_at})
    with clock.reading():
        ran = schedule.run_due(clock.now())
        return ClockMove(clock.now(), setting.frozen_at is not None, ran)


def _refuse_before_book(to: datetime) -> None:
    booked = [at for newest in _newest_bookings if (at := newest()) is not None]
    if booked and to < max(booked):
        raise ClockBeforeBook(asked=_spoken(to), newest=_spoken(max(booked)))


def _spoken(at: datetime) -> str:
    return at.astimezone(market_calendar.NEW_YORK).strftime("%Y-%m-%d %H:%M:%S New York")
