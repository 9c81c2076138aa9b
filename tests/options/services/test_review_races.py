"""Two principals at once: each request is decided exactly once, each event told exactly once and in order."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from threading import Event as ThreadingEvent
from threading import Thread

import psycopg
import pytest
from django.db import connection

from accounts.models import Account
from brokerage.database import direct_parameters
from brokerage.errors import BrokerageError
from brokerage.models import Event
from brokerage.relay import Relay
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.models import LevelReview, OptionsApplication, ReviewStep
from options.review_errors import (
    ApplicationClaimed,
    ApplicationDecided,
    LevelReviewDecided,
    LevelReviewOpen,
)
from options.rules.requests import ApprovalRequest
from options.rules.review import REASON_CODES, Verdict
from options.services.applications import request_for_opening, request_options_approval
from options.services.level_reviews import decide_level_review, open_level_review
from options.services.review import claim_application, decide_application, reopen_application
from tests.factories import make_account
from tests.options.applicants import SOUND_ANSWERS
from tests.options.requests import FOR_A_PERSON, make_many_pending, make_pending, second_principal
from tests.options.review import events_of

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "The customer confirmed it on the phone"
APPROVE_2 = Verdict(ReviewAct.APPROVED, 2, ReasonCode.FACTS_CONFIRMED, WHY)
REJECT = Verdict(ReviewAct.REJECTED, None, ReasonCode.NOT_SUITABLE, WHY)


def at_once(*acts):
    """Run the acts in threads of their own and answer the class of what each returned or raised."""

    def run(act):
        try:
            return type(act())
        except BrokerageError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


@pytest.fixture
def other(acme):
    return second_principal(acme.correspondent)


def test_of_two_decisions_at_the_same_instant_one_counts(acme, rop, other, meet_after):
    pending = make_pending(acme.correspondent)
    meet_after("options.services.review_steps.require_pending")

    outcomes = at_once(
        lambda: decide_application(actor=rop, application_id=pending.pk, verdict=APPROVE_2),
        lambda: decide_application(actor=other, application_id=pending.pk, verdict=REJECT),
    )

    assert outcomes == {OptionsApplication: 1, ApplicationDecided: 1}
    decided, step = OptionsApplication.objects.get(), ReviewStep.objects.get()
    assert (step.taken_by, step.act == ReviewAct.APPROVED) == (decided.decided_by, decided.status == "APPROVED")
    assert Account.objects.get(pk=pending.account_id).options_approved_level == (decided.approved_level or 0)
    assert len(events_of(pending)) == (3 if decided.approved_level else 2)


def test_of_two_first_approvals_at_the_same_instant_the_second_decides(acme, rop, other, meet_after):
    type(acme.correspondent).objects.filter(pk=acme.correspondent.pk).update(principals_for_level_2=2)
    pending = make_pending(acme.correspondent)
    meet_after("options.services.review_steps.require_pending")

    outcomes = at_once(
        *(
            lambda one=one: decide_application(actor=one, application_id=pending.pk, verdict=APPROVE_2)
            for one in (rop, other)
        )
    )

    assert outcomes == {OptionsApplication: 2}
    decided = OptionsApplication.objects.get()
    assert {decided.first_approved_by, decided.decided_by} == {rop, other}
    assert Account.objects.get(pk=pending.account_id).options_approved_level == 2


def test_of_two_claims_at_the_same_instant_one_holds(acme, rop, other, meet_after):
    pending = make_pending(acme.correspondent)
    meet_after("options.services.review.require_unclaimed")

    outcomes = at_once(
        *(lambda one=one: claim_application(actor=one, application_id=pending.pk) for one in (rop, other))
    )

    assert outcomes == {OptionsApplication: 1, ApplicationClaimed: 1}
    assert [kind for kind, _ in events_of(pending)].count("options_application.claimed") == 1


def test_a_request_is_opened_again_once(acme, rop, other, meet_after):
    pending = make_pending(acme.correspondent)
    decide_application(actor=rop, application_id=pending.pk, verdict=REJECT)
    meet_after("options.services.review.require_no_maker")

    outcomes = at_once(
        *(
            lambda one=one: reopen_application(
                actor=one, application_id=pending.pk, reason_code=ReasonCode.ERROR_CORRECTED, reason=WHY
            )
            for one in (rop, other)
        )
    )

    assert sum(outcomes.values()) - outcomes[OptionsApplication] == 1
    assert OptionsApplication.objects.get().round == 2


def test_a_decision_and_a_take_over_at_the_same_instant_leave_one_truth(acme, rop, meet_after):
    account = make_account(acme.correspondent, changes=FOR_A_PERSON)
    waiting = request_for_opening(actor=acme.api_user, account_id=account.pk)
    meet_after("options.services.review_steps.require_pending")
    meet_after("options.services.applications._require_open_to_requests")
    approve_1 = Verdict(ReviewAct.APPROVED, 1, ReasonCode.FACTS_CONFIRMED, WHY)

    at_once(
        lambda: decide_application(actor=rop, application_id=waiting.pk, verdict=approve_1),
        lambda: request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(2)),
    )

    account.refresh_from_db()
    granted = OptionsApplication.objects.filter(status=ApplicationStatus.APPROVED).values_list("approved_level")
    assert max([0, *(level for (level,) in granted)]) == account.options_approved_level
    assert OptionsApplication.objects.filter(account=account, status=ApplicationStatus.PENDING).count() <= 1


def test_a_level_is_reviewed_and_decided_on_once(acme, rop, other, meet_after):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(2))
    meet_after("options.services.level_reviews.require_reviewer")

    opened = at_once(
        *(lambda one=one: open_level_review(actor=one, account_id=account.pk, reason=WHY) for one in (rop, other))
    )
    review = LevelReview.objects.get()
    decided = at_once(
        *(
            lambda one=one: decide_level_review(
                actor=one, review_id=review.pk, level=1, reason_code=ReasonCode.NOT_SUITABLE, reason=WHY
            )
            for one in (rop, other)
        )
    )

    assert opened == {LevelReview: 1, LevelReviewOpen: 1}
    assert decided == {LevelReview: 1, LevelReviewDecided: 1}
    assert Event.objects.filter(type="options.level_lowered").count() == 1


REQUESTS = 200


def test_two_principals_clear_a_queue_of_200_and_each_request_is_decided_once(acme, rop, other):
    """Both work from the oldest on, so that they meet at every request."""
    waiting = [one.pk for one in make_many_pending(acme.correspondent, REQUESTS)]

    def clear(actor):
        return [at_work(actor, number, one) for number, one in enumerate(waiting)]

    with relaying(), ThreadPoolExecutor(2) as pool:
        by_rop, by_other = pool.map(closing(clear), (rop, other))

    assert {tuple(sorted(pair)) for pair in zip(by_rop, by_other, strict=True)} == {("decided", "too late")}
    assert_each_was_decided_once(waiting)
    assert_each_event_was_told_once_and_in_order(waiting)


VERDICTS = [
    Verdict(act, level, REASON_CODES[act][0], WHY)
    for act, level in [(ReviewAct.APPROVED, 2), (ReviewAct.APPROVED_LOWER, 1), (ReviewAct.REJECTED, None)]
]
TOLD = {
    ApplicationStatus.APPROVED: ["submitted", "approved", "level_approved"],
    ApplicationStatus.LOWER_LEVEL_APPROVED: ["submitted", "lower_level_approved", "level_approved"],
    ApplicationStatus.REJECTED: ["submitted", "rejected"],
}


def at_work(actor, number, application_id):
    verdict = VERDICTS[(number + actor.pk) % len(VERDICTS)]
    try:
        decide_application(actor=actor, application_id=application_id, verdict=verdict)
    except ApplicationDecided:
        return "too late"
    return "decided"


@contextmanager
def relaying():
    """Let a relay give events their place meanwhile, and the last ones before it stops."""
    stop = ThreadingEvent()
    with psycopg.connect(**direct_parameters(), autocommit=True) as direct:
        relay = Relay(direct)
        running = Thread(target=relay.run, kwargs={"wait": stop.wait, "beat": lambda: None})
        running.start()
        yield
        stop.set()
        running.join()
        while relay.place_events():
            pass


def closing(work):
    def then_close(actor):
        try:
            return work(actor)
        finally:
            connection.close()

    return then_close


def assert_each_was_decided_once(waiting):
    decided = list(OptionsApplication.objects.filter(pk__in=waiting).select_related("account"))
    steps = {step.application_id: step for step in ReviewStep.objects.all()}

    assert len(decided) == len(steps) == ReviewStep.objects.count() == REQUESTS
    for one in decided:
        step = steps[one.pk]
        assert (step.taken_by_id, step.level) == (one.decided_by_id, one.approved_level)
        assert one.account.options_approved_level == step.level_after == (one.approved_level or 0)


def assert_each_event_was_told_once_and_in_order(waiting):
    assert list(Event.objects.order_by("event_id").values_list("event_id", flat=True)) == list(
        range(1, Event.objects.count() + 1)
    )
    events = Event.objects.filter(type__startswith="options").order_by("event_id").values_list("account_id", "type")
    told = {
        account: [kind.partition(".")[2] for _, kind in rows]
        for account, rows in groupby(sorted(events, key=lambda row: str(row[0])), key=lambda row: row[0])
    }

    assert told == {
        account: TOLD[status]
        for account, status in OptionsApplication.objects.filter(pk__in=waiting).values_list("account_id", "status")
    }
