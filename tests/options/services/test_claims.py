"""Claim, release and assign requests, one and many."""

import pytest

from accounts.choices import Role
from accounts.models import Account, Correspondent
from accounts.record_errors import MakerCannotDecide, ReasonTooShort
from accounts.services.users import system_user
from brokerage.errors import NotPermitted
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.models import OptionsApplication, ReviewStep
from options.review_errors import (
    ApplicationClaimed,
    ApplicationDecided,
    ApplicationNotFound,
    NotAReviewer,
    NotEligible,
    SamePrincipal,
    VerdictInvalid,
)
from options.review_selectors import eligible_reviewers, who_may_not_decide
from options.rules.requests import ApprovalRequest
from options.rules.review import Verdict
from options.services.applications import request_for_opening, request_options_approval
from options.services.review import (
    MOST_AT_ONCE,
    BulkOutcome,
    assign_application,
    claim_application,
    claim_applications,
    decide_application,
    end_request_of_closed,
    reject_applications,
    release_application,
)
from tests.factories import change_row, make_account, make_customer, make_staff, nowhere
from tests.options.applicants import SOUND_ANSWERS
from tests.options.requests import FOR_A_PERSON, make_pending, second_principal
from tests.options.review import events_of, everything

WHY = "The customer could not be reached"


@pytest.fixture
def pending(acme):
    return make_pending(acme.correspondent)


@pytest.fixture
def other(acme):
    return second_principal(acme.correspondent)


def test_the_request_of_an_account_that_is_closed_leaves_the_queue(acme, rop, pending):
    claim(rop, pending)
    assert end_request_of_closed(actor=system_user(), account_id=pending.account_id) is None
    change_row(pending.account, status="ACCOUNT_CLOSED")

    for _ in range(2):
        end_request_of_closed(actor=system_user(), account_id=pending.account_id)

    pending.refresh_from_db()
    assert (pending.status, pending.decided_by, pending.claimed_by) == (ApplicationStatus.REJECTED, None, None)
    assert pending.ruled_status == ApplicationStatus.PENDING
    step = ReviewStep.objects.get(application=pending)
    assert (step.act, step.reason, step.taken_by) == (ReviewAct.REJECTED, "The account was closed.", system_user())


def claim(actor, application):
    return claim_application(actor=actor, application_id=application.pk)


def release(actor, application):
    return release_application(actor=actor, application_id=application.pk)


def assign(actor, application, to):
    return assign_application(actor=actor, application_id=application.pk, to=to.pk)


def reject(actor, application):
    verdict = Verdict(ReviewAct.REJECTED, None, ReasonCode.NOT_CONFIRMED, WHY)
    return decide_application(actor=actor, application_id=application.pk, verdict=verdict)


def types_of(application):
    return [kind for kind, _ in events_of(application)]


def test_a_claim_says_who_and_since_when_and_is_announced_once(rop, pending):
    first, again = claim(rop, pending), claim(rop, pending)

    stored = OptionsApplication.objects.get(pk=pending.pk)
    assert (stored.claimed_by, stored.claimed_at) == (rop, first.claimed_at)
    assert again.claimed_at == first.claimed_at
    assert types_of(pending) == ["options_application.submitted", "options_application.claimed"]


def test_who_comes_second_is_told_who_was_first(rop, other, pending):
    claim(rop, pending)
    before = everything(pending)

    for act in (claim, release):
        with pytest.raises(ApplicationClaimed, match=f"{rop.name} has been working on this request since") as refused:
            act(other, pending)
        assert refused.value.http_status == 409
    assert everything(pending) == before


def test_a_release_leaves_it_to_others_and_again_changes_nothing(rop, other, pending):
    claim(rop, pending)

    for _ in range(2):
        assert release(rop, pending).claimed_by is None
    claim(other, pending)

    assert [kind.partition(".")[2] for kind in types_of(pending)] == ["submitted", "claimed", "released", "claimed"]


