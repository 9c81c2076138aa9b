"""Banks and transfers that tests of funding share, made through the services."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import Account, User
from brokerage import clock
from brokerage.models import Event, SandboxClock
from tests.ledger import everything
from trading.funding_tasks import advance_waiting_funding
from trading.instruments import read_holdings
from trading.models import AchRelationship, Bank, Transfer
from trading.rules.bank_details import AchDetails, BankDetails
from trading.rules.funding import TransferRequest
from trading.services.banks import link_ach, link_bank
from trading.services.transfers import create_transfer

ROUTING = "121000358"
NUMBER = "32131231abc"
ACH = AchDetails("John Doe", "CHECKING", NUMBER, ROUTING, "everyday")
WIRE_BANK = BankDetails("Bank of Example", ROUTING, "ABA", "000123456789")


def later(seconds: float) -> datetime:
    """Let the standing clock show so many seconds more, and do what fell due by then."""
    row = SandboxClock.objects.get(id=1)
    assert row.frozen_at is not None
    row.frozen_at += timedelta(seconds=seconds)
    row.save()
    tick()
    return row.frozen_at


def tick() -> None:
    """Do the worker's part of one tick."""
    advance_waiting_funding(clock.now())


def linked_ach(account: Account, actor: User | None = None) -> AchRelationship:
    """Link a bank account by ACH and have it confirmed."""
    made = link_ach(actor=actor or account.opened_by, account_id=account.pk, details=ACH)
    AchRelationship.objects.filter(pk=made.pk).update(status="APPROVED")
    made.refresh_from_db()
    return made


def linked_bank(account: Account, actor: User | None = None) -> Bank:
    """Link a bank to wire to and have it confirmed."""
    made = link_bank(actor=actor or account.opened_by, account_id=account.pk, details=WIRE_BANK)
    Bank.objects.filter(pk=made.pk).update(status="APPROVED")
    made.refresh_from_db()
    return made


def ach_out(relationship: AchRelationship, amount: str, **fields: Any) -> TransferRequest:
    """Ask for an ACH withdrawal."""
    return TransferRequest("ach", "OUTGOING", Decimal(amount), relationship_id=relationship.pk, **fields)


def ach_in(relationship: AchRelationship, amount: str, **fields: Any) -> TransferRequest:
    """Ask for an ACH deposit."""
    return TransferRequest("ach", "INCOMING", Decimal(amount), relationship_id=relationship.pk, **fields)


def wire_out(bank: Bank, amount: str, **fields: Any) -> TransferRequest:
    """Ask for a wire."""
    return TransferRequest("wire", "OUTGOING", Decimal(amount), bank_id=bank.pk, **fields)


def send(account: Account, request: TransferRequest, actor: User | None = None) -> Transfer:
    """Have the account's system ask for a transfer."""
    return create_transfer(actor=actor or account.opened_by, account_id=account.pk, request=request)


def free_cash(account_id: UUID) -> Decimal:
    """Answer what nothing binds."""
    return read_holdings(account_id, ()).free_cash


def cash(account_id: UUID) -> Decimal:
    """Answer the cash balance."""
    return read_holdings(account_id, ()).cash


def all_of_it() -> dict[str, list]:
    """Answer everything that a refusal of funding must leave as it was."""
    models = (AchRelationship, Bank, Transfer)
    return everything() | {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def moves_of(transfer: Transfer) -> list[str]:
    """Answer the statuses that the transfer's events announced, in order."""
    events = Event.objects.filter(type="transfer.status_changed", subject_id=str(transfer.pk)).order_by("id")
    return [event.payload["status_to"] for event in events]
