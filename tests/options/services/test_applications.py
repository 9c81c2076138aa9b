from threading import Thread

import pytest
from django.db import connection

from accounts.choices import AccountStatus, EnabledAsset, Role
from accounts.errors import AccountNotAuthorized
from accounts.models import Account, Correspondent, Suitability
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.models import Event
from options.choices import ApplicationStatus, DeliveryMeans, Requester
from options.errors import (
    AccountNotReadyForOptions,
    ApplicationIncomplete,
    ApplicationPending,
    FixtureInvalid,
    FixturesNotAvailable,
    LevelNotOffered,
    OptionsNotEnabled,
    OptionsNotOffered,
)
from options.models import DisclosureDelivery, OptionsApplication
from options.rules.approval_rules import LATEST
from options.rules.disclosure_document import EDITION_IN_FORCE
from options.rules.requests import ApprovalRequest, Fixture
from options.services.applications import request_options_approval
from options.services.policies import PolicyToAdopt, adopt_policy
from tests.factories import change_row, make_account, make_staff, nowhere
from tests.options.applicants import SOUND_ANSWERS

MEETS = "the answers meet all that level {level} asks, and nothing in them calls for a person"
LOWER = ApplicationStatus.LOWER_LEVEL_APPROVED
SIGNATURE = {"signed_at": "2020-09-11T18:13:44Z", "ip_address": "185.13.21.99"}
CUSTOMER_AGREEMENT = {"agreement": "customer_agreement", **SIGNATURE, "revision": "16.2021.05"}
APPROVED_2 = ApprovalRequest(2, Fixture(ApplicationStatus.APPROVED))


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes=SOUND_ANSWERS)


@pytest.fixture
def ask(acme):
    def ask(account, request, actor=None):
        return request_options_approval(actor=actor or acme.api_user, account_id=account.pk, request=request)

    return ask


def answer(account, **changes):
    newest = Suitability.objects.filter(account=account).latest()
    newest.pk = None
    for name, value in changes.items():
        setattr(newest, name, value)
    newest.save(force_insert=True)


def level_events(account):
    return list(
        Event.objects.filter(account_id=account.pk, type="options.level_approved")
        .order_by("id")
        .values_list("payload", flat=True)
    )


def changed(before, after):
    return {"options": {"approved_level_from": before, "approved_level_to": after}}


def nothing_happened(account):
    before = account.options_approved_level
    account.refresh_from_db()
    return account.options_approved_level == before and not OptionsApplication.objects.exists()


@pytest.mark.parametrize(
    ("request_", "status", "granted"),
    [
        (ApprovalRequest(1, Fixture(ApplicationStatus.APPROVED)), ApplicationStatus.APPROVED, 1),
        (APPROVED_2, ApplicationStatus.APPROVED, 2),
        (ApprovalRequest(2, Fixture(LOWER, 1)), LOWER, 1),
    ],
)
def test_a_fixture_grants_what_it_says(account, ask, request_, status, granted):
    application = ask(account, request_)

    account.refresh_from_db()
    assert (application.status, application.approved_level, application.is_fixture) == (status, granted, True)
    assert application.requested_level == request_.level
    assert account.options_approved_level == account.options_trading_level == granted
    assert account.options_approved_at == application.decided_at == application.created_at
    assert level_events(account) == [changed(0, granted)]


@pytest.mark.parametrize("status", [ApplicationStatus.REJECTED, ApplicationStatus.PENDING])
def test_a_fixture_grants_nothing_where_it_says_so(account, ask, status):
    application = ask(account, ApprovalRequest(2, Fixture(status)))

    account.refresh_from_db()
    assert (application.status, application.approved_level) == (status, None)
    assert (account.options_approved_level, level_events(account)) == (0, [])


def test_sound_answers_are_approved_and_the_decision_is_on_record(account, ask, acme):
    application = ask(account, ApprovalRequest(2))

    account.refresh_from_db()
    assert (application.status, application.approved_level) == (ApplicationStatus.APPROVED, 2)
    assert (application.rule_version, application.policy, application.is_fixture) == (LATEST, None, False)
    assert application.reasons == [MEETS.format(level=2)]
    assert application.reason_rules == ["level_2_supported"]
    assert (application.requested_by, application.requester) == (acme.api_user, Requester.CORRESPONDENT)
    assert application.answers["liquid_net_worth_min"] == "60000"
    assert application.answers["age"] > 30
    assert account.options_approved_level == 2
    assert level_events(account) == [changed(0, 2)]


