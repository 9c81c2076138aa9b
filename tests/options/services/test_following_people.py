"""What is told, and what runs, when people work on requests and levels."""

from datetime import timedelta

import pytest

from accounts.choices import NoticeKind, Role
from accounts.models import Account, Notice
from brokerage.models import Event
from options.choices import ReasonCode, ReviewAct
from options.models import ComplianceClock
from options.rules.review import Verdict
from options.services.level_reviews import decide_level_review, open_level_review
from options.services.review import ask_applicant, claim_application, decide_application, reopen_application
from tests.factories import make_staff
from tests.options.following import body_to, clocks_of, tick, told
from tests.options.requests import make_pending, second_principal

ROP, SECOND, OPS = "rop@acme.example", "second.rop@acme.example", "operations@acme.example"
WRITTEN = "The branch spoke to the applicant at length"


@pytest.fixture
def waiting(acme, clock_at):
    """A request for level 2 that waits for a principal, and whose arrival was followed."""
    clock_at("2024-01-02 15:00")
    application = make_pending(acme.correspondent, opened_by=acme.ops)
    tick()
    return application


def decide(waiting, actor, act, level, code=ReasonCode.OTHER):
    verdict = Verdict(act, level, code, WRITTEN)
    return decide_application(actor=actor, application_id=waiting.pk, verdict=verdict)


def addressed(account, kind):
    return [address for address, _ in told(account, kind)]


@pytest.mark.parametrize(
    ("act", "level", "said", "ours"),
    [
        (ReviewAct.APPROVED, 2, "is approved for options level 2", "approved for level 2."),
        (ReviewAct.APPROVED_LOWER, 1, "is approved for level 1", "approved for level 1, lower than asked."),
        (ReviewAct.REJECTED, None, "was not approved for options level 2", "rejected."),
    ],
)
def test_a_persons_decision_stops_the_clock_and_is_told_to_who_asked_and_not_to_who_decided(
    waiting, acme, act, level, said, ours
):
    decide(waiting, acme.rop, act, level)

    tick()

    account = waiting.account
    assert clocks_of(account)[0] == ("decision", False)
    assert addressed(account, NoticeKind.DECISION) == [account.email_address, OPS]
    assert said in body_to(account.email_address, NoticeKind.DECISION)
    staff = body_to(OPS, NoticeKind.DECISION)
    assert f"Decided by {acme.rop}: {ours}" in staff
    assert f"Another reason: {WRITTEN}" in staff


def test_the_applicant_reads_the_reason_code_and_never_what_was_written_for_the_record(waiting, acme):
    decide(waiting, acme.rop, ReviewAct.REJECTED, None, ReasonCode.NOT_SUITABLE)

    tick()

    body = body_to(waiting.account.email_address, NoticeKind.DECISION)
    assert "Reason: The level does not suit the applicant." in body
    assert "What stands between the account and level 2:" in body
    assert WRITTEN not in body


def test_where_a_key_asked_the_principals_are_told_but_not_the_one_who_decided(acme, clock_at):
    clock_at("2024-01-02 15:00")
    waiting = make_pending(acme.correspondent)
    second_principal(acme.correspondent)
    decide(waiting, acme.rop, ReviewAct.APPROVED, 2)

    tick()

    assert addressed(waiting.account, NoticeKind.DECISION) == [waiting.account.email_address, SECOND]


def test_the_first_of_two_approvals_is_no_decision_and_the_clock_runs_on(waiting, acme):
    type(acme.correspondent).objects.update(principals_for_level_2=2)
    second = second_principal(acme.correspondent)
    decide(waiting, acme.rop, ReviewAct.APPROVED, 2)
    tick()
    assert (clocks_of(waiting.account), told(waiting.account, NoticeKind.DECISION)) == ([("decision", True)], [])

    decide(waiting, second, ReviewAct.APPROVED, 2)
    tick()

    assert clocks_of(waiting.account) == [("decision", False), ("verification", True)]
    assert addressed(waiting.account, NoticeKind.DECISION) == [waiting.account.email_address, OPS, ROP]


def test_a_question_is_told_to_the_applicant_and_to_who_asked_for_the_level(waiting, acme):
    code = ReasonCode.NOT_CONFIRMED
    ask_applicant(actor=acme.rop, application_id=waiting.pk, reason_code=code, question="Which shares did you trade?")

    tick()

    assert addressed(waiting.account, NoticeKind.QUESTION) == [waiting.account.email_address, OPS]
    assert "Which shares did you trade?" in body_to(waiting.account.email_address, NoticeKind.QUESTION)
    assert f"{acme.rop} asks:" in body_to(OPS, NoticeKind.QUESTION)
    assert clocks_of(waiting.account) == [("decision", True)]


