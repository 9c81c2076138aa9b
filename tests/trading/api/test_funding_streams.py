"""What a correspondent hears of transfers, banks and journals."""

from decimal import Decimal

from accounts.api.feeds import stream_of
from brokerage.models import Event
from tests.factories import make_account
from tests.ledger import deposit
from tests.trading.funding import linked_ach, linked_bank, send, wire_out
from trading.api.streams import (
    FUNDING_STATUS,
    JOURNAL_STATUS,
    JOURNAL_STATUS_V2,
    TRANSFER_STATUS,
    funding_json,
    journal_json,
    journal_v2_json,
    transfer_json,
)
from trading.choices import JournalType
from trading.rules.journals import JournalRequest
from trading.services.journals import create_journal

ULID = "01HMX0000000000000000000FF"


def heard(feed, actor, account_id=None):
    """Answer the events that a stream carries, by its live test, which its query must agree with."""
    stream = stream_of(feed, actor, account_id)
    wanted = [event for event in Event.objects.order_by("id") if stream.wanted(event)]
    assert wanted == list(Event.objects.filter(**stream.filters).order_by("id"))
    return wanted


def test_a_transfer_in_both_versions(acme, globex, clock_at):
    clock_at("2024-01-24 10:00")
    account = make_account(acme.correspondent)
    deposit(account, "1000")
    transfer = send(account, wire_out(linked_bank(account), "100"))

    [event] = heard(TRANSFER_STATUS, acme.api_user)
    event.event_id, event.ulid = 7, ULID

    assert transfer_json(event, acme.api_user) == {
        "account_id": str(account.pk),
        "at": "2024-01-24T15:00:00Z",
        "event_id": 7,
        "event_ulid": ULID,
        "status_from": "",
        "status_to": "QUEUED",
        "transfer_id": str(transfer.pk),
    }
    assert funding_json(event, acme.api_user) == {
        "account_id": str(account.pk),
        "at": "2024-01-24T15:00:00Z",
        "event_id": ULID,
        "correspondent": "ACME",
        "entity_id": str(transfer.pk),
        "entity_type": "Transfer",
        "status_from": None,
        "status_to": "QUEUED",
        "reason": "",
    }
    assert heard(TRANSFER_STATUS, globex.api_user) == heard(FUNDING_STATUS, globex.api_user) == []


def test_the_second_version_hears_of_banks_too(acme, clock_at):
    clock_at("2024-01-24 10:00")
    account = make_account(acme.correspondent)
    linked_ach(account)
    linked_bank(account)

    told = [funding_json(event, acme.api_user) for event in heard(FUNDING_STATUS, acme.api_user)]

    assert [one["entity_type"] for one in told] == ["BankRelationship", "WireBank"]


def test_a_journal_is_heard_once_by_its_correspondent_and_by_each_of_its_accounts(acme, clock_at):
    clock_at("2024-01-24 10:00")
    account = make_account(acme.correspondent)
    deposit(acme.firm_account, "1000")
    request = JournalRequest(
        JournalType.JNLC, acme.firm_account.pk, account.pk, amount=Decimal(10), description="bonus"
    )
    journal = create_journal(actor=acme.api_user, request=request)

    [event] = heard(JOURNAL_STATUS, acme.api_user)[-1:]
    event.event_id, event.ulid = 9, ULID

    moved = {"entry_type": "JNLC", "journal_id": str(journal.pk), "status_from": "", "status_to": "executed"}
    assert journal_json(event, acme.api_user) == moved | {
        "at": "2024-01-24T15:00:00Z",
        "event_id": 9,
        "event_ulid": ULID,
    }
    second = {"at": "2024-01-24T15:00:00Z", "event_id": ULID, "description": "bonus"}
    assert journal_v2_json(event, acme.api_user) == moved | second
    whole, own, firms = (
        len(heard(JOURNAL_STATUS_V2, acme.api_user, one)) for one in (None, account.pk, acme.firm_account.pk)
    )
    assert whole == own == firms == 1