def test_answers_for_level_1_that_ask_for_2_get_level_1(acme, ask):
    account = make_account(acme.correspondent, changes={**SOUND_ANSWERS, "identity.liquid_net_worth_min": "8000"})

    application = ask(account, ApprovalRequest(2))

    account.refresh_from_db()
    assert (application.status, application.approved_level) == (LOWER, 1)
    assert application.reasons == [
        "liquid net worth 8,000 is below the 10,000 that level 2 asks",
        MEETS.format(level=1),
    ]
    assert application.reason_rules == ["level_2_liquid_net_worth", "level_1_supported"]
    assert (account.options_approved_level, level_events(account)) == (1, [changed(0, 1)])


@pytest.mark.parametrize("level", [1, 2])
def test_the_overviews_applicant_waits_for_a_person(acme, ask, level):
    account = make_account(acme.correspondent)

    application = ask(account, ApprovalRequest(level))

    account.refresh_from_db()
    assert (application.status, application.approved_level) == (ApplicationStatus.PENDING, None)
    assert application.decided_at is None
    assert len(application.reasons) == 3 + level
    assert (account.options_approved_level, level_events(account)) == (0, [])


def test_a_second_request_beside_a_pending_one_is_refused(account, ask):
    first = ask(account, ApprovalRequest(2, Fixture(ApplicationStatus.PENDING)))

    for request in (ApprovalRequest(1), APPROVED_2):
        with pytest.raises(ApplicationPending) as refused:
            ask(account, request)
        assert refused.value.body() == {
            "code": 42210000,
            "message": "an earlier request for options level 2 is pending review",
            "pending_request_id": str(first.id),
        }

    assert OptionsApplication.objects.count() == 1


def test_after_a_refusal_one_may_ask_again(account, ask):
    ask(account, ApprovalRequest(2, Fixture(ApplicationStatus.REJECTED)))

    assert ask(account, ApprovalRequest(2)).status == ApplicationStatus.APPROVED


def test_changed_answers_after_a_decision_go_to_a_person(account, ask):
    answer(account, liquid_net_worth_min="8000")
    ask(account, ApprovalRequest(2))
    answer(account, liquid_net_worth_min="60000")

    application = ask(account, ApprovalRequest(2))

    assert application.status == ApplicationStatus.PENDING
    assert application.reason_rules == ["flag_changed_answers"]
    day = clock.today()
    assert application.reasons == [
        f"the answers differ from those of an earlier request: liquid net worth was 8,000 on {day} and is 60,000"
    ]


def test_the_same_answers_are_decided_the_same_again(account, ask):
    answer(account, liquid_net_worth_min="8000")

    assert [ask(account, ApprovalRequest(2)).status for _ in range(2)] == [LOWER, LOWER]
    assert level_events(account) == [changed(0, 1)]


@pytest.mark.parametrize(
    "request_",
    [
        ApprovalRequest(1),
        ApprovalRequest(2),
        ApprovalRequest(1, Fixture(ApplicationStatus.APPROVED)),
        ApprovalRequest(2, Fixture(LOWER, 1)),
        ApprovalRequest(2, Fixture(ApplicationStatus.REJECTED)),
    ],
)
def test_no_later_request_lowers_what_is_approved(account, ask, request_):
    ask(account, APPROVED_2)

    ask(account, request_)

    account.refresh_from_db()
    assert (account.options_approved_level, level_events(account)) == (2, [changed(0, 2)])


def test_a_level_already_approved_is_approved_without_another_look(acme, ask):
    account = make_account(acme.correspondent)
    ask(account, APPROVED_2)

    application = ask(account, ApprovalRequest(1))

    assert (application.status, application.approved_level) == (ApplicationStatus.APPROVED, 1)
    assert application.reasons == ["level 2 is already approved"]


def test_a_higher_level_is_one_step_further(account, ask):
    ask(account, ApprovalRequest(1))
    ask(account, ApprovalRequest(2))

    assert level_events(account) == [changed(0, 1), changed(1, 2)]


@pytest.fixture
def without_options(acme):
    """An account that was opened to trade shares only, its answers and agreement on file all the same."""
    return make_account(acme.correspondent, changes={**SOUND_ANSWERS, "enabled_assets": ["us_equity"]})


def sign(account, revision="01.2024.05"):
    columns = {"agreement": "options_agreement", "ip_address": "185.13.21.99", "revision": revision}
    now = clock.now()
    account.agreements.create(signed_at=now, recorded_at=now, recorded_by=account.opened_by, **columns)


