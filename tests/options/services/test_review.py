"""Decide on a request: approve it, a lower level, or refuse it, and what is on record of it."""

from datetime import date

import pytest

from accounts.choices import AccountStatus, EnabledAsset, Role
from accounts.models import Account, Correspondent, Suitability
from accounts.record_errors import ReasonTooShort
from accounts.rules.people import age_on
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.market_calendar import NEW_YORK
from options.approval_selectors import find_difference
from options.choices import ApplicationStatus, DeliveryMeans, ReasonCode, ReviewAct
from options.errors import AccountNotReadyForOptions, ApplicationIncomplete
from options.models import DisclosureDelivery, OptionsApplication, ReviewStep
from options.review_errors import (
    ApplicationClaimed,
    ApplicationDecided,
    ApplicationNotFound,
    NotAReviewer,
    SamePrincipal,
    VerdictInvalid,
)
from options.rules.approval_rules import LATEST
from options.rules.requests import ApprovalRequest, Fixture
from options.rules.review import Verdict
from options.services.applications import request_options_approval
from options.services.review import claim_application, decide_application
from tests.factories import change_row, make_account, make_customer, make_staff, nowhere
from tests.options.applicants import SOUND_ANSWERS
from tests.options.requests import make_pending, second_principal
from tests.options.review import events_of, everything

WHY = "The customer confirmed it on the phone"
APPROVE_2 = Verdict(ReviewAct.APPROVED, 2, ReasonCode.FACTS_CONFIRMED, WHY)
APPROVE_1 = Verdict(ReviewAct.APPROVED, 1, ReasonCode.FACTS_CONFIRMED, WHY)
LOWER_1 = Verdict(ReviewAct.APPROVED_LOWER, 1, ReasonCode.NOT_SUITABLE, WHY)
REJECT = Verdict(ReviewAct.REJECTED, None, ReasonCode.NOT_SUITABLE, WHY)


@pytest.fixture
def pending(acme):
    return make_pending(acme.correspondent)


@pytest.fixture
def decide(pending, rop):
    """Decide on the request; a refusal is shown to have written nothing."""

    def decide(verdict, actor=rop, application=pending):
        before = everything(application)
        try:
            return decide_application(actor=actor, application_id=application.pk, verdict=verdict)
        except Exception:
            assert everything(application) == before
            raise

    return decide


@pytest.mark.parametrize(
    ("verdict", "status", "level", "said"),
    [
        (APPROVE_2, ApplicationStatus.APPROVED, 2, "approved"),
        (LOWER_1, ApplicationStatus.LOWER_LEVEL_APPROVED, 1, "lower_level_approved"),
        (REJECT, ApplicationStatus.REJECTED, None, "rejected"),
    ],
)
def test_a_decision_puts_the_level_into_force_and_is_announced(pending, rop, decide, verdict, status, level, said):
    decided = decide(verdict)

    account = Account.objects.get(pk=pending.account_id)
    assert (decided.status, decided.approved_level, decided.decided_by) == (status, level, rop)
    assert account.options_approved_level == account.options_trading_level == (level or 0)
    payload = {"status": status, "requested_level": 2, "approved_level": level, "user_id": rop.pk}
    change = {"options": {"approved_level_from": 0, "approved_level_to": level}}
    assert events_of(pending)[1:] == [
        (f"options_application.{said}", payload),
        *([("options.level_approved", change)] if level else []),
    ]


def test_a_decision_is_kept_with_everything_that_was_known(pending, rop, decide):
    Suitability.objects.filter(account=pending.account_id).update(liquid_net_worth_min="59000")

    decided = decide(LOWER_1)

    step = ReviewStep.objects.get()
    assert (step.application_id, step.account_id, step.round) == (pending.pk, pending.account_id, 1)
    assert (step.act, step.level, step.level_before, step.level_after) == ("approved_lower", 1, 0, 1)
    assert (step.reason_code, step.reason, step.rule_version) == ("not_suitable", WHY, LATEST)
    assert (step.taken_by, step.role, step.taken_at) == (rop, Role.ROP, decided.decided_at)
    assert (step.answers["liquid_net_worth_min"], pending.answers["liquid_net_worth_min"]) == ("59000", "60000")
    assert step.answers["earlier"] == []
    assert step.answers["age"] == age_on(
        step.taken_at.astimezone(NEW_YORK).date(), Account.objects.get(pk=pending.account_id).identity.date_of_birth
    )


