"""When the sandbox's rail moves a transfer."""

from datetime import timedelta

import pytest

from tests.trading.rules.times import new_york
from trading.choices import TransferStatus as S
from trading.rules.funding import TRANSFER_TRANSITIONS
from trading.rules.rail import FIXED, next_step

CREATED = new_york("2024-01-24 10:00")


def walk(transfer_type, *, created=CREATED, fixture=None, has_rail=True, status=S.QUEUED):
    """Answer the statuses that a transfer takes by itself, with the seconds until each."""
    steps = []
    terms = {"created_at": created, "expires_at": created + timedelta(days=7), "fixture": fixture}
    while step := next_step(status, transfer_type, has_rail=has_rail, **terms):
        assert step.status in TRANSFER_TRANSITIONS[status]
        steps.append((step.status, (step.at - created).total_seconds()))
        status = step.status
    return steps


def test_an_ach_transfer_clears_in_minutes():
    assert walk("ach") == [(S.SENT_TO_CLEARING, 30), (S.COMPLETE, 600)]


def test_a_wire_arrives_in_two_minutes():
    assert walk("wire") == [(S.PENDING, 30), (S.SENT_TO_CLEARING, 60), (S.APPROVED, 90), (S.COMPLETE, 120)]


@pytest.mark.parametrize(
    ("created", "clears"),
    [
        ("2024-01-26 23:55", "2024-01-29 08:30"),
        ("2024-01-27 10:00", "2024-01-29 08:30"),
        ("2024-01-15 09:00", "2024-01-16 08:30"),
        ("2024-01-26 23:45", "2024-01-26 23:55"),
    ],
)
def test_ach_waits_over_weekends_and_holidays(created, clears):
    created = new_york(created)

    [sent, complete] = walk("ach", created=created)

    assert sent == (S.SENT_TO_CLEARING, 30)
    assert created + timedelta(seconds=complete[1]) == new_york(clears)


def test_a_wire_does_not_wait_for_monday():
    assert walk("wire", created=new_york("2024-01-27 10:00"))[-1] == (S.COMPLETE, 120)


@pytest.mark.parametrize("fixture", FIXED)
def test_a_fixture_ends_in_the_status_that_it_names(fixture):
    reached = [status for status, seconds in walk("wire", fixture=fixture) if seconds < 3600]

    assert (reached or [S.QUEUED])[-1] == fixture


@pytest.mark.parametrize("has_rail", [True, False])
def test_what_nobody_released_expires_after_seven_days(has_rail):
    week = timedelta(days=7).total_seconds()

    assert walk("wire", status=S.APPROVAL_PENDING, has_rail=has_rail) == [(S.CANCELED, week)]


@pytest.mark.parametrize("status", [S.SENT_TO_CLEARING, S.APPROVED, S.COMPLETE, S.REJECTED, S.CANCELED, S.RETURNED])
def test_without_a_rail_nothing_that_left_moves_by_itself(status):
    assert walk("wire", status=status, has_rail=False) == []
