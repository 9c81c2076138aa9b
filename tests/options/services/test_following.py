"""What follows from events: clocks that start and stop, and who is told what."""

from threading import Thread

import pytest
from django.db import connection

from accounts.choices import AccountStatus, AgreementType, NoticeKind, Role
from accounts.models import Account, Disclosures, Notice
from accounts.notices import send_notices
from accounts.rules.applications import AccountChanges, ConfigurationChanges, RestrictionChanges, SignedAgreement
from accounts.services.changes import update_account
from accounts.services.onboarding import configure_account
from accounts.services.restrictions import restrict_account
from brokerage import clock
from brokerage.models import Event
from options.choices import ApplicationStatus
from options.clock_tasks import follow_events
from options.models import ComplianceClock, EventsRead, OptionsApplication
from options.rules.clocks import due_at
from options.rules.requests import ApprovalRequest, Fixture
from options.services.applications import request_options_approval
from options.services.following import follow_event
from tests.factories import make_account, make_customer, make_staff
from tests.options.applicants import SOUND_ANSWERS
from tests.options.following import body_to, clocks_of, place_events, tick, told

PENDING, REJECTED = ApplicationStatus.PENDING, ApplicationStatus.REJECTED
LOWER = ApplicationStatus.LOWER_LEVEL_APPROVED
ROP = "rop@acme.example"


@pytest.fixture
def account(acme, clock_at):
    clock_at("2024-01-24 10:00")
    return make_account(acme.correspondent, changes=SOUND_ANSWERS | {"enabled_assets": ["us_equity"]})


def ask(account, level=2, *fixture, actor=None):
    wanted = ApprovalRequest(level, Fixture(*fixture) if fixture else None)
    Account.objects.filter(pk=account.pk).update(enabled_assets=["us_equity", "us_option"])
    actor = actor or account.opened_by
    return request_options_approval(actor=actor, account_id=account.pk, request=wanted)


def decision_mails(account):
    return told(account, NoticeKind.DECISION)


def test_an_automatic_approval_is_told_to_applicant_and_principal(account):
    ask(account)

    tick()

    said = "request for options level 2 is approved"
    named = f"{account.name}, account ending in {account.account_number[-4:]}"
    assert decision_mails(account) == [(account.email_address, f"Your {said}"), (ROP, f"{named}: {said}")]
    to_applicant = body_to(account.email_address, NoticeKind.DECISION)
    assert f"account ending in {account.account_number[-4:]} is approved for options level 2" in to_applicant
    assert "covered calls, cash-secured puts, buying calls and puts" in to_applicant
    assert account.account_number not in to_applicant
    assert "Decided by the rules: approved for level 2." in body_to(ROP, NoticeKind.DECISION)


def test_a_lower_approval_and_a_rejection_say_what_would_make_it_possible(account, acme):
    poor = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"identity.liquid_net_worth_min": "8000"})
    ask(poor)

    tick()

    body = body_to(poor.email_address, NoticeKind.DECISION)
    assert "You asked for options level 2." in body
    assert "is approved for level 1: covered calls and cash-secured puts." in body
    assert "- Liquid net worth 8,000 is below the 10,000 that level 2 asks." in body


def test_a_rejection_is_told_with_its_reasons(account):
    ask(account, 2, REJECTED)

    tick()

    body = body_to(account.email_address, NoticeKind.DECISION)
    assert "was not approved for options level 2." in body
    assert "What stands between the account and level 2:" in body
    assert "Decided by the rules: rejected." in body_to(ROP, NoticeKind.DECISION)


def test_the_member_of_staff_who_asked_is_told_and_the_principals_are_not(account, acme):
    ask(account, actor=acme.ops)

    tick()

    assert [address for address, _ in decision_mails(account)] == [account.email_address, "operations@acme.example"]


def test_nobody_is_told_by_an_api_key_or_at_the_neighbors(account, acme, globex):
    ask(account)

    tick()

    told_to = set(Notice.objects.values_list("address", flat=True))
    assert told_to == {account.email_address, ROP}
    assert set(Notice.objects.values_list("correspondent__code", flat=True)) == {"ACME"}