def test_what_the_rules_wrote_stays_beside_what_a_person_decides(pending, decide):
    decide(APPROVE_2)

    decided = OptionsApplication.objects.get(pk=pending.pk)
    assert (decided.ruled_status, decided.ruled_level) == (ApplicationStatus.PENDING, None)
    assert (decided.reasons, decided.reason_rules, decided.answers) == (
        pending.reasons,
        pending.reason_rules,
        pending.answers,
    )
    assert find_difference(decided) is None


def test_a_decision_on_level_1_raises_nobody_to_2(acme, decide):
    one = make_pending(acme.correspondent, level=1)

    decide(APPROVE_1, application=one)

    assert Account.objects.get(pk=one.account_id).options_approved_level == 1


def test_a_refusal_leaves_the_level_that_was_approved_before(acme, pending, decide):
    Account.objects.filter(pk=pending.account_id).update(options_approved_level=1)

    decide(REJECT)

    assert Account.objects.get(pk=pending.account_id).options_approved_level == 1
    assert (ReviewStep.objects.get().level_before, ReviewStep.objects.get().level_after) == (1, 1)


@pytest.mark.parametrize("first", [APPROVE_2, LOWER_1, REJECT])
@pytest.mark.parametrize("second", [APPROVE_2, LOWER_1, REJECT])
def test_what_is_decided_is_not_decided_again(acme, rop, pending, decide, first, second):
    decided = decide(first)

    for actor in (rop, second_principal(acme.correspondent)):
        with pytest.raises(ApplicationDecided) as refused:
            decide(second, actor=actor)
        when = f"{decided.decided_at.astimezone(NEW_YORK):%b %-d, %Y %H:%M %Z}"
        status = ApplicationStatus(decided.status).label.lower()
        assert str(refused.value) == f"this request is decided: {status} by {rop.name} at {when}"
        assert refused.value.http_status == 409


def test_what_the_rules_decided_is_not_decided_by_a_person_unless_opened_again(acme, decide):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    approved = request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(1))

    with pytest.raises(ApplicationDecided, match="approved by the rules at"):
        decide(REJECT, application=approved)


@pytest.mark.parametrize("reason", ["", "x", "too short", " a  b c d "])
def test_a_decision_says_why(decide, reason):
    with pytest.raises(ReasonTooShort):
        decide(Verdict(ReviewAct.REJECTED, None, ReasonCode.NOT_SUITABLE, reason))


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(ReviewAct.APPROVED, None, ReasonCode.FACTS_CONFIRMED, WHY),
        Verdict(ReviewAct.APPROVED, 1, ReasonCode.FACTS_CONFIRMED, WHY),
        Verdict(ReviewAct.APPROVED, 3, ReasonCode.FACTS_CONFIRMED, WHY),
        Verdict(ReviewAct.APPROVED_LOWER, 2, ReasonCode.NOT_SUITABLE, WHY),
        Verdict(ReviewAct.APPROVED_LOWER, 0, ReasonCode.NOT_SUITABLE, WHY),
        Verdict(ReviewAct.REJECTED, 1, ReasonCode.NOT_SUITABLE, WHY),
        Verdict(ReviewAct.REJECTED, None, ReasonCode.ANSWERS_SUPPORT, WHY),
        Verdict(ReviewAct.ASKED, None, ReasonCode.INCOMPLETE, WHY),
    ],
)
def test_a_verdict_that_does_not_fit_is_refused(decide, verdict):
    with pytest.raises(VerdictInvalid):
        decide(verdict)


