"""What falls due: by the market clock, and at every tick of it.

An app registers its jobs when it is ready. Beat ticks once a second; moving the sandbox
clock runs the same jobs for every moment it passes, so that moving it past a close has the
effect of that close coming. A job takes the time it is run for and is safe to run twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from brokerage import clock, market_calendar
from brokerage.models import ScheduledRun

Job = Callable[[datetime], None]
BEGINNING = "beginning of the book"


@dataclass(frozen=True)
class DueJob:
    """A job and the moment that it fell due."""

    name: str
    due_at: datetime


@dataclass(frozen=True)
class _Daily:
    job: Job
    after_close: timedelta


_daily: dict[str, _Daily] = {}
_every_tick: list[Job] = []


def at_close(job: Job, *, after: timedelta = timedelta()) -> None:
    """Run `job` at the close of each session, or `after` it (negative: before)."""
    _daily[job.__name__] = _Daily(job, after)


def every_tick(job: Job) -> None:
    """Run `job` once a second, and after each move of the sandbox clock."""
    _every_tick.append(job)


def run_due(at: datetime) -> list[DueJob]:
    """Run what fell due by `at` and has not run, oldest moment first, then the ticking jobs.

    Returns the jobs that ran for a moment of the market clock. Safe to call twice at once.
    """
    ran = []
    for due in _fallen_due(at):
        _daily[due.name].job(due.due_at)
        run = ScheduledRun(job=due.name, due_at=due.due_at, ran_at=clock.real_now())
        ScheduledRun.objects.bulk_create([run], ignore_conflicts=True)
        ran.append(due)
    for job in _every_tick:
        job(at)
    return ran


def _fallen_due(at: datetime) -> list[DueJob]:
    since = begin(at)
    done = set(ScheduledRun.objects.filter(due_at=since).values_list("job", flat=True))
    days = market_calendar.sessions_between(since.date() - timedelta(days=1), at.date())
    due = [
        DueJob(name, session.closes_at + daily.after_close)
        for session in days
        for name, daily in _daily.items()
        if since <= session.closes_at + daily.after_close <= at
    ]
    if BEGINNING in done:
        done |= set(_daily)
    return sorted(
        (one for one in due if one.due_at > since or one.name not in done),
        key=lambda one: (one.due_at, list(_daily).index(one.name)),
    )


def begin(at: datetime) -> datetime:
    """Answer the newest moment that has run; a new book begins at the last close before `at`."""
    newest = ScheduledRun.objects.order_by(F("due_at").desc()).values_list("due_at", flat=True).first()
    if newest is None:
        newest = market_calendar.last_close(at)
        mark = ScheduledRun(job=BEGINNING, due_at=newest, ran_at=clock.real_now())
        ScheduledRun.objects.bulk_create([mark], ignore_conflicts=True)
    return newest


def begin_again(at: datetime) -> None:
    """Forget every run and begin at `at`: the clock of an empty book was set back."""
    ScheduledRun.objects.all().delete()
    begin(at)