def test_named_reviewers_are_told_and_without_any_principal_the_brokers(account, acme):
    second = make_staff(Role.ROP, acme.correspondent, email="second@acme.example")
    acme.correspondent.reviewers.set([second])
    ask(account)
    tick()
    assert [address for address, _ in decision_mails(account)][1] == "second@acme.example"

    acme.correspondent.reviewers.clear()
    type(second).objects.filter(role=Role.ROP).update(is_active=False)
    make_staff(Role.ROP, None)
    ask(account, 1)
    tick()
    assert [address for address, _ in decision_mails(account)][-1] == "rop@broker.example"


def test_events_are_followed_once_however_often_they_are_read(account):
    ask(account)
    tick()
    before = list(Notice.objects.values_list("pk", flat=True)), clocks_of(account)

    for event in Event.objects.order_by("event_id"):
        follow_event(event=event)
    tick()

    assert (list(Notice.objects.values_list("pk", flat=True)), clocks_of(account)) == before


def test_what_happened_to_others_moves_the_reader_too(account):
    tick()
    newest = Event.objects.latest("event_id")

    assert newest.type not in ("options_application.submitted", "options.level_approved")
    assert EventsRead.objects.get(reader="notices").event_id == newest.event_id


def test_an_event_that_cannot_be_followed_costs_only_itself(account, caplog):
    Event.objects.create(
        type="options_application.approved",
        correspondent_id=account.correspondent_id,
        account_id=account.pk,
        subject_id="00000000-0000-4000-8000-000000000000",
        payload={"status": "APPROVED"},
        at=clock.now(),
    )
    ask(account)

    tick()

    assert len(decision_mails(account)) == 2
    assert "nobody was told of event" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_readers_follow_every_event_once(acme):
    accounts = [make_account(acme.correspondent, changes=SOUND_ANSWERS) for _ in range(4)]
    for one in accounts:
        ask(one, 2, PENDING)
        ask_again = OptionsApplication.objects.get(account=one)
        assert ask_again.status == PENDING
    place_events()

    def read():
        follow_events(clock.now())
        connection.close()

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert [clocks_of(one) for one in accounts] == [[("decision", True)]] * 4


def test_a_waiting_request_has_a_clock_from_when_it_was_made(account):
    waiting = ask(account, 2, PENDING)

    tick()

    running = ComplianceClock.objects.get()
    assert (running.kind, running.application, running.started_at) == ("decision", waiting, waiting.created_at)
    assert (running.due_at, running.stopped_at) == (due_at(waiting.created_at), None)
    assert not Notice.objects.exists(), "nothing is decided yet"


def test_an_automatic_decision_starts_no_decision_clock(account):
    ask(account)

    tick()

    assert clocks_of(account) == [("verification", True)]


def test_an_approval_has_the_answers_verified(account):
    Disclosures.objects.filter(account=account).update(employment_status="RETIRED")
    ask(account)
    tick()
    assert clocks_of(account) == [("verification", True)]
    letter = body_to(account.email_address, NoticeKind.VERIFICATION)
    for line in ("Annual income: $50,000 to $100,000", "Objective: Growth", "Dependents: 1", "Employment: Retired"):
        assert line in letter
    assert f"To correct it, tell {account.correspondent.name}." in letter


def test_a_customer_who_signs_in_corrects_the_answers_there(account):
    Account.objects.filter(pk=account.pk).update(owner=make_customer(account.correspondent))
    ask(account)

    tick()

    letter = body_to(account.email_address, NoticeKind.VERIFICATION)
    assert f"Correct it here: http://localhost:8000/accounts/{account.pk}/options" in letter
    assert Notice.objects.get(kind=NoticeKind.VERIFICATION).recipient is not None


@pytest.mark.parametrize(
    ("changes", "letters"),
    [
        (AccountChanges(suitability={"number_of_dependents": 3}), 1),
        (AccountChanges(disclosures={"employment_status": "RETIRED"}), 1),
        (AccountChanges(contact={"city": "Oakland"}), 0),
    ],
)
@pytest.mark.parametrize("is_approved", [True, False])
def test_a_material_change_of_an_approved_account_is_verified_again(account, changes, letters, is_approved):
    if is_approved:
        ask(account, 1)
    tick()
    ComplianceClock.objects.update(stopped_at=clock.now())
    Notice.objects.all().delete()

    update_account(actor=account.opened_by, account_id=account.pk, changes=changes)
    tick()

    wanted = letters if is_approved else 0
    assert len(told(account, NoticeKind.VERIFICATION)) == wanted
    assert ComplianceClock.objects.filter(kind="verification", stopped_at=None).count() == wanted