def forget_an_answer(account):
    Suitability.objects.filter(account=account).update(annual_income_min=None)


def lose_the_agreement(account):
    account.agreements.filter(agreement="options_agreement").delete()


def be_a_minor(account):
    today = clock.today()
    account.identity.date_of_birth = date(today.year - 17, 1, 1)
    account.identity.save()


@pytest.mark.parametrize(
    ("break_", "field", "text"),
    [
        (forget_an_answer, "identity.annual_income_min", "the annual income is required for options trading"),
        (lose_the_agreement, "agreements", "a signed options_agreement is required for options trading"),
        (be_a_minor, "", "the applicant is 17 years old and must be 18"),
    ],
)
@pytest.mark.parametrize("verdict", [APPROVE_2, LOWER_1])
def test_nobody_approves_what_is_incomplete_or_a_minor(pending, decide, break_, field, text, verdict):
    break_(Account.objects.get(pk=pending.account_id))

    with pytest.raises(ApplicationIncomplete) as refused:
        decide(verdict)

    assert refused.value.errors == {field: [text]}
    assert decide(REJECT).status == ApplicationStatus.REJECTED


def ask_with_a_fixture(acme, account):
    request = ApprovalRequest(2, Fixture(ApplicationStatus.PENDING))
    return request_options_approval(actor=acme.api_user, account_id=account.pk, request=request)


def test_what_a_fixture_left_pending_is_not_approved_without_the_papers(acme, decide):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    lose_the_agreement(account)
    asked = ask_with_a_fixture(acme, account)

    with pytest.raises(ApplicationIncomplete):
        decide(APPROVE_2, application=asked)


@pytest.mark.parametrize("status", [AccountStatus.ACCOUNT_CLOSED, AccountStatus.DISABLED, AccountStatus.REJECTED])
def test_an_account_that_may_not_trade_is_refused_and_not_approved(pending, decide, status):
    change_row(pending.account, status=status)

    with pytest.raises(AccountNotReadyForOptions):
        decide(APPROVE_2)
    assert decide(REJECT).status == ApplicationStatus.REJECTED


def test_a_correspondent_without_options_gets_no_approval(acme, decide):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_enabled=False)

    with pytest.raises(VerdictInvalid, match="Acme Securities is not enabled for options"):
        decide(APPROVE_2)


def test_an_approval_enables_options_and_has_the_document_on_record(acme, decide):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    asked = ask_with_a_fixture(acme, account)
    Account.objects.filter(pk=account.pk).update(enabled_assets=["us_equity"])

    decide(APPROVE_2, application=asked)

    assert EnabledAsset.US_OPTION in Account.objects.get(pk=account.pk).enabled_assets
    assert DisclosureDelivery.objects.get(account=account).means == DeliveryMeans.AGREEMENT


def test_the_brokers_principal_decides_for_every_correspondent(decide):
    brokers = make_staff(Role.ROP, None)

    assert decide(APPROVE_2, actor=brokers).decided_by == brokers


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.ROP, Role.CUSTOMER, Role.API, Role.SYSTEM)]
)
def test_who_is_no_principal_does_not_decide(acme, decide, role):
    for firm in (acme.correspondent, None):
        with pytest.raises(NotPermitted):
            decide(APPROVE_2, actor=make_staff(role, firm, email=f"{role}.{firm and firm.code}@test.example"))


def test_neither_a_key_nor_a_customer_nor_the_system_decides(acme, pending, decide):
    owner = make_customer(acme.correspondent)
    Account.objects.filter(pk=pending.account_id).update(owner=owner)

    for actor in (acme.api_user, owner):
        with pytest.raises(NotPermitted):
            decide(APPROVE_2, actor=actor)
    with pytest.raises(NotAReviewer):
        decide(APPROVE_2, actor=system_user())


