"""Messages that came by mail: receive one, propose an instruction from one, dismiss one (domain rule EX-14)."""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from accounts import acting
from accounts.choices import AccountKind, AccountStatus
from accounts.errors import AccountNotFound
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.models.accounts import AccountQuerySet
from accounts.permissions import Permission
from accounts.rules.text import registered_form
from brokerage import clock
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.events import record_event
from trading.choices import InstructionSource, InstructionStatus, MessageStatus
from trading.instruction_errors import MessageDealtWith, MessageNotFound, SenderIsNotTheHolder
from trading.instruction_notices import tell_dismissed, tell_received
from trading.instructions import long_contract
from trading.mailbox.parsing import LONGEST_ID, ParsedMessage, parse_message, storable
from trading.models import Instruction, InstructionMessage
from trading.rules.do_not_exercise import (
    DoNotExerciseRequest,
    LateFiling,
    is_late,
    review_do_not_exercise,
)
from trading.services.do_not_exercise import LONGEST_REASON, require_why
from trading.services.exercise import find_contract
from trading.services.instruction_steps import announce, end, new_instruction
from trading.services.refusals import keep_refusal

LARGEST_MESSAGE = 10 * 1024 * 1024
CUT = "Only the first {most:,} of its {size:,} bytes were kept."


@transaction.atomic(durable=True)
def receive_message(
    *, actor: User, raw: bytes, received_at: datetime, recipient: str = "", size: int | None = None
) -> InstructionMessage:
    """Keep a message that came in, and send its holder a receipt; the same one again changes nothing.

    Of one that is too large the beginning is kept; `size` says how large it was where `raw` is cut
    already. The correspondent is that of the accounts with the sender's address, where they have one;
    what came from anybody else only the broker's people see.
    """
    actor.require(Permission.EXERCISE_POSITIONS)
    acting.claim(actor)
    size = max(size or 0, len(raw))
    raw = raw[:LARGEST_MESSAGE]
    parsed = parse_message(raw)
    message_id, earlier = _place_of(parsed)
    if earlier is not None:
        return earlier
    accounts = list(accounts_of(parsed.sender))
    correspondents = {account.correspondent_id for account in accounts}
    message, is_new = InstructionMessage.objects.get_or_create(
        message_id=message_id,
        defaults={
            "correspondent_id": correspondents.pop() if len(correspondents) == 1 else None,
            "sender": parsed.sender,
            "recipient": storable(recipient)[:254] or parsed.recipient,
            "subject": parsed.subject,
            "body": parsed.body,
            "raw": raw,
            "received_at": received_at,
            "note": CUT.format(most=LARGEST_MESSAGE, size=size) if size > len(raw) else "",
        },
    )
    if is_new and accounts:
        now = clock.now()
        if not parsed.is_automatic:  # two programs would answer each other for ever
            tell_received(message, accounts[0], now)
        payload = {"message_id": str(message.pk), "received_at": received_at.isoformat()}
        record_event("instruction_message.received", account=accounts[0], subject=message, at=now, payload=payload)
    return message


def propose_do_not_exercise(
    *,
    actor: User,
    message_id: UUID,
    account_id: UUID,
    symbol_or_id: str,
    quantity: Decimal | None = None,
    late: LateFiling | None = None,
) -> Instruction:
    """Enter what a message instructs for one of its sender's accounts; a second person confirms it.

    When the message was received counts against the cut-off. Entering the same contract from the same
    message again corrects what waits. Raises `MessageNotFound`, `MessageDealtWith`, `AccountNotFound`,
    `SenderIsNotTheHolder`, and what `find_contract` and `review_do_not_exercise` raise; it is kept.
    """
    asked = DoNotExerciseRequest(quantity, late=late)
    try:
        return _propose(
            actor=actor, message_id=message_id, account_id=account_id, symbol_or_id=symbol_or_id, asked=asked
        )
    except (NotPermitted, AccountNotFound, MessageNotFound):
        raise
    except BrokerageError as refusal:
        ticket = {"act": "do_not_exercise", "symbol": symbol_or_id, "qty": quantity, "message_id": message_id}
        keep_refusal(actor, account_id, ticket, refusal, symbol=symbol_or_id)
        raise