@pytest.mark.parametrize("request_", [ApprovalRequest(1), APPROVED_2])
def test_an_account_without_options_cannot_ask(without_options, ask, request_):
    with pytest.raises(OptionsNotEnabled) as refused:
        ask(without_options, request_)

    assert refused.value.body() == {
        "code": 42210000,
        "message": "options are not enabled on this account: add us_option to enabled_assets with a signed "
        "options_agreement first",
    }
    assert nothing_happened(without_options)


def test_signing_the_agreement_later_enables_options_with_the_first_level(without_options, ask):
    sign(without_options)

    ask(without_options, ApprovalRequest(1))

    without_options.refresh_from_db()
    assert without_options.enabled_assets == [EnabledAsset.US_EQUITY, EnabledAsset.US_OPTION]


def test_a_stale_agreement_is_named_until_the_one_in_force_is_signed(acme, ask):
    stale = {"agreement": "options_agreement", **SIGNATURE, "revision": "16.2021.05"}
    agreements = [CUSTOMER_AGREEMENT, stale]
    account = make_account(acme.correspondent, changes={**SOUND_ANSWERS, "agreements": agreements})

    with pytest.raises(ApplicationIncomplete) as refused:
        ask(account, ApprovalRequest(1))
    assert nothing_happened(account)
    assert not DisclosureDelivery.objects.exists()
    sign(account)

    assert list(refused.value.errors) == ["agreements", "disclosure_document"]
    assert "16.2021.05; revision 01.2024.05 is in force" in refused.value.errors["agreements"][0]
    assert ask(account, ApprovalRequest(1)).status == ApplicationStatus.APPROVED


def test_the_signed_agreement_records_the_document_that_came_with_it_once(account, ask, acme):
    ask(account, ApprovalRequest(1))
    ask(account, ApprovalRequest(2))

    delivery = DisclosureDelivery.objects.get(account=account)
    agreement = account.agreements.get(agreement="options_agreement")
    assert (delivery.edition, delivery.means) == (EDITION_IN_FORCE, DeliveryMeans.AGREEMENT)
    assert (delivery.delivered_at, delivery.recorded_by) == (agreement.recorded_at, acme.api_user)


def test_where_a_person_decides_on_everything_every_request_waits(acme, account, ask):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_review="person")

    application = ask(account, ApprovalRequest(1))

    assert (application.status, application.reason_rules) == (
        ApplicationStatus.PENDING,
        ["flag_correspondent_decides"],
    )
    assert level_events(account) == []


def test_in_production_the_rules_decide_only_once_a_principal_adopted_them(acme, account, ask, settings):
    settings.STRIKEBOOK_MODE = "production"

    application = ask(account, ApprovalRequest(1))

    assert (application.status, application.reason_rules) == (ApplicationStatus.PENDING, ["flag_rules_not_adopted"])


def test_in_production_an_adopted_policy_decides(acme, account, ask, settings):
    settings.STRIKEBOOK_MODE = "production"
    policy = adopt_policy(
        actor=acme.rop, correspondent_id=acme.correspondent.pk, policy=PolicyToAdopt("First rules of the firm")
    )

    application = ask(account, ApprovalRequest(1))

    assert (application.status, application.policy) == (ApplicationStatus.APPROVED, policy)


def test_what_a_person_refused_goes_to_a_person_again(account, ask, acme):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_review="person")
    refused = ask(account, ApprovalRequest(1))
    decide_by_hand(refused, acme.rop, ApplicationStatus.REJECTED)
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_review="automatic")

    again = ask(account, ApprovalRequest(1))

    assert (again.status, again.reason_rules) == (ApplicationStatus.PENDING, ["flag_refused_by_person"])


def test_what_a_person_granted_settles_which_answers_count(account, ask, acme):
    answer(account, liquid_net_worth_min="8000")
    ask(account, ApprovalRequest(2))
    answer(account, liquid_net_worth_min="60000")
    decide_by_hand(ask(account, ApprovalRequest(2)), acme.rop, LOWER, level=1)

    assert ask(account, ApprovalRequest(2)).status == ApplicationStatus.APPROVED


def decide_by_hand(application, principal, status, level=None):
    columns = {"status": status, "approved_level": level, "decided_by": principal, "decided_at": clock.now()}
    OptionsApplication.objects.filter(pk=application.pk).update(**columns)