def test_a_request_is_given_to_a_colleague_whoever_works_on_it(rop, other, pending):
    claim(rop, pending)

    for _ in range(2):
        assert assign(other, pending, other).claimed_by == other

    assert [kind.partition(".")[2] for kind in types_of(pending)] == ["submitted", "claimed", "assigned"]
    assert events_of(pending)[-1][1]["assigned_to"] == other.pk
    assert events_of(pending)[-1][1]["assigned_from"] == rop.pk


def test_a_request_is_not_given_to_who_could_not_decide(acme, globex, rop, other, pending):
    owner = make_customer(acme.correspondent)
    Account.objects.filter(pk=pending.account_id).update(owner=owner)
    gone = second_principal(acme.correspondent, email="gone@acme.example")
    gone.is_active = False
    gone.save()
    pending.account.terms.makers = [other.pk]
    pending.account.terms.save()
    before = everything(pending)

    for person in (acme.ops, acme.reader, acme.api_user, globex.rop, owner, gone, other):
        with pytest.raises(NotEligible) as refused:
            assign(rop, pending, person)
        assert refused.value.http_status == 422
    with pytest.raises(NotEligible, match="this user cannot decide on this request"):
        assign_application(actor=rop, application_id=pending.pk, to=0)
    assert everything(pending) == before


def test_the_first_of_two_principals_neither_claims_nor_is_given_it_again(acme, rop, other, pending):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(principals_for_level_2=2)
    approve = Verdict(ReviewAct.APPROVED, 2, ReasonCode.FACTS_CONFIRMED, WHY)
    decide_application(actor=rop, application_id=pending.pk, verdict=approve)
    before = everything(pending)

    with pytest.raises(SamePrincipal):
        claim(rop, pending)
    with pytest.raises(NotEligible):
        assign(other, pending, rop)
    assert everything(pending) == before
    assert claim(other, pending).claimed_by == other


def test_nobody_works_on_what_is_decided(rop, other, pending):
    reject(rop, pending)
    before = everything(pending)

    for act in (claim, release, lambda actor, one: assign(actor, one, rop)):
        with pytest.raises(ApplicationDecided):
            act(other, pending)
    assert everything(pending) == before


def test_who_may_not_decide_does_not_claim(acme, globex, rop, pending):
    acme.correspondent.reviewers.set([second_principal(acme.correspondent)])
    before = everything(pending)

    for act in (claim, lambda actor, one: assign(actor, one, rop)):
        for actor in (acme.ops, acme.reader, acme.api_user):
            with pytest.raises(NotPermitted):
                act(actor, pending)
        with pytest.raises(NotAReviewer):
            act(rop, pending)
        with pytest.raises(ApplicationNotFound):
            act(globex.rop, pending)
    with pytest.raises(NotPermitted):
        release(acme.ops, pending)
    with pytest.raises(ApplicationNotFound):
        release(globex.rop, pending)
    assert everything(pending) == before


def test_a_maker_does_not_claim(acme, other, pending):
    pending.account.terms.makers = [other.pk]
    pending.account.terms.save()
    before = everything(pending)

    with pytest.raises(MakerCannotDecide):
        claim(other, pending)
    assert everything(pending) == before


def test_what_the_opening_asked_is_free_again_when_the_partner_takes_it_over(acme, rop):
    account = make_account(acme.correspondent, changes=FOR_A_PERSON)
    waiting = request_for_opening(actor=acme.api_user, account_id=account.pk)
    claim(rop, waiting)

    taken = request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(2))

    assert (taken.pk, taken.requested_level, taken.claimed_by, taken.status) == (waiting.pk, 2, None, "PENDING")


def test_who_decides_is_listed_by_name(acme, globex, rop, other):
    brokers = make_staff(Role.ROP, None)

    everybody = eligible_reviewers(rop, acme.correspondent)
    acme.correspondent.reviewers.set([other])

    assert set(everybody) == {rop, other, brokers}
    assert [str(one) for one in everybody] == sorted(str(one) for one in everybody)
    assert set(eligible_reviewers(brokers, acme.correspondent)) == {other, brokers}
    assert eligible_reviewers(globex.rop, acme.correspondent) == []


