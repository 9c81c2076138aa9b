"""The sandbox clock: set, frozen, moved, and what falls due on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from brokerage import clock, schedule
from brokerage.models import SandboxClock, ScheduledRun
from brokerage.schedule import run_due
from brokerage.services import clock as service
from brokerage.services.clock import ClockBeforeBook, ClockBeyondCalendar, release_clock, set_clock

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 1, 24, 17, 0, tzinfo=UTC)
CLOSE = datetime(2024, 1, 24, 21, 0, tzinfo=UTC)


@pytest.fixture
def jobs(monkeypatch):
    """Two jobs of our own instead of the apps': what ran, and for which moment."""
    ran = []

    def lock_up(at):
        ran.append(("lock_up", at))

    def warn(at):
        ran.append(("warn", at))

    monkeypatch.setattr(schedule, "_daily", {})
    monkeypatch.setattr(schedule, "_every_tick", [])
    schedule.at_close(lock_up)
    schedule.at_close(warn, after=timedelta(hours=-1))
    return ran


@pytest.fixture
def empty_book(monkeypatch):
    """No app guards a booking."""
    monkeypatch.setattr(service, "_newest_bookings", [])


def test_a_frozen_clock_stands(jobs, empty_book):
    set_clock(now=NOON, frozen=True)

    assert clock.now() == NOON == clock.now()
    assert str(clock.today()) == "2024-01-24"


def test_a_clock_that_is_set_runs_on(jobs, empty_book):
    set_clock(now=NOON, frozen=False)

    first = clock.now()
    assert NOON <= first < NOON + timedelta(minutes=1)
    assert clock.now() > first


def test_a_released_clock_shows_the_real_time(jobs, empty_book):
    set_clock(now=NOON, frozen=True)

    release_clock()

    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=5)


def test_moving_past_a_close_runs_what_falls_due_in_order_and_names_it(jobs, empty_book):
    set_clock(now=NOON, frozen=True)

    move = set_clock(now=CLOSE + timedelta(days=1, minutes=1), frozen=True)

    expected = [
        ("warn", CLOSE - timedelta(hours=1)),
        ("lock_up", CLOSE),
        ("warn", CLOSE + timedelta(hours=23)),
        ("lock_up", CLOSE + timedelta(days=1)),
    ]
    assert jobs == expected
    assert [(job.name.split()[0], job.due_at) for job in move.ran] == expected


def test_what_has_run_does_not_run_again(jobs, empty_book):
    set_clock(now=NOON, frozen=True)
    set_clock(now=CLOSE, frozen=True)
    before = list(jobs)

    assert run_due(CLOSE + timedelta(minutes=5)) == []
    assert jobs == before


def test_a_new_book_owes_nothing_for_the_time_before_it(jobs, empty_book):
    assert run_due(NOON) == []
    assert run_due(CLOSE)[-1].name == "lock_up"
    assert jobs == [("warn", CLOSE - timedelta(hours=1)), ("lock_up", CLOSE)]


def test_a_job_that_breaks_off_holds_up_no_other_and_runs_again(jobs, empty_book):
    set_clock(now=NOON, frozen=True)
    outcomes = iter([OSError("broken off"), None])

    def break_off(at):
        if outcome := next(outcomes):
            raise outcome

    schedule.at_close(break_off)
    move = set_clock(now=CLOSE, frozen=True)

    assert [job.name for job in move.ran] == ["warn before the close", "lock_up"]
    assert [job.name for job in run_due(CLOSE)] == ["break_off"]


@pytest.mark.parametrize("year", [1900, 1989, 2031, 2200])
def test_a_time_that_the_calendar_does_not_know_is_refused_and_sets_nothing(jobs, empty_book, year):
    with pytest.raises(ClockBeyondCalendar) as refusal:
        set_clock(now=NOON.replace(year=year), frozen=True)

    assert (refusal.value.http_status, refusal.value.field) == (422, "now")
    assert not SandboxClock.objects.exists()


def test_a_job_of_the_open_runs_at_the_open(jobs, empty_book):
    def unlock(at):
        jobs.append(("unlock", at))

    schedule.at_open(unlock)
    set_clock(now=NOON, frozen=True)
    set_clock(now=NOON + timedelta(days=1), frozen=True)

    assert ("unlock", datetime(2024, 1, 25, 14, 30, tzinfo=UTC)) in jobs


def test_the_clock_may_not_go_before_the_book(jobs, monkeypatch):
    monkeypatch.setattr(service, "_newest_bookings", [lambda: None, lambda: CLOSE])
    set_clock(now=CLOSE, frozen=True)

    with pytest.raises(ClockBeforeBook) as refusal:
        set_clock(now=NOON, frozen=True)

    assert refusal.value.http_status == 409
    assert "2024-01-24 16:00:00 New York" in str(refusal.value)
    assert clock.now() == CLOSE


def test_an_empty_book_starts_where_one_likes(jobs, empty_book):
    set_clock(now=CLOSE + timedelta(days=30), frozen=True)

    set_clock(now=NOON, frozen=True)

    assert clock.now() == NOON
    assert not ScheduledRun.objects.filter(due_at__gt=NOON).exists()
    assert run_due(CLOSE)[-1].due_at == CLOSE


def test_a_reading_asks_the_database_once(django_assert_num_queries, empty_book, jobs):
    SandboxClock.objects.create(frozen_at=NOON)

    with django_assert_num_queries(1), clock.reading():
        assert [clock.now() for _ in range(5)] == [NOON] * 5
