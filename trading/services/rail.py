"""Move what waits on a bank: the sandbox's rail, and the expiry of what nobody released."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage.errors import BrokerageError
from brokerage.events import record_events
from brokerage.mode import is_sandbox
from brokerage.models import Event
from trading.choices import AchStatus, BankStatus, TransferStatus
from trading.models import AchRelationship, Bank, Transfer
from trading.rules.funding import fixture_outcome, require_ach_move, require_bank_move
from trading.rules.rail import EXPIRED, LINK_CHECK, Step, next_step
from trading.services.funding_steps import MOVED, link_event, move
from trading.services.transfers import require_cover, require_may_move, restrict_where_short

ACH_STEPS = {
    AchStatus.QUEUED: AchStatus.APPROVED,
    AchStatus.PENDING: AchStatus.APPROVED,
    AchStatus.CANCEL_REQUESTED: AchStatus.CANCELED,
}
BANK_STEPS = {BankStatus.QUEUED: BankStatus.APPROVED, BankStatus.SENT_TO_CLEARING: BankStatus.APPROVED}
FIXTURE_SAID = "as its fixture asked"


@transaction.atomic(durable=True)
def advance_funding(*, actor: User, account_id: UUID, at: datetime) -> None:
    """Move the bank links and transfers of one account as far as they have come by `at`.

    Safe to run twice and at once: what has moved is not due again.
    """
    actor.require(Permission.TRANSFER_FUNDS)
    account = lock_account(actor, account_id)
    events = _advance_links(account, at) if is_sandbox() else []
    due = Transfer.objects.filter(account=account, moves_at__lte=at).order_by("moves_at", "pk")
    for transfer in list(due):
        transfer.account = account
        events += _advance(transfer, at)
        transfer.save(update_fields=MOVED)  # before the next is looked at, which sees what this one let go of
        if transfer.status == TransferStatus.RETURNED:
            events += restrict_where_short(account, at)
    record_events(events)


def _advance_links(account: Account, at: datetime) -> list[Event]:
    events: list[Event] = []
    checked = at - LINK_CHECK
    waiting = AchRelationship.objects.filter(account=account, created_at__lte=checked, status__in=ACH_STEPS)
    for relationship in waiting.order_by("created_at"):
        before = AchStatus(relationship.status)
        relationship.status = require_ach_move(before, ACH_STEPS[before])
        events.append(_moved_link(relationship, account, before, at))
    banks = Bank.objects.filter(account=account, created_at__lte=checked, status__in=BANK_STEPS)
    for bank in banks.order_by("created_at"):
        was = BankStatus(bank.status)
        bank.status = require_bank_move(was, BANK_STEPS[was])
        events.append(_moved_link(bank, account, was, at))
    return events


def _moved_link(link: AchRelationship | Bank, account: Account, before: str, at: datetime) -> Event:
    link.account, link.updated_at = account, at
    link.save(update_fields=["status", "updated_at"])
    return link_event(link, str(before), at)


def _advance(transfer: Transfer, at: datetime) -> list[Event]:
    """Take every step that is due, one after the other, unsaved; answer their events."""
    events = []
    while (step := _next(transfer)) is not None and step.at <= at:
        status, reason = _review(transfer, step)
        events.append(move(transfer, status, at, reason=reason))
    return events


def _next(transfer: Transfer) -> Step | None:
    return next_step(
        transfer.status,
        transfer.transfer_type,
        created_at=transfer.created_at,
        expires_at=transfer.expires_at,
        fixture=fixture_outcome(transfer.additional_information),
        has_rail=is_sandbox(),
    )


def _review(transfer: Transfer, step: Step) -> tuple[TransferStatus, str]:
    """Answer where the transfer really goes, and why: at the last moment before the bank it is looked at again."""
    if step.status == TransferStatus.SENT_TO_CLEARING:
        try:
            require_may_move(transfer.account, is_outgoing=bool(transfer.hold_amount))
            require_cover(transfer)
        except BrokerageError as refusal:
            return TransferStatus.REJECTED, str(refusal)[:200]
    if fixture_outcome(transfer.additional_information) == step.status:
        return step.status, FIXTURE_SAID
    return step.status, EXPIRED if step.status == TransferStatus.CANCELED else ""
