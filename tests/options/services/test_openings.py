"""What an account that was opened with options asks by itself, once it is active (decision 0010)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ulid import ULID

from accounts.choices import AccountStatus
from accounts.models import Account, Correspondent
from accounts.rules.applications import AccountChanges
from accounts.services.changes import update_account
from accounts.services.onboarding import advance_opening
from accounts.services.users import system_user
from brokerage import clock
from brokerage.models import Event
from options.choices import ApplicationStatus, Requester
from options.errors import ApplicationPending
from options.models import OpeningsRead, OptionsApplication
from options.rules.requests import ApprovalRequest, Fixture
from options.services.applications import request_for_opening, request_options_approval
from options.tasks import follow_accounts
from tests.factories import make_account
from tests.options.applicants import SOUND_ANSWERS

LOWER = ApplicationStatus.LOWER_LEVEL_APPROVED


def place_events():
    """Do the relay's work: give every event its place."""
    for number, event in enumerate(Event.objects.order_by("id"), start=1):
        Event.objects.filter(pk=event.pk).update(event_id=number, ulid=str(ULID()))


def tick():
    place_events()
    follow_accounts(clock.now())


def the_request(account):
    return OptionsApplication.objects.get(account=account)


def ask(acme, account, request):
    return request_options_approval(actor=acme.api_user, account_id=account.pk, request=request)


def test_an_account_opened_with_options_is_approved_for_level_1_by_itself(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)

    tick()

    account.refresh_from_db()
    asked = the_request(account)
    assert (asked.requested_level, asked.status, account.options_approved_level) == (1, ApplicationStatus.APPROVED, 1)
    assert (asked.is_by_opening, asked.requested_by, asked.requester) == (
        True,
        account.opened_by,
        Requester.CORRESPONDENT,
    )
    assert Event.objects.filter(account_id=account.pk, type="options.level_approved").count() == 1


def test_nothing_is_asked_twice(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)

    for _ in range(2):
        tick()
        OpeningsRead.objects.update(event_id=0)

    assert OptionsApplication.objects.filter(account=account).count() == 1
    assert Event.objects.filter(account_id=account.pk, type="options.level_approved").count() == 1


def test_only_new_events_are_read(acme):
    make_account(acme.correspondent, changes=SOUND_ANSWERS)
    tick()

    with CaptureQueriesContext(connection) as queries:
        follow_accounts(clock.now())

    assert OpeningsRead.objects.get().event_id > 0
    assert len(queries) <= 3, "where it stopped, the level event; nothing to do"


def test_the_overviews_applicant_waits_for_a_person(acme):
    account = make_account(acme.correspondent)

    tick()

    assert (the_request(account).status, len(the_request(account).reasons)) == (ApplicationStatus.PENDING, 4)


@pytest.mark.parametrize(
    ("request_", "status", "level"),
    [
        (ApprovalRequest(1, Fixture(ApplicationStatus.APPROVED)), ApplicationStatus.APPROVED, 1),
        (ApprovalRequest(2, Fixture(ApplicationStatus.REJECTED)), ApplicationStatus.REJECTED, 0),
        (ApprovalRequest(2, Fixture(LOWER, 1)), LOWER, 1),
    ],
)
def test_a_fixture_answers_as_printed_on_an_account_that_asked_by_itself(acme, request_, status, level):
    account = make_account(acme.correspondent)
    tick()

    ask(acme, account, request_)

    account.refresh_from_db()
    asked = the_request(account)
    assert (asked.status, asked.requested_level) == (status, request_.level)
    assert (asked.is_fixture, asked.is_by_opening, asked.rule_version) == (True, False, "")
    assert account.options_approved_level == level


def test_the_first_own_request_takes_the_waiting_one_over_and_a_second_is_refused(acme):
    account = make_account(acme.correspondent)
    tick()
    waiting = the_request(account)

    taken_over = ask(acme, account, ApprovalRequest(2))
    with pytest.raises(ApplicationPending):
        ask(acme, account, ApprovalRequest(2))

    assert (taken_over.pk, taken_over.requested_level, taken_over.status) == (waiting.pk, 2, ApplicationStatus.PENDING)
    assert taken_over.requested_by == acme.api_user
    assert the_request(account).created_at == waiting.created_at


def test_answers_that_changed_since_the_opening_asked_go_to_a_person(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"identity.annual_income_min": "0"})
    tick()
    newest = account.suitability.latest("id")
    newest.pk, newest.annual_income_min = None, "50000"
    newest.save(force_insert=True)

    again = ask(acme, account, ApprovalRequest(1))

    assert (again.status, again.reason_rules) == (ApplicationStatus.PENDING, ["flag_changed_answers"])


def test_what_the_partner_asked_first_stands(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    ask(acme, account, ApprovalRequest(2))

    tick()

    assert the_request(account).requested_level == 2


def test_a_waiting_account_asks_when_it_becomes_active(acme):
    account = make_account(acme.correspondent, status=AccountStatus.APPROVAL_PENDING, changes=SOUND_ANSWERS)
    tick()
    assert not OptionsApplication.objects.exists()
    Account.objects.filter(pk=account.pk).update(status=AccountStatus.ACTIVE)
    payload = {"status_from": "APPROVAL_PENDING", "status_to": "ACTIVE"}
    Event.objects.create(
        type="account.status_changed",
        correspondent_id=account.correspondent_id,
        account_id=account.pk,
        payload=payload,
        at=clock.now(),
    )

    tick()

    assert the_request(account).status == ApplicationStatus.APPROVED


def enable_options(acme, account):
    changes = AccountChanges(enabled_assets=("us_equity", "us_option"))
    update_account(actor=acme.api_user, account_id=account.pk, changes=changes)


@pytest.mark.parametrize("is_early", [True, False], ids=["before its opening was followed", "long after"])
def test_who_enables_options_later_asks_for_a_level_by_a_request(acme, is_early):
    """The overview's steps for an existing account call the endpoint; an edit that is reviewed asks nothing either."""
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"enabled_assets": ["us_equity"]})
    if not is_early:
        tick()
    enable_options(acme, account)
    tick()
    changes = AccountChanges(contact={"city": "Fresno"})
    update_account(actor=acme.api_user, account_id=account.pk, changes=changes)
    advance_opening(actor=system_user(), account_id=account.pk)
    tick()

    assert not OptionsApplication.objects.exists()


@pytest.mark.parametrize("why", ["no us_option", "not active", "correspondent without options", "answers missing"])
def test_nothing_is_asked_where_it_is_not_due(acme, why):
    changes = SOUND_ANSWERS | ({"enabled_assets": ["us_equity"]} if why == "no us_option" else {})
    account = make_account(acme.correspondent, changes=changes)
    if why == "not active":
        Account.objects.filter(pk=account.pk).update(status=AccountStatus.ACCOUNT_UPDATED)
    if why == "correspondent without options":
        Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_enabled=False)
    if why == "answers missing":
        account.suitability.update(annual_income_min=None)
    tick()

    assert request_for_opening(actor=system_user(), account_id=account.pk) is None
    assert not OptionsApplication.objects.exists()


def test_one_account_that_fails_costs_only_itself(acme, monkeypatch):
    broken, sound = (make_account(acme.correspondent, changes=SOUND_ANSWERS) for _ in range(2))

    def fail_for_one(*, actor, account_id):
        if account_id == broken.pk:
            raise RuntimeError("out of order")
        return request_for_opening(actor=actor, account_id=account_id)

    monkeypatch.setattr("options.tasks.request_for_opening", fail_for_one)
    tick()

    assert [one.account_id for one in OptionsApplication.objects.all()] == [sound.pk]
