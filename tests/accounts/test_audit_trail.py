"""What the database writes to the audit trail: complete, attributed, and without what is secret."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.audit_history import as_of
from accounts.auditing import Audited, subject_of
from accounts.choices import AuditAct, Role
from accounts.models import Account, AuditEntry, BrokerPolicy, Contact, Correspondent, User
from accounts.models.users import ApiKey
from accounts.rules.configuration import ConfigurationChanges
from accounts.services.onboarding import configure_account, open_account
from brokerage import clock, database_session
from brokerage.models import SandboxClock
from tests.factories import application_body, make_account, make_application, make_staff

NOT_AUDITED = {
    # books of their own: append-only, or rebuilt from what is
    **dict.fromkeys(["AuditEntry", "AuditSeal", "AuditCheck"], "is the trail itself"),
    **dict.fromkeys(["Event", "LedgerTransaction", "Posting", "Activity", "Refusal"], "is append-only itself"),
    "FeeRate": "is append-only itself",
    **dict.fromkeys(["Position", "ClosingBalance", "EquityPoint", "AccruedFee"], "is a projection of the ledger"),
    **dict.fromkeys(["Lot", "LotClosing"], "is a projection of the ledger"),
    **dict.fromkeys(["Expiration", "ExpiringPosition"], "is a work paper: its acts are orders, instructions, postings"),
    "ReconciliationRun": "says that the checks ran; what they found is audited",
    "ScheduledRun": "says that a job ran; nobody acts",
    **dict.fromkeys(["OpeningsRead", "EventsRead"], "says how far events were read; nobody acts"),
    # market data
    **dict.fromkeys(["Asset", "OptionContract", "OpenInterest"], "is the contract master, loaded from files"),
    **dict.fromkeys(["StoredQuote", "StoredTrade", "LatestValue"], "is what the market said, by the million"),
    **dict.fromkeys(["MinuteBar", "DailyBar", "BarToBuild"], "is built from the trades of the market"),
    "MarketStanding": "says that the market's source answers; nobody acts",
    **dict.fromkeys(["DataUsage", "UsageBatch"], "counts what keys took; nobody acts"),
    # conveniences
    "SavedFilter": "is a bookmark; it decides nothing",
    # access, recorded as acts by accounts/audit_access.py
    **dict.fromkeys(["Session", "UserSession"], "signing in and out is recorded as an act"),
    **dict.fromkeys(["AccessAttempt", "AccessLog", "AccessFailureLog", "AccessAttemptExpiration"], "is kept by axes"),
    # tables of Django and allauth that nothing here writes
    **dict.fromkeys(
        ["Permission", "Group", "Group_permissions", "ContentType"], "is unused: roles are a table in code"
    ),
    **dict.fromkeys(["EmailAddress", "EmailConfirmation"], "follows the user's address, which is audited"),
}


def newest(subject, **columns):
    return AuditEntry.objects.filter(subject=subject, **columns).order_by("-id").first()


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


def test_every_table_is_audited_or_says_why_not():
    audited = {
        subject_of(model)
        for model in apps.get_models(include_auto_created=True)
        if any(isinstance(trigger, Audited) for trigger in getattr(model._meta, "triggers", []))
    }
    every = {subject_of(model) for model in apps.get_models(include_auto_created=True)}

    assert every - audited - NOT_AUDITED.keys() == set()
    assert audited & NOT_AUDITED.keys() == set()
    assert NOT_AUDITED.keys() - every == set()


@pytest.mark.django_db
def test_the_triggers_are_there_and_switched_on():
    for model in apps.get_models(include_auto_created=True):
        for trigger in getattr(model._meta, "triggers", []):
            assert trigger.get_installation_status(model) == ("INSTALLED", True), trigger.get_uri(model)


# --- What services leave behind ---------------------------------------------------------------------


def test_opening_an_account_leaves_an_entry_for_each_row(acme_api, acme):
    opened = acme_api.post("/v1/accounts", application_body()).json()

    entries = AuditEntry.objects.filter(account_id=opened["id"], act=AuditAct.ADDED)
    assert {"Account", "Contact", "Identity", "Disclosures", "AccountTerms", "Agreement", "Suitability"} <= set(
        entries.values_list("subject", flat=True)
    )
    assert set(entries.values_list("correspondent_id", "actor_id")) == {(acme.correspondent.pk, acme.api_user.pk)}
    row = entries.get(subject="Account")
    assert (row.before, row.after["name"], row.subject_id) == (None, "John Doe", opened["id"])
    assert len(row.request_id) == 32
    assert row.origin.startswith("127.0.0.1")


def test_a_patch_leaves_only_what_differs(acme_api, acme, account):
    was = account.contact.city

    acme_api.patch(f"/v1/accounts/{account.pk}", {"contact": {"city": "Springfield"}})

    entry = newest("Contact")
    assert (entry.act, entry.subject_id) == ("changed", str(account.pk))
    assert (entry.before, entry.after) == ({"city": was}, {"city": "Springfield"})
    assert (entry.actor_id, entry.account_id) == (acme.api_user.pk, account.pk)


def test_a_service_called_from_a_shell_names_its_actor(acme, account):
    configure_account(actor=acme.ops, account_id=account.pk, changes=ConfigurationChanges(suspend_trade=True))

    entry = newest("Account")
    assert entry.before == {"is_configured": False, "suspend_trade": False}
    assert entry.after == {"is_configured": True, "suspend_trade": True}
    assert entry.actor_id == acme.ops.pk


def test_an_account_opened_from_a_shell_is_its_actors_in_every_entry(acme):
    account = open_account(actor=acme.ops, application=make_application())

    entries = AuditEntry.objects.filter(account_id=account.pk)
    assert set(entries.values_list("act", "actor_id")) == {("added", acme.ops.pk)}


def test_what_is_already_so_leaves_nothing(acme, account):
    before = AuditEntry.objects.count()

    Contact.objects.filter(pk=account.pk).update(city=account.contact.city)
    Account.objects.filter(pk=account.pk).update(last_equity_amount=5)
    ApiKey.objects.filter(pk=acme.key.pk).update(last_used_at=clock.now(), last_used_from="10.0.0.1")
    User.objects.filter(pk=acme.ops.pk).update(last_login=clock.now())

    assert AuditEntry.objects.count() == before


# --- What goes around the services ------------------------------------------------------------------


def test_a_bulk_update_leaves_an_entry_for_each_row(acme):
    accounts = [make_account(acme.correspondent) for _ in range(3)]

    Account.objects.filter(pk__in=[one.pk for one in accounts]).update(trading_blocked=True)

    entries = AuditEntry.objects.filter(subject="Account", after={"trading_blocked": True})
    assert set(entries.values_list("account_id", flat=True)) == {one.pk for one in accounts}


def test_sql_by_hand_is_recorded_too(account):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_contact SET city = 'Elsewhere' WHERE account_id = %s", [account.pk])
        cursor.execute("DELETE FROM accounts_trustedcontact WHERE account_id = %s", [account.pk])

    assert newest("Contact").after == {"city": "Elsewhere"}
    deleted = newest("TrustedContact")
    assert (deleted.act, deleted.after, deleted.before["account_id"]) == ("deleted", None, str(account.pk))


def test_pgtrigger_cannot_be_told_to_look_away(account):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts_contact'::regclass")
        names = ",".join(name for (name,) in cursor.fetchall() if name.startswith("pgtrigger"))
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])

    Contact.objects.filter(pk=account.pk).update(city="Nowhere")

    assert newest("Contact").after == {"city": "Nowhere"}


def test_hashes_stay_out_and_what_is_sealed_stays_sealed(acme, account):
    acme.ops.set_password("another long password")
    acme.ops.save()

    assert newest("User").after == {"password": "hidden"}
    assert newest("ApiKey", act="added").after["secret_hash"] == "hidden"
    identity = newest("Identity", account_id=account.pk).after
    assert identity["tax_id_sealed"].startswith("\\x")
    assert "date_of_birth" not in identity


# --- Whose it is ------------------------------------------------------------------------------------


def test_each_entry_knows_its_correspondent(acme, globex):
    acme.correspondent.reviewers.add(acme.rop)
    SandboxClock.objects.create(offset=timedelta(days=1))
    BrokerPolicy.objects.update_or_create(id=1, defaults={"allocation_method": "fifo"})

    assert newest("ApiKey", subject_id=str(globex.key.pk)).correspondent_id == globex.correspondent.pk
    assert newest("User", subject_id=str(acme.ops.pk)).correspondent_id == acme.correspondent.pk
    assert newest("Correspondent_reviewers").correspondent_id == acme.correspondent.pk
    assert newest("SandboxClock").correspondent_id is None
    assert newest("BrokerPolicy").correspondent_id is None


def test_the_time_is_the_machines_and_not_the_markets(acme):
    SandboxClock.objects.create(offset=timedelta(days=-900))
    before = clock.real_now()

    Correspondent.objects.filter(pk=acme.correspondent.pk).update(name="Acme")

    assert before <= newest("Correspondent").at <= clock.real_now()


def test_a_reason_given_is_copied_and_ends_with_the_transaction(acme, account):
    with transaction.atomic():
        database_session.put({database_session.REASON: "asked by phone"}, is_local=True)
        Contact.objects.filter(pk=account.pk).update(city="Springfield")

    assert newest("Contact").reason == "asked by phone"


# --- As of any time (RK-2) --------------------------------------------------------------------------


def test_a_record_is_rebuilt_as_of_any_time_from_the_trail_alone(acme, account):
    auditor = make_staff(Role.COMPLIANCE, acme.correspondent)
    was = []
    for city in ("Springfield", "Shelbyville", "Ogdenville", ""):
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(c) FROM accounts_contact c WHERE account_id = %s", [account.pk])
            was.append((clock.real_now(), cursor.fetchone()[0]))
        Contact.objects.filter(pk=account.pk).update(city=city, unit=city[:3])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_contact WHERE account_id = %s", [account.pk])

    for at, record in was:
        assert as_of(auditor, "Contact", str(account.pk), at) == json.loads(record)
    assert as_of(auditor, "Contact", str(account.pk), clock.real_now()) is None
    assert as_of(auditor, "Contact", str(account.pk), account.created_at - timedelta(days=9999)) is None