def test_an_approval_without_an_agreement_in_force_has_it_signed(account):
    account.agreements.filter(agreement=AgreementType.OPTIONS).delete()
    ask(account, 1, ApplicationStatus.APPROVED)
    tick()
    assert clocks_of(account) == [("verification", True), ("agreement", True)]

    signed = SignedAgreement(
        agreement=AgreementType.OPTIONS, signed_at=clock.now(), ip_address="192.0.2.1", revision="01.2024.05"
    )
    update_account(actor=account.opened_by, account_id=account.pk, changes=AccountChanges(agreements=(signed,)))
    tick()

    assert clocks_of(account) == [("verification", True), ("agreement", False)]


def test_an_old_agreement_does_not_stop_the_clock(account):
    account.agreements.filter(agreement=AgreementType.OPTIONS).delete()
    ask(account, 1, ApplicationStatus.APPROVED)
    old = SignedAgreement(
        agreement=AgreementType.OPTIONS, signed_at=clock.now(), ip_address="192.0.2.1", revision="01.2020.01"
    )
    update_account(actor=account.opened_by, account_id=account.pk, changes=AccountChanges(agreements=(old,)))

    tick()

    assert ("agreement", True) in clocks_of(account)


def test_a_closed_account_has_no_clocks(account):
    ask(account, 2, PENDING)
    tick()
    Event.objects.create(
        type="account.status_changed",
        correspondent_id=account.correspondent_id,
        account_id=account.pk,
        payload={"status_from": "ACTIVE", "status_to": AccountStatus.ACCOUNT_CLOSED},
        at=clock.now(),
    )

    tick()

    assert clocks_of(account) == [("decision", False)]


def configure(account, level):
    changes = ConfigurationChanges(max_options_trading_level=level)
    configure_account(actor=account.opened_by, account_id=account.pk, changes=changes)


@pytest.mark.parametrize(
    ("cap", "said"), [(1, "options level is now 1"), (0, "options trading is switched off"), (2, ""), (3, "")]
)
def test_a_cap_that_lowers_the_level_is_told(account, cap, said):
    ask(account)
    configure(account, cap)

    tick()

    mails = told(account, NoticeKind.LEVEL)
    named = f"{account.name}, account ending in {account.account_number[-4:]}"
    assert mails == ([(account.email_address, f"Your {said}"), (ROP, f"{named}: {said}")] if said else [])


def test_raising_a_cap_again_is_no_downgrade(account):
    ask(account)
    configure(account, 0)
    configure(account, 2)

    tick()

    assert len(told(account, NoticeKind.LEVEL)) == 2
    body = body_to(account.email_address, NoticeKind.LEVEL)
    assert "Options trading is now switched off" in body
    assert "Positions that you hold can still be closed and exercised." in body


@pytest.mark.parametrize(("own", "admins", "is_told"), [(None, 1, True), (None, 0, True), (1, 1, False), (0, 1, False)])
def test_an_administrators_cap_is_told_where_it_lowers_the_level(account, acme, own, admins, is_told):
    ask(account)
    if own is not None:
        configure(account, own)
    tick()
    Notice.objects.all().delete()

    changes = RestrictionChanges(admin_max_options_trading_level=admins)
    restrict_account(actor=acme.rop, account_id=account.pk, changes=changes, reason="Concentrated positions")
    tick()

    assert bool(told(account, NoticeKind.LEVEL)) is is_told


@pytest.mark.django_db(transaction=True)
def test_the_letter_that_was_accepted_is_announced_once(acme, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    ask(account)
    tick()
    changes = AccountChanges(suitability={"number_of_dependents": 3})
    update_account(actor=account.opened_by, account_id=account.pk, changes=changes)
    tick()
    assert (clocks_of(account), len(told(account, NoticeKind.VERIFICATION))) == ([("verification", True)], 2)

    send_notices()

    sent = Event.objects.get(type="compliance.verification_sent")
    stopped = ComplianceClock.objects.get()
    assert (sent.account_id, sent.subject_id, sent.at) == (account.pk, str(stopped.pk), stopped.stopped_at)
    assert clocks_of(account) == [("verification", False)]