def test_a_neighbors_request_does_not_exist(globex, rop, decide):
    with pytest.raises(ApplicationNotFound):
        decide(APPROVE_2, actor=globex.rop)
    with pytest.raises(ApplicationNotFound):
        decide_application(actor=rop, application_id=nowhere(), verdict=REJECT)


def test_where_reviewers_are_chosen_only_they_and_the_brokers_people_decide(acme, rop, decide):
    chosen = second_principal(acme.correspondent)
    acme.correspondent.reviewers.set([chosen])

    with pytest.raises(NotAReviewer, match="requests of Acme Securities are decided by its reviewers"):
        decide(APPROVE_2, actor=rop)
    assert decide(APPROVE_2, actor=chosen).decided_by == chosen


def test_the_brokers_people_decide_beside_the_chosen_reviewers(acme, decide):
    acme.correspondent.reviewers.set([second_principal(acme.correspondent)])

    assert decide(REJECT, actor=make_staff(Role.ROP, None)).status == ApplicationStatus.REJECTED


def test_what_another_works_on_is_left_to_them(acme, rop, pending, decide):
    claim_application(actor=rop, application_id=pending.pk)

    with pytest.raises(ApplicationClaimed, match=f"{rop.name} has been working on this request since"):
        decide(APPROVE_2, actor=second_principal(acme.correspondent))
    decided = decide(APPROVE_2)
    assert (decided.claimed_by, decided.claimed_at) == (None, None)


class TestTwoPrincipals:
    """Where the correspondent asks two principals for level 2."""

    @pytest.fixture(autouse=True)
    def two(self, acme):
        Correspondent.objects.filter(pk=acme.correspondent.pk).update(principals_for_level_2=2)

    def test_the_first_approval_waits_for_the_second(self, acme, rop, pending, decide):
        claim_application(actor=rop, application_id=pending.pk)

        first = decide(APPROVE_2)

        assert (first.status, first.first_approved_by, first.claimed_by) == (ApplicationStatus.PENDING, rop, None)
        assert Account.objects.get(pk=pending.account_id).options_approved_level == 0
        assert events_of(pending)[-1][0] == "options_application.first_approved"
        other = second_principal(acme.correspondent)

        decided = decide(APPROVE_2, actor=other)

        assert (decided.status, decided.decided_by, decided.first_approved_by) == ("APPROVED", other, rop)
        assert Account.objects.get(pk=pending.account_id).options_approved_level == 2
        steps = ReviewStep.objects.values_list("act", "level", "level_before", "level_after", "taken_by")
        assert list(steps) == [("approved", 2, 0, 0, rop.pk), ("approved", 2, 0, 2, other.pk)]

    @pytest.mark.parametrize("verdict", [APPROVE_2, LOWER_1, REJECT])
    def test_the_first_does_not_decide_as_the_second(self, pending, decide, verdict):
        decide(APPROVE_2)

        with pytest.raises(SamePrincipal) as refused:
            decide(verdict)
        assert refused.value.http_status == 409

    @pytest.mark.parametrize("verdict", [LOWER_1, REJECT])
    def test_one_decides_alone_on_level_1_and_on_a_refusal(self, decide, verdict):
        assert decide(verdict).status != ApplicationStatus.PENDING

    @pytest.mark.parametrize("verdict", [LOWER_1, REJECT])
    def test_the_second_may_lower_or_refuse(self, acme, decide, verdict):
        decide(APPROVE_2)

        assert decide(verdict, actor=second_principal(acme.correspondent)).approved_level == verdict.level

    def test_a_first_approval_lapses_when_its_giver_becomes_a_maker(self, acme, rop, pending, decide):
        decide(APPROVE_2)
        pending.account.terms.makers = [rop.pk]
        pending.account.terms.save()
        second, third = (second_principal(acme.correspondent, email=f"{one}@acme.example") for one in ("b", "c"))

        again = decide(APPROVE_2, actor=second)

        assert (again.status, again.first_approved_by) == (ApplicationStatus.PENDING, second)
        assert decide(APPROVE_2, actor=third).status == ApplicationStatus.APPROVED