def test_what_is_missing_is_named_field_by_field(acme, ask):
    changes = {**SOUND_ANSWERS, "agreements": [CUSTOMER_AGREEMENT], "enabled_assets": ["us_equity"]}
    account = make_account(acme.correspondent, changes=changes)
    answer(account, annual_income_min=None, marital_status="", number_of_dependents=None)

    with pytest.raises(ApplicationIncomplete) as refused:
        ask(account, ApprovalRequest(1))

    assert refused.value.errors == {
        "identity.annual_income_min": ["the annual income is required for options trading"],
        "identity.marital_status": ["the marital status is required for options trading"],
        "identity.number_of_dependents": ["the number of dependents is required for options trading"],
        "agreements": ["a signed options_agreement is required for options trading"],
        "disclosure_document": ["the options disclosure document, edition 2023-04, must be delivered"],
    }
    assert (refused.value.code, refused.value.http_status) == (40010001, 422)
    assert nothing_happened(account)


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (ApprovalRequest(3), LevelNotOffered),
        (ApprovalRequest(0), LevelNotOffered),
        (ApprovalRequest(2, Fixture(LOWER)), FixtureInvalid),
    ],
)
def test_what_is_not_offered_is_refused(account, ask, request_, refusal):
    with pytest.raises(refusal):
        ask(account, request_)

    assert nothing_happened(account)


def test_a_fixture_in_production_is_refused(account, ask, settings):
    settings.STRIKEBOOK_MODE = "production"

    with pytest.raises(FixturesNotAvailable):
        ask(account, APPROVED_2)

    assert nothing_happened(account)


@pytest.mark.parametrize(
    "status", [AccountStatus.SUBMITTED, AccountStatus.APPROVED, AccountStatus.REJECTED, AccountStatus.ACCOUNT_CLOSED]
)
def test_an_account_that_is_not_active_cannot_ask(account, ask, status):
    change_row(account, status=status)

    with pytest.raises(AccountNotReadyForOptions) as refused:
        ask(account, APPROVED_2)

    assert str(refused.value) == f"account must be ACTIVE to request options trading, and is {status}"
    assert nothing_happened(account)


def test_an_account_under_review_after_an_edit_can_ask(account, ask):
    Account.objects.filter(pk=account.pk).update(status=AccountStatus.ACCOUNT_UPDATED)

    assert ask(account, ApprovalRequest(1)).status == ApplicationStatus.APPROVED


def test_a_correspondent_without_options_cannot_ask(acme, account, ask):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_enabled=False)

    with pytest.raises(OptionsNotOffered):
        ask(account, APPROVED_2)

    assert nothing_happened(account)


def test_a_neighbors_account_does_not_exist(globex, account, ask):
    with pytest.raises(AccountNotAuthorized):
        ask(account, APPROVED_2, actor=globex.api_user)

    assert nothing_happened(account)


def test_an_unknown_account_does_not_exist(acme):
    with pytest.raises(AccountNotAuthorized):
        request_options_approval(actor=acme.api_user, account_id=nowhere(), request=APPROVED_2)


@pytest.mark.parametrize("who", ["reader", "rop"])
def test_who_may_only_look_or_decide_cannot_ask(account, ask, acme, who):
    with pytest.raises(NotPermitted):
        ask(account, ApprovalRequest(1), actor=getattr(acme, who))

    assert nothing_happened(account)


def test_staff_of_the_broker_ask_as_the_broker(account, ask):
    clerk = make_staff(Role.OPERATIONS, None)

    assert ask(account, ApprovalRequest(1), actor=clerk).requester == Requester.ALPACA_ADMIN


def test_the_level_in_force_stays_under_the_accounts_cap(account, ask):
    Account.objects.filter(pk=account.pk).update(max_options_trading_level=1)

    ask(account, APPROVED_2)

    account.refresh_from_db()
    assert (account.options_approved_level, account.options_trading_level) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_leave_one_pending(acme, account, meet_after):
    meet_after("options.services.applications._require_open_to_requests")
    outcomes = []

    def ask():
        try:
            request = ApprovalRequest(2, Fixture(ApplicationStatus.PENDING))
            request_options_approval(actor=acme.api_user, account_id=account.pk, request=request)
            outcomes.append("pending")
        except ApplicationPending:
            outcomes.append("refused")
        finally:
            connection.close()

    callers = [Thread(target=ask) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert sorted(outcomes) == ["pending", "refused"]
    assert OptionsApplication.objects.count() == 1
