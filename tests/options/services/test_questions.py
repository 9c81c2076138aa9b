"""Ask the applicant for more, answer, and open a decided request again."""

import pytest

from accounts.choices import AccountStatus
from accounts.models import Account
from accounts.record_errors import MakerCannotDecide, ReasonTooShort
from brokerage.errors import NotPermitted
from options.approval_selectors import find_difference
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.errors import AccountNotReadyForOptions, ApplicationPending
from options.models import OptionsApplication, ReviewStep
from options.review_errors import (
    ApplicationClaimed,
    ApplicationDecided,
    ApplicationNotDecided,
    ApplicationNotFound,
    LaterRequestExists,
    NothingAsked,
    VerdictInvalid,
)
from options.rules.requests import ApprovalRequest
from options.rules.review import Verdict
from options.services.applications import request_for_opening, request_options_approval
from options.services.level_reviews import decide_level_review, open_level_review
from options.services.review import (
    answer_question,
    ask_applicant,
    claim_application,
    decide_application,
    reopen_application,
)
from tests.factories import change_row, make_account, make_customer
from tests.options.applicants import SOUND_ANSWERS
from tests.options.requests import FOR_A_PERSON, make_pending, second_principal
from tests.options.review import events_of, everything

WHY = "The customer confirmed it on the phone"
QUESTION = "Since when have you traded options?"
APPROVE_2 = Verdict(ReviewAct.APPROVED, 2, ReasonCode.FACTS_CONFIRMED, WHY)
LOWER_1 = Verdict(ReviewAct.APPROVED_LOWER, 1, ReasonCode.NOT_SUITABLE, WHY)
REJECT = Verdict(ReviewAct.REJECTED, None, ReasonCode.NOT_SUITABLE, WHY)


@pytest.fixture
def pending(acme):
    return make_pending(acme.correspondent)


@pytest.fixture
def owner(acme, pending):
    owner = make_customer(acme.correspondent)
    Account.objects.filter(pk=pending.account_id).update(owner=owner)
    return owner


def ask(actor, application, question=QUESTION, code=ReasonCode.ANSWERS_CONTRADICT):
    return ask_applicant(actor=actor, application_id=application.pk, reason_code=code, question=question)


def answer(actor, application, said="Yes, since 2019"):
    return answer_question(actor=actor, application_id=application.pk, answer=said)


def decide(actor, application, verdict):
    return decide_application(actor=actor, application_id=application.pk, verdict=verdict)


def reopen(actor, application, code=ReasonCode.ERROR_CORRECTED, reason=WHY):
    return reopen_application(actor=actor, application_id=application.pk, reason_code=code, reason=reason)


def level_of(application):
    return Account.objects.get(pk=application.account_id).options_approved_level


def words_of(application):
    return [kind.partition(".")[2] for kind, _ in events_of(application)]


def test_a_question_waits_for_its_answer(rop, owner, pending):
    asked = ask(rop, pending)
    again = ask(rop, pending, "And since when have you traded stocks?")

    assert (asked.status, again.asked_at) == (ApplicationStatus.PENDING, asked.asked_at)
    answered = answer(owner, pending, "  Options since 2019,\n stocks since 2015 ")

    assert (answered.asked_at, owner.pk in answered.makers) == (None, True)
    steps = ReviewStep.objects.order_by("id").values_list("act", "reason_code", "reason", "taken_by", "role")
    assert list(steps) == [
        ("asked", "answers_contradict", QUESTION, rop.pk, "rop"),
        ("asked", "answers_contradict", "And since when have you traded stocks?", rop.pk, "rop"),
        ("answered", "", "Options since 2019, stocks since 2015", owner.pk, "customer"),
    ]
    assert words_of(pending) == ["submitted", "asked", "asked", "answered"]


@pytest.mark.parametrize("who", ["ops", "api_user"])
def test_the_firm_answers_on_the_customers_behalf(acme, rop, pending, who):
    ask(rop, pending)

    assert answer(getattr(acme, who), pending).asked_at is None


def test_a_decision_ends_the_question(rop, owner, pending):
    ask(rop, pending)

    assert decide(rop, pending, REJECT).asked_at is None
    before = everything(pending)
    with pytest.raises(ApplicationDecided):
        answer(owner, pending)
    assert everything(pending) == before


def test_what_cannot_be_asked_is_refused(acme, globex, rop, pending):
    before = everything(pending)

    for question in ("", "Why?", "   Why  so? "):
        with pytest.raises(ReasonTooShort):
            ask(rop, pending, question)
    with pytest.raises(VerdictInvalid):
        ask(rop, pending, code=ReasonCode.ANSWERS_SUPPORT)
    for actor in (acme.ops, acme.reader, acme.api_user):
        with pytest.raises(NotPermitted):
            ask(actor, pending)
    with pytest.raises(ApplicationNotFound):
        ask(globex.rop, pending)
    assert everything(pending) == before


def test_who_works_on_it_asks(acme, rop, pending):
    claim_application(actor=rop, application_id=pending.pk)
    before = everything(pending)

    with pytest.raises(ApplicationClaimed):
        ask(second_principal(acme.correspondent), pending)
    assert everything(pending) == before
    assert ask(rop, pending).claimed_by == rop


def test_what_cannot_be_answered_is_refused(acme, globex, rop, owner, pending):
    before = everything(pending)
    with pytest.raises(NothingAsked):
        answer(owner, pending)
    assert everything(pending) == before
    ask(rop, pending)
    before = everything(pending)

    for said in ("", "  \n ", "x" * 1001):
        with pytest.raises(VerdictInvalid):
            answer(owner, pending, said)
    for actor in (acme.reader, rop):
        with pytest.raises(NotPermitted):
            answer(actor, pending)
    for actor in (globex.ops, make_customer(acme.correspondent), make_customer(globex.correspondent)):
        with pytest.raises(ApplicationNotFound):
            answer(actor, pending)
    assert everything(pending) == before