def test_the_reminder_says_that_the_applicant_has_to_answer(waiting, acme, clock_at):
    claim_application(actor=acme.rop, application_id=waiting.pk)
    code = ReasonCode.NOT_CONFIRMED
    ask_applicant(actor=acme.rop, application_id=waiting.pk, reason_code=code, question="Which shares did you trade?")
    clock_at("2024-01-12 09:00")

    tick()

    theirs = body_to(waiting.account.email_address, NoticeKind.REMINDER)
    ours = body_to(ROP, NoticeKind.REMINDER)
    assert "waits for your answer to our question" in theirs
    assert "It waits for an answer of the applicant." in ours
    assert f"{acme.rop} works on it." in ours


def test_a_request_opened_again_has_fifteen_days_again(waiting, acme, clock_at):
    decide(waiting, acme.rop, ReviewAct.APPROVED, 2)
    at = clock_at("2024-01-20 10:00")
    code = ReasonCode.ERROR_CORRECTED
    reopen_application(actor=acme.rop, application_id=waiting.pk, reason_code=code, reason=WRITTEN)
    tick()
    newest = ComplianceClock.objects.filter(kind="decision").latest("id")
    assert (newest.started_at, newest.stopped_at, newest.warned_day) == (at, None, 0)
    Notice.objects.all().delete()

    decide(waiting, acme.rop, ReviewAct.REJECTED, None)
    tick()

    waiting.account.refresh_from_db()
    assert waiting.account.options_approved_level == 0
    assert ("decision", True) not in clocks_of(waiting.account)
    assert addressed(waiting.account, NoticeKind.DECISION) == [waiting.account.email_address, OPS]
    assert addressed(waiting.account, NoticeKind.LEVEL) == [waiting.account.email_address, ROP]
    assert "Options trading is now switched off" in body_to(waiting.account.email_address, NoticeKind.LEVEL)


def test_a_level_that_a_review_lowers_is_told_with_its_reason_code(waiting, acme):
    decide(waiting, acme.rop, ReviewAct.APPROVED, 2)
    review = open_level_review(actor=acme.rop, account_id=waiting.account_id, reason=WRITTEN)
    code = ReasonCode.FACTS_CHANGED
    decide_level_review(actor=acme.rop, review_id=review.pk, level=1, reason_code=code, reason=WRITTEN)

    tick()

    body = body_to(waiting.account.email_address, NoticeKind.LEVEL)
    assert "is now 1. It was 2. It allows: covered calls and cash-secured puts." in body
    assert "Reason: The facts have changed." in body
    assert WRITTEN not in body
    assert "options level is now 1" in dict(told(waiting.account, NoticeKind.LEVEL))[ROP]


def test_a_review_that_keeps_the_level_tells_nobody(waiting, acme):
    decide(waiting, acme.rop, ReviewAct.APPROVED, 2)
    review = open_level_review(actor=acme.rop, account_id=waiting.account_id, reason=WRITTEN)
    code = ReasonCode.ANSWERS_SUPPORT
    decide_level_review(actor=acme.rop, review_id=review.pk, level=2, reason_code=code, reason=WRITTEN)

    tick()

    assert told(waiting.account, NoticeKind.LEVEL) == []


def test_a_reader_that_comes_late_moves_no_end(acme, clock_at):
    at = clock_at("2024-01-02 15:00")
    waiting = make_pending(acme.correspondent)
    clock_at("2024-01-09 15:00")

    tick()

    running = ComplianceClock.objects.get(account=waiting.account)
    assert (running.started_at, running.due_at - at > timedelta(days=15)) == (at, True)
    assert Event.objects.filter(type="options_application.submitted").get().at == at


def test_an_account_without_an_address_is_not_written_to(acme, clock_at):
    clock_at("2024-01-02 15:00")
    waiting = make_pending(acme.correspondent)
    make_staff(Role.ROP, None)
    Account.objects.update(email_address="")
    decide(waiting, acme.rop, ReviewAct.APPROVED, 2)

    tick()

    assert not Notice.objects.filter(account=waiting.account).exclude(address__endswith=".example").exists()
    assert ("verification", True) in clocks_of(waiting.account), "nothing was sent, so the clock runs"
