"""What falls due: by the market clock, and at every tick of it.

An app registers its jobs when it is ready. Beat ticks once a second; moving the sandbox
clock runs the same jobs for every moment it passes, so that moving it past a close has the
effect of that close coming. A job takes the time it is run for and is safe to run twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from brokerage import clock, market_calendar
from brokerage.market_calendar import Session
from brokerage.models import ScheduledRun

log = logging.getLogger(__name__)
ONE_DAY = timedelta(days=1)
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
    moment: Callable[[Session], datetime]


_daily: dict[str, _Daily] = {}
_every_tick: list[Job] = []


def at_open(job: Job) -> None:
    """Run `job` at the open of each session."""
    _daily[f"{job.__name__} at the open"] = _Daily(job, lambda session: session.opens_at)


def at_close(job: Job, *, after: timedelta = timedelta()) -> None:
    """Run `job` at the close of each session, or `after` it (negative: before)."""
    name = job.__name__ if after >= timedelta() else f"{job.__name__} before the close"
    _daily[name] = _Daily(job, lambda session: session.closes_at + after)


def every_tick(job: Job) -> None:
    """Run `job` once a second, and after each move of the sandbox clock."""
    _every_tick.append(job)


def run_due(at: datetime) -> list[DueJob]:
    """Run what fell due by `at` and has not run, oldest moment first, then the ticking jobs.

    Returns the jobs that ran for a moment of the market clock. A job that fails is logged, holds
    up its own later moments only, and runs again the next time. Safe to call twice at once.
    """
    ran: list[DueJob] = []
    failed: set[str] = set()
    for due in _fallen_due(at):
        if due.name in failed or not _succeeds(_daily[due.name].job, due.due_at):
            failed.add(due.name)
            continue
        run = ScheduledRun(job=due.name, due_at=due.due_at, ran_at=clock.real_now())
        ScheduledRun.objects.bulk_create([run], ignore_conflicts=True)
        ran.append(due)
    for job in _every_tick:
        _succeeds(job, at)
    return ran


def _succeeds(job: Job, at: datetime) -> bool:
    try:
        job(at)
    except Exception:
        log.exception("%s failed for %s and runs again", job.__name__, at)
        return False
    return True


def _fallen_due(at: datetime) -> list[DueJob]:
    begun = begin(at)
    done = dict(ScheduledRun.objects.values("job").annotate(newest=Max("due_at")).values_list("job", "newest"))
    since = {name: max(begun, done.get(name, begun)) for name in _daily}
    days = market_calendar.sessions_between(min(since.values(), default=begun).date() - ONE_DAY, at.date())
    moments = [DueJob(name, daily.moment(session)) for session in days for name, daily in _daily.items()]
    order = list(_daily)
    due = [one for one in moments if since[one.name] < one.due_at <= at]
    return sorted(due, key=lambda one: (one.due_at, order.index(one.name)))


def begin(at: datetime) -> datetime:
    """Answer when the book began: a new one owes nothing for the time before the last close by `at`."""
    begun = ScheduledRun.objects.filter(job=BEGINNING).values_list("due_at", flat=True).first()
    if begun is None:
        begun = market_calendar.last_close(at)
        mark = ScheduledRun(job=BEGINNING, due_at=begun, ran_at=clock.real_now())
        ScheduledRun.objects.bulk_create([mark], ignore_conflicts=True)
    return begun


def begin_again(at: datetime) -> None:
    """Forget every run and begin at `at`: the clock of an empty book was set back."""
    ScheduledRun.objects.all().delete()
    begin(at)
