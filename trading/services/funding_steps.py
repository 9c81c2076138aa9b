"""Steps that the services over banks and transfers share; each runs inside one, under the account's lock."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.models import Account
from brokerage import clock
from brokerage.events import event, record_events
from brokerage.mode import is_sandbox
from brokerage.models import Event
from brokerage.money import plain
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, HouseBook, TransferDirection, TransferStatus
from trading.instruments import read_holdings
from trading.models import AchRelationship, Activity, Bank, LedgerTransaction, Transfer
from trading.rules.funding import CashSum, cash_sum, fixture_outcome, require_transfer_move
from trading.rules.postings import Move, trade_date
from trading.rules.rail import next_step
from trading.services.ledger import Entry, post_all, posted_events
from trading.settlement import unsettled_proceeds

UNDER_EVENTS: dict[type, str] = {AchRelationship: "ach_relationship.status_changed", Bank: "bank.status_changed"}


def read_cash(account_id: UUID) -> CashSum:
    """Answer the cash of an account and what of it may not leave: the one place that says what may."""
    unsettled = unsettled_proceeds([account_id], trade_date(clock.now()))[account_id]
    return cash_sum(read_holdings(account_id, ()), unsettled)


def link_event(link: AchRelationship | Bank, before: str, at: datetime) -> Event:
    """Build the event of a bank link that moved from `before`."""
    payload = {"entity_id": str(link.pk), "status_from": before, "status_to": str(link.status)}
    return event(UNDER_EVENTS[type(link)], account=link.account, subject=link, at=at, payload=payload)


def transfer_event(transfer: Transfer, before: str, at: datetime) -> Event:
    """Build the event of a transfer that moved from `before`."""
    payload = {
        "transfer_id": str(transfer.pk),
        "status_from": before,
        "status_to": str(transfer.status),
        "direction": str(transfer.direction),
        "transfer_type": str(transfer.transfer_type),
        "amount": plain(transfer.amount),
        "reason": transfer.reason,
    }
    return event("transfer.status_changed", account=transfer.account, subject=transfer, at=at, payload=payload)


def plan(transfer: Transfer) -> None:
    """Note when the transfer moves next by itself, unsaved."""
    step = next_step(
        transfer.status,
        transfer.transfer_type,
        created_at=transfer.created_at,
        expires_at=transfer.expires_at,
        fixture=fixture_outcome(transfer.additional_information),
        has_rail=is_sandbox(),
    )
    transfer.moves_at = step.at if step else None


def move(transfer: Transfer, status: TransferStatus, at: datetime, *, reason: str = "") -> Event:
    """Move a transfer on, unsaved, and answer its event; what it held is let go where it ends or is posted."""
    before = str(transfer.status)
    transfer.status = require_transfer_move(before, status)
    transfer.updated_at = at
    transfer.reason = reason or transfer.reason
    if status == TransferStatus.COMPLETE:
        transfer.transaction = _post_transfer(transfer, at)
    if status == TransferStatus.RETURNED:
        transfer.returned_by = _post_return(transfer, at)
    if status not in HOLDING:
        transfer.hold_amount = 0
    plan(transfer)
    return transfer_event(transfer, before, at)


HOLDING = frozenset(
    {
        TransferStatus.QUEUED,
        TransferStatus.APPROVAL_PENDING,
        TransferStatus.PENDING,
        TransferStatus.SENT_TO_CLEARING,
        TransferStatus.APPROVED,
    }
)
MOVED = ("status", "updated_at", "reason", "hold_amount", "moves_at", "transaction", "returned_by")


def _post_transfer(transfer: Transfer, at: datetime) -> LedgerTransaction:
    """Post the cash that arrived or left, and beside it the fee that the user pays."""
    entries = [_entry(transfer, "transfer", at, description=_described(transfer))]
    fee = transfer.requested_amount - transfer.amount
    if fee:
        fee_entry = Entry(
            activity_type=ActivityType.FEE,
            reference=f"transfer-fee:{transfer.pk}",
            moves=[Move(transfer.account_id, HouseBook.BANK, USD_ID, fee)],
            at=at,
            trade_date=trade_date(at),
            settle_date=trade_date(at),
            faces=[_face(transfer.account, -fee, "Wire fee")],
            group_id=transfer.pk,
        )
        entries.append(fee_entry)
    return _post(entries, at)


def _post_return(transfer: Transfer, at: datetime) -> LedgerTransaction:
    """Reverse what was posted: a return is an entry of its own that points to the old (RK-8). The fee stays paid."""
    said = f"{_described(transfer)} returned: {transfer.reason}"
    return _post([_entry(transfer, "transfer-return", at, description=said, reverses=True)], at)


def _post(entries: list[Entry], at: datetime) -> LedgerTransaction:
    transactions, positions = post_all(entries)
    record_events(posted_events(entries, positions, at))
    return transactions[0]


def _entry(transfer: Transfer, reference: str, at: datetime, *, description: str, reverses: bool = False) -> Entry:
    is_in = transfer.direction == TransferDirection.INCOMING
    adds = is_in is not reverses
    account_id, amount = transfer.account_id, transfer.amount
    movement = (
        Move(HouseBook.BANK, account_id, USD_ID, amount) if adds else Move(account_id, HouseBook.BANK, USD_ID, amount)
    )
    return Entry(
        activity_type=ActivityType.CSD if is_in else ActivityType.CSW,
        reference=f"{reference}:{transfer.pk}",
        moves=[movement],
        at=at,
        trade_date=trade_date(at),
        settle_date=trade_date(at),
        faces=[_face(transfer.account, amount if adds else -amount, description)],
        group_id=transfer.pk,
    )


def _face(account: Account, net_amount: Decimal, description: str) -> Activity:
    return Activity(
        account=account, correspondent_id=account.correspondent_id, net_amount=net_amount, description=description
    )


def _described(transfer: Transfer) -> str:
    """Answer what the activity says: `ACH deposit`, `Wire withdrawal`."""
    kind = "deposit" if transfer.direction == TransferDirection.INCOMING else "withdrawal"
    return f"{'ACH' if transfer.relationship_id else 'Wire'} {kind}"