@transaction.atomic(durable=True)
def _propose(
    *, actor: User, message_id: UUID, account_id: UUID, symbol_or_id: str, asked: DoNotExerciseRequest
) -> Instruction:
    actor.require(Permission.EXERCISE_POSITIONS)
    account = lock_account(actor, account_id)
    message = _lock_message(actor, message_id)
    now = clock.now()
    if message.status == MessageStatus.DISMISSED:
        raise MessageDealtWith(status=MessageStatus.DISMISSED.label.lower())
    if not message.sender or registered_form(account.email_address) != registered_form(message.sender):
        raise SenderIsNotTheHolder(account_number=account.account_number)
    asset = find_contract(symbol_or_id)
    quantity = review_do_not_exercise(asked, long_contract(account, asset), received_at=message.received_at, at=now)
    waiting = message.instructions.filter(account=account, asset=asset, status=InstructionStatus.PROPOSED)
    for one in waiting.select_related("asset"):
        end(account, one, InstructionStatus.SUPERSEDED, now)
    instruction = new_instruction(
        account,
        asset,
        quantity,
        actor=actor,
        source=InstructionSource.EMAIL,
        received_at=message.received_at,
        at=now,
        message=message,
    )
    if asked.late is not None and is_late(asset.contract.expiration_date, message.received_at):
        instruction.excuse, instruction.reason = asked.late.excuse, asked.late.evidence.strip()[:LONGEST_REASON]
    instruction.save(force_insert=True)
    _close(message, MessageStatus.MATCHED, actor, now)
    announce("proposed", account, instruction, now)
    return instruction


@transaction.atomic(durable=True)
def dismiss_message(*, actor: User, message_id: UUID, reason: str, tells_sender: bool = False) -> InstructionMessage:
    """Take a message off the review list, with why; a sender who has an account can be told.

    Raises `MessageNotFound`, `MessageDealtWith` and `WhyMissing`.
    """
    actor.require(Permission.EXERCISE_POSITIONS)
    acting.claim(actor)
    why = require_why(reason)
    message = _lock_message(actor, message_id)
    if message.status != MessageStatus.NEW:
        raise MessageDealtWith(status=MessageStatus(message.status).label.lower())
    now = clock.now()
    message.note = f"{message.note} {why}".strip()[:LONGEST_REASON]
    _close(message, MessageStatus.DISMISSED, actor, now)
    account = accounts_of(message.sender).first()
    if tells_sender and account is not None:
        tell_dismissed(message, account, why, now)
    return message


def accounts_of(sender: str) -> AccountQuerySet:
    """Answer the customers' accounts that a sender's address is on file for, oldest first, closed ones left out."""
    rows = Account.objects.filter(kind=AccountKind.CUSTOMER).exclude(status=AccountStatus.ACCOUNT_CLOSED)
    rows = rows.filter(email_address__iexact=sender) if sender else rows.none()
    return rows.select_related("correspondent", "owner").order_by("created_at", "pk")


def _place_of(parsed: ParsedMessage) -> tuple[str, InstructionMessage | None]:
    """Answer the id to keep a message under, and that message where it came before.

    Another message under the same id is kept beside it: nobody can keep one from coming in by
    sending its id first.
    """
    earlier = InstructionMessage.objects.filter(message_id=parsed.message_id).first()
    if earlier is None or (earlier.sender, earlier.body) == (parsed.sender, parsed.body):
        return parsed.message_id, earlier
    told_apart = sha256(f"{parsed.message_id}\n{parsed.sender}\n{parsed.body}".encode()).hexdigest()
    own = f"{parsed.message_id[: LONGEST_ID - len(told_apart) - 1]}#{told_apart}"
    return own, InstructionMessage.objects.filter(message_id=own).first()


def _lock_message(actor: User, message_id: UUID) -> InstructionMessage:
    rows = InstructionMessage.objects.select_for_update().filter(pk=message_id)
    if not actor.sees_every_correspondent:
        rows = rows.filter(correspondent=actor.correspondent)
    found = rows.first()
    if found is None:
        raise MessageNotFound
    return found


def _close(message: InstructionMessage, status: MessageStatus, actor: User, at: datetime) -> None:
    message.status, message.closed_by, message.closed_at = status, actor, at
    message.save(update_fields=["status", "closed_by", "closed_at", "note"])
