"""Reminders of fifteen-day clocks: on day 10 and 14, and an alarm on day 15, each once."""

from datetime import timedelta

import pytest

from accounts.choices import AgreementType, NoticeKind, Role
from accounts.models import Notice
from brokerage import clock
from brokerage.services.clock import set_clock
from options.choices import ApplicationStatus
from options.clock_tasks import remind_of_clocks
from options.models import ComplianceClock, OptionsApplication
from options.rules.clocks import mark_at
from options.rules.requests import ApprovalRequest, Fixture
from options.services.applications import request_options_approval
from tests.factories import make_account, make_staff
from tests.options.applicants import SOUND_ANSWERS
from tests.options.following import body_to, tick, told

ROP = "rop@acme.example"


@pytest.fixture
def account(acme, clock_at):
    clock_at("2024-01-02 15:00")
    return make_account(acme.correspondent, changes=SOUND_ANSWERS)


def ask(account, level, status):
    wanted = ApprovalRequest(level, Fixture(status))
    request_options_approval(actor=account.opened_by, account_id=account.pk, request=wanted)
    tick()
    Notice.objects.all().delete()


def reminders_to(address):
    rows = Notice.objects.filter(address=address, kind=NoticeKind.REMINDER).order_by("created_at")
    return [subject.rpartition(": ")[2] for subject in rows.values_list("subject", flat=True)]


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        ("2024-01-11 23:59", []),
        ("2024-01-12 00:00", ["day 10 of 15"]),
        ("2024-01-15 23:59", ["day 10 of 15"]),
        ("2024-01-16 00:00", ["day 10 of 15", "day 14 of 15"]),
        ("2024-01-17 00:00", ["day 10 of 15", "day 14 of 15", "last day"]),
        ("2024-01-25 12:00", ["day 10 of 15", "day 14 of 15", "last day"]),
    ],
)
def test_the_principals_are_reminded_of_a_waiting_request(account, clock_at, moment, days):
    ask(account, 2, ApplicationStatus.PENDING)

    remind_of_clocks(clock_at(moment))
    remind_of_clocks(clock_at(moment))

    assert reminders_to(ROP) == [f"{day}, request for an options level to decide" for day in days]
    assert len(reminders_to(account.email_address)) == len([day for day in days if day != "last day"])


def test_days_that_come_one_by_one_are_each_told_once(account, clock_at):
    ask(account, 2, ApplicationStatus.PENDING)
    at = clock.now()

    for hour in range(0, 24 * 18, 7):
        remind_of_clocks(at + timedelta(hours=hour))

    assert len(reminders_to(ROP)) == 3
    assert ComplianceClock.objects.get().warned_day == 15


def test_the_alarm_says_the_day_and_who_works_on_it(account, acme, clock_at):
    ask(account, 2, ApplicationStatus.PENDING)
    second = make_staff(Role.ROP, acme.correspondent, email="second@acme.example")
    OptionsApplication.objects.update(claimed_by=second, claimed_at=clock.now())

    remind_of_clocks(clock_at("2024-01-17 09:00"))

    body = body_to("second@acme.example", NoticeKind.REMINDER)
    assert "This is the last day. Day 15 of fifteen, January 17, 2024" in body
    assert "for options level 2 must be decided by January 17, 2024." in body
    assert f"{second} works on it." in body
    assert body == body_to(ROP, NoticeKind.REMINDER)


def test_who_may_not_decide_is_not_reminded(account, acme, clock_at):
    ask(account, 2, ApplicationStatus.PENDING)
    OptionsApplication.objects.update(makers=[acme.rop.pk])
    make_staff(Role.ROP, None)

    remind_of_clocks(clock_at("2024-01-17 09:00"))

    assert (reminders_to(ROP), len(reminders_to("rop@broker.example"))) == ([], 3)


def test_a_clock_that_was_stopped_reminds_nobody(account, clock_at):
    ask(account, 2, ApplicationStatus.PENDING)
    ComplianceClock.objects.update(stopped_at=clock.now())

    remind_of_clocks(clock_at("2024-01-17 09:00"))

    assert not Notice.objects.exists()


def test_the_customer_is_reminded_to_sign_and_not_of_what_is_ours_to_do(account, clock_at):
    account.agreements.filter(agreement=AgreementType.OPTIONS).delete()
    ask(account, 1, ApplicationStatus.APPROVED)
    ComplianceClock.objects.update(warned_day=0)

    remind_of_clocks(clock_at("2024-01-12 09:00"))

    subjects = [subject for address, subject in told(account) if address == account.email_address]
    assert subjects == ["Please sign your options agreement by January 17, 2024"]
    ours = sorted(subject.rpartition(": ")[2] for address, subject in told(account) if address == ROP)
    assert ours == ["day 10 of 15, answers to send to the customer", "day 10 of 15, options agreement to be signed"]


def test_moving_the_clock_past_the_days_has_the_effect_of_their_coming(account, db):
    ask(account, 2, ApplicationStatus.PENDING)
    running = ComplianceClock.objects.get()

    set_clock(now=mark_at(running.started_at, 10) + timedelta(hours=12), frozen=True)
    assert len(reminders_to(ROP)) == 1
    set_clock(now=mark_at(running.started_at, 15) + timedelta(hours=12), frozen=True)

    assert len(reminders_to(ROP)) == 3
    assert [one.created_at for one in Notice.objects.filter(address=ROP).order_by("created_at")] == [
        mark_at(running.started_at, day) for day in (10, 14, 15)
    ]