def test_what_is_opened_again_keeps_its_level_until_it_is_decided(rop, pending):
    decide(rop, pending, APPROVE_2)

    opened = reopen(rop, pending)

    assert (opened.status, opened.round, opened.approved_level) == (ApplicationStatus.PENDING, 2, None)
    assert (opened.decided_by, opened.decided_at, level_of(pending)) == (None, None, 2)
    assert find_difference(OptionsApplication.objects.get(pk=pending.pk)) is None
    step = ReviewStep.objects.latest("id")
    assert (step.act, step.round, step.reason_code, step.level_before, step.level_after) == (
        *("reopened", 2, "error_corrected"),
        *(2, 2),
    )
    assert words_of(pending)[-1] == "reopened"


@pytest.mark.parametrize(
    ("had", "first", "second", "level", "moved"),
    [
        (0, APPROVE_2, REJECT, 0, "level_lowered"),
        (1, APPROVE_2, REJECT, 1, "level_lowered"),
        (0, APPROVE_2, LOWER_1, 1, "level_lowered"),
        (0, APPROVE_2, APPROVE_2, 2, "approved"),
        (0, LOWER_1, APPROVE_2, 2, "level_approved"),
        (0, REJECT, APPROVE_2, 2, "level_approved"),
        (1, REJECT, REJECT, 1, "rejected"),
    ],
)
def test_what_a_request_had_granted_is_replaced(rop, pending, had, first, second, level, moved):
    Account.objects.filter(pk=pending.account_id).update(options_approved_level=had)
    decide(rop, pending, first)
    reopen(rop, pending)
    before = level_of(pending)

    decide(rop, pending, second)

    assert level_of(pending) == level
    assert words_of(pending)[-1] == moved
    step = ReviewStep.objects.latest("id")
    assert (step.round, step.level_before, step.level_after) == (2, before, level)
    if before != level:
        change = {"approved_level_from": before, "approved_level_to": level}
        assert events_of(pending)[-1][1] == {"options": change}


def test_a_level_that_a_review_lowered_is_not_raised_by_a_refusal(rop, pending):
    decide(rop, pending, APPROVE_2)
    review = open_level_review(actor=rop, account_id=pending.account_id, reason=WHY)
    decide_level_review(actor=rop, review_id=review.pk, level=0, reason_code=ReasonCode.NOT_SUITABLE, reason=WHY)
    reopen(rop, pending)

    decide(rop, pending, REJECT)

    assert level_of(pending) == 0


def test_what_the_rules_decided_is_opened_again_too(acme, rop):
    poor = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"identity.liquid_net_worth_min": "8000"})
    request = request_options_approval(actor=acme.api_user, account_id=poor.pk, request=ApprovalRequest(2))
    reopen(rop, request)

    decided = decide(rop, request, APPROVE_2)

    assert (decided.approved_level, level_of(request)) == (2, 2)
    assert (decided.ruled_status, decided.ruled_level) == (ApplicationStatus.LOWER_LEVEL_APPROVED, 1)
    assert find_difference(OptionsApplication.objects.get(pk=request.pk)) is None


def test_beside_a_request_that_is_open_again_no_other_is_made(acme, rop):
    account = make_account(acme.correspondent, changes=FOR_A_PERSON)
    request = request_for_opening(actor=acme.api_user, account_id=account.pk)
    decide(rop, request, REJECT)
    reopen(rop, request)
    before = everything(request)

    with pytest.raises(ApplicationPending):
        request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(2))
    assert everything(request) == before


def test_what_cannot_be_opened_again_is_refused(acme, globex, rop, pending):
    before = everything(pending)
    with pytest.raises(ApplicationNotDecided):
        reopen(rop, pending)
    assert everything(pending) == before
    decide(rop, pending, REJECT)
    before = everything(pending)

    with pytest.raises(ReasonTooShort):
        reopen(rop, pending, reason="x")
    with pytest.raises(VerdictInvalid):
        reopen(rop, pending, code=ReasonCode.ANSWERS_SUPPORT)
    for actor in (acme.ops, acme.reader, acme.api_user):
        with pytest.raises(NotPermitted):
            reopen(actor, pending)
    with pytest.raises(ApplicationNotFound):
        reopen(globex.rop, pending)
    assert everything(pending) == before


def test_a_maker_does_not_open_it_again(acme, rop, pending):
    decide(rop, pending, REJECT)
    other = second_principal(acme.correspondent)
    pending.account.terms.makers = [other.pk]
    pending.account.terms.save()
    before = everything(pending)

    with pytest.raises(MakerCannotDecide):
        reopen(other, pending)
    assert everything(pending) == before


def test_only_the_newest_request_is_opened_again(acme, rop, pending):
    decide(rop, pending, REJECT)
    request_options_approval(actor=acme.api_user, account_id=pending.account_id, request=ApprovalRequest(2))
    before = everything(pending)

    with pytest.raises(LaterRequestExists):
        reopen(rop, pending)
    assert everything(pending) == before


def test_a_request_of_a_closed_account_stays_decided(rop, pending):
    decide(rop, pending, REJECT)
    change_row(pending.account, status=AccountStatus.ACCOUNT_CLOSED)
    before = everything(pending)

    with pytest.raises(AccountNotReadyForOptions):
        reopen(rop, pending)
    assert everything(pending) == before