def test_who_made_a_request_is_everybody_who_entered_what_it_rests_on(acme, pending):
    owner = make_customer(acme.correspondent)
    Account.objects.filter(pk=pending.account_id).update(owner=owner)
    later = second_principal(acme.correspondent)
    pending.account.terms.makers = [later.pk]
    pending.account.terms.save()

    assert pending.makers == [acme.api_user.pk]
    assert who_may_not_decide(OptionsApplication.objects.get(pk=pending.pk)) == {acme.api_user.pk, owner.pk, later.pk}


def test_several_are_claimed_each_by_itself(acme, globex, rop, other):
    free, mine, theirs = (make_pending(acme.correspondent) for _ in range(3))
    claim(rop, mine)
    claim(other, theirs)
    foreign = make_pending(globex.correspondent)

    found = claim_applications(actor=rop, application_ids=[one.pk for one in (free, mine, theirs, foreign, free)])

    assert found[:2] == [BulkOutcome(free.pk), BulkOutcome(mine.pk)]
    assert [one.application_id for one in found[2:]] == [theirs.pk, foreign.pk]
    assert found[2].refusal.startswith(f"{other.name} has been working on this request since")
    assert found[3].refusal == "no such request for an options level"
    assert list(OptionsApplication.objects.filter(claimed_by=rop).order_by("id")) == [free, mine]


def test_several_are_refused_for_one_reason_each_by_itself(acme, rop):
    first, decided, last = (make_pending(acme.correspondent) for _ in range(3))
    reject(rop, decided)

    found = reject_applications(
        actor=rop,
        application_ids=[first.pk, decided.pk, last.pk],
        reason_code=ReasonCode.NOT_CONFIRMED,
        reason=WHY,
    )

    assert [one.refusal.partition(":")[0] for one in found] == ["", "this request is decided", ""]
    assert set(OptionsApplication.objects.values_list("status", flat=True)) == {ApplicationStatus.REJECTED}
    assert ReviewStep.objects.filter(act="rejected", reason=WHY, reason_code="not_confirmed").count() == 3
    for one in (first, last):
        assert types_of(one) == ["options_application.submitted", "options_application.rejected"]


def test_a_bad_reason_or_too_many_refuse_before_any(acme, rop, pending):
    before = everything(pending)
    given = {"actor": rop, "application_ids": [pending.pk], "reason_code": ReasonCode.NOT_CONFIRMED, "reason": WHY}

    with pytest.raises(ReasonTooShort):
        reject_applications(**given | {"reason": "x"})
    with pytest.raises(VerdictInvalid):
        reject_applications(**given | {"reason_code": ReasonCode.ANSWERS_SUPPORT})
    with pytest.raises(VerdictInvalid, match=f"must be at most {MOST_AT_ONCE}"):
        reject_applications(**given | {"application_ids": [pending.pk, *(nowhere_else(n) for n in range(200))]})
    with pytest.raises(NotPermitted):
        reject_applications(**given | {"actor": acme.ops})
    with pytest.raises(NotPermitted):
        claim_applications(actor=acme.api_user, application_ids=[pending.pk])
    assert everything(pending) == before


def nowhere_else(number):
    return nowhere().__class__(int=nowhere().int + number)


def test_an_automatic_decision_is_announced_too(acme):
    sound = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    poor = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"identity.liquid_net_worth_min": "8000"})
    poorest = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"identity.liquid_net_worth_min": "1"})

    asked = [
        request_options_approval(actor=acme.api_user, account_id=one.pk, request=ApprovalRequest(2))
        for one in (sound, poor, poorest)
    ]

    assert [types_of(one) for one in asked] == [
        ["options_application.approved", "options.level_approved"],
        ["options_application.lower_level_approved", "options.level_approved"],
        ["options_application.rejected"],
    ]
