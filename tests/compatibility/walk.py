"""Every call that the unmodified client library makes of this area, each under the name of its method."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from alpaca.broker.client import BrokerClient
from alpaca.broker.enums import (
    BankAccountType,
    DocumentType,
    IdentifierType,
    JournalEntryType,
    TransferDirection,
    TransferTiming,
    UploadDocumentMimeType,
)
from alpaca.broker.models import Contact, Disclosures, Identity
from alpaca.broker.requests import (
    BatchJournalRequestEntry,
    CreateAccountRequest,
    CreateACHRelationshipRequest,
    CreateACHTransferRequest,
    CreateBankRequest,
    CreateBatchJournalRequest,
    CreateJournalRequest,
    CreateReverseBatchJournalRequest,
    GetAccountActivitiesRequest,
    GetEventsRequest,
    GetJournalsRequest,
    GetTradeDocumentsRequest,
    ListAccountsRequest,
    ReverseBatchJournalRequestEntry,
    UpdatableContact,
    UpdateAccountRequest,
    UploadDocumentRequest,
)
from alpaca.trading.enums import AccountStatus

from tests.factories import application_body

PATIENCE = 120.0


class Walk:
    """One life of two accounts, in the order in which the methods stand here."""

    def __init__(self, client: BrokerClient, firm_account_id: str, directory: Path) -> None:
        self.client = client
        self.firm = firm_account_id
        self.directory = directory
        self.ids: dict[str, Any] = {}

    def create_account(self) -> None:
        opened = [self.client.create_account(_application()) for _ in range(2)]
        self.ids["account"], self.ids["leaver"] = (str(account.id) for account in opened)
        for account in opened:
            wait_until(lambda id=account.id: self.client.get_account_by_id(id).status is AccountStatus.ACTIVE)

    def get_account_by_id(self) -> None:
        assert self.client.get_account_by_id(self.ids["account"]).contact.city == "San Mateo"

    def list_accounts(self) -> None:
        request = ListAccountsRequest(status=[AccountStatus.ACTIVE])
        assert self.ids["account"] in {str(account.id) for account in self.client.list_accounts(request)}

    def update_account(self) -> None:
        request = UpdateAccountRequest(contact=UpdatableContact(phone_number="+15551234567"))
        assert self.client.update_account(self.ids["account"], request).contact.phone_number == "+15551234567"

    def upload_documents_to_account(self) -> None:
        content = base64.b64encode(b"%PDF-1.7\n%%EOF\n").decode()
        document = UploadDocumentRequest(
            document_type=DocumentType.IDENTITY_VERIFICATION, content=content, mime_type=UploadDocumentMimeType.PDF
        )
        self.client.upload_documents_to_account(self.ids["account"], [document])

    def get_trade_documents_for_account(self) -> None:
        request = GetTradeDocumentsRequest(start=_today() - timedelta(days=3), end=_today() + timedelta(days=3))
        wait_until(lambda: self.client.get_trade_documents_for_account(self.ids["account"], request))
        (record, *_) = self.client.get_trade_documents_for_account(self.ids["account"], request)
        self.ids["document"] = str(record.id)

    def get_trade_document_for_account_by_id(self) -> None:
        found = self.client.get_trade_document_for_account_by_id(self.ids["account"], self.ids["document"])
        assert found.name == "Account record"

    def download_trade_document_for_account_by_id(self) -> None:
        target = self.directory / "record.pdf"
        self.client.download_trade_document_for_account_by_id(self.ids["account"], self.ids["document"], str(target))
        assert target.read_bytes().startswith(b"%PDF-")

    def upload_cip_data_for_account_by_id(self) -> None:
        self.client.upload_cip_data_for_account_by_id(self.ids["account"])

    def get_cip_data_for_account_by_id(self) -> None:
        self.client.get_cip_data_for_account_by_id(self.ids["account"])

    def get_trade_account_by_id(self) -> None:
        assert self.client.get_trade_account_by_id(self.ids["account"]).options_trading_level == 0

    def get_trade_configuration_for_account(self) -> None:
        self.ids["configuration"] = self.client.get_trade_configuration_for_account(self.ids["account"])

    def update_trade_configuration_for_account(self) -> None:
        wanted = self.ids["configuration"].model_copy(update={"max_options_trading_level": 1})
        changed = self.client.update_trade_configuration_for_account(self.ids["account"], wanted)
        assert changed.max_options_trading_level == 1

    def create_ach_relationship_for_account(self) -> None:
        request = CreateACHRelationshipRequest(
            account_owner_name="John Doe",
            bank_account_type=BankAccountType.CHECKING,
            bank_account_number="32131231abc",
            bank_routing_number="123103716",
        )
        self.ids["ach"] = str(self.client.create_ach_relationship_for_account(self.ids["account"], request).id)

    def get_ach_relationships_for_account(self) -> None:
        self._pass(timedelta(minutes=2))  # a bank takes its time, and the sandbox clock need not

        def is_approved() -> bool:
            (link,) = self.client.get_ach_relationships_for_account(self.ids["account"])
            return link.status.value == "APPROVED"

        wait_until(is_approved)

    def create_bank_for_account(self) -> None:
        request = CreateBankRequest(
            name="First Bank", bank_code_type=IdentifierType.ABA, bank_code="123103716", account_number="123456789"
        )
        self.ids["bank"] = str(self.client.create_bank_for_account(self.ids["account"], request).id)

    def get_banks_for_account(self) -> None:
        assert [str(bank.id) for bank in self.client.get_banks_for_account(self.ids["account"])] == [self.ids["bank"]]

    def create_transfer_for_account(self) -> None:
        request = CreateACHTransferRequest(
            amount="498.00",
            direction=TransferDirection.INCOMING,
            timing=TransferTiming.IMMEDIATE,
            relationship_id=self.ids["ach"],
        )
        self.ids["transfer"] = str(self.client.create_transfer_for_account(self.ids["account"], request).id)

    def get_transfers_for_account(self) -> None:
        found = self.client.get_transfers_for_account(self.ids["account"])
        assert [str(transfer.id) for transfer in found] == [self.ids["transfer"]]

    def cancel_transfer_for_account(self) -> None:
        self.client.cancel_transfer_for_account(self.ids["account"], self.ids["transfer"])

    def create_journal(self) -> None:
        for name, amount in (("journal", 40), ("waiting", 75)):  # above 50 dollars it waits for the end of the day
            request = CreateJournalRequest(
                from_account=self.firm, entry_type=JournalEntryType.CASH, to_account=self.ids["account"], amount=amount
            )
            self.ids[name] = str(self.client.create_journal(request).id)

    def create_batch_journal(self) -> None:
        entries = [BatchJournalRequestEntry(to_account=self.ids[name], amount=5) for name in ("account", "leaver")]
        request = CreateBatchJournalRequest(entry_type=JournalEntryType.CASH, from_account=self.firm, entries=entries)
        assert len(self.client.create_batch_journal(request)) == 2

    def create_reverse_batch_journal(self) -> None:
        entries = [ReverseBatchJournalRequestEntry(from_account=self.ids["leaver"], amount=5)]
        request = CreateReverseBatchJournalRequest(
            entry_type=JournalEntryType.CASH, to_account=self.firm, entries=entries
        )
        assert len(self.client.create_reverse_batch_journal(request)) == 1

    def get_journals(self) -> None:
        found = self.client.get_journals(GetJournalsRequest(to_account=self.ids["account"]))
        assert self.ids["journal"] in {str(journal.id) for journal in found}

    def get_journal_by_id(self) -> None:
        assert str(self.client.get_journal_by_id(self.ids["journal"]).id) == self.ids["journal"]

    def cancel_journal_by_id(self) -> None:
        self.client.cancel_journal_by_id(self.ids["waiting"])

    def get_account_activities(self) -> None:
        request = GetAccountActivitiesRequest(account_id=self.ids["account"], page_size=1)
        assert len(self.client.get_account_activities(request)) >= 2

    def get_account_status_events(self) -> None:
        first = first_event(self.client.get_account_status_events(_since_yesterday()))
        assert "account_id" in first

    def get_journal_events(self) -> None:
        assert "journal_id" in first_event(self.client.get_journal_events(_since_yesterday()))

    def get_transfer_events(self) -> None:
        assert "transfer_id" in first_event(self.client.get_transfer_events(_since_yesterday()))

    def delete_bank_for_account(self) -> None:
        self.client.delete_bank_for_account(self.ids["account"], self.ids["bank"])

    def delete_ach_relationship_for_account(self) -> None:
        self.client.delete_ach_relationship_for_account(self.ids["account"], self.ids["ach"])

    def close_account(self) -> None:
        self.client.close_account(self.ids["leaver"])
        assert self.client.get_account_by_id(self.ids["leaver"]).status is AccountStatus.ACCOUNT_CLOSED

    def delete_account(self) -> None:
        self.client.delete_account(self.ids["leaver"])

    def _pass(self, time: timedelta) -> None:
        """Let time pass on the sandbox clock."""
        now = datetime.fromisoformat(self.client.get("/sandbox/clock")["now"])
        self.client.put("/sandbox/clock", {"now": (now + time).isoformat()})

    def steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield every call by the name of its method, in order."""
        for name in vars(type(self)):
            if not name.startswith("_") and name != "steps":
                yield name, getattr(self, name)


def _application() -> CreateAccountRequest:
    body = application_body()
    return CreateAccountRequest(
        contact=Contact(**body["contact"]),
        identity=Identity(**body["identity"]),
        disclosures=Disclosures(**body["disclosures"] | {"employment_status": "EMPLOYED"}),
        agreements=body["agreements"],
        trusted_contact=body["trusted_contact"],
        enabled_assets=["us_equity", "us_option"],
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _since_yesterday() -> GetEventsRequest:
    return GetEventsRequest(since=_today() - timedelta(days=2))


def first_event(events: Iterator[Any]) -> dict[str, Any]:
    """Answer the first event of a stream and leave it."""
    first = next(events)
    events.close()  # type: ignore[attr-defined]
    return json.loads(first)


def wait_until(condition: Callable[[], Any]) -> None:
    """Wait until it is so."""
    give_up_at = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < give_up_at, "it did not happen in time"
        sleep(0.2)
