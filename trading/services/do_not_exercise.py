"""Do not exercise: file it, confirm or reject what waits for a second person, withdraw it (contract/trading.md 4.4).

The last in time counts: what is newer supersedes what is in force (domain rule EX-15).
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.choices import UserKind
from accounts.errors import AccountNotFound
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import BrokerageError, NotPermitted
from options.models import Asset
from trading.choices import InstructionKind, InstructionSource, InstructionStatus, MessageStatus
from trading.exercise_errors import NoAvailablePosition
from trading.instruction_errors import (
    DoNotExerciseIsTheFirms,
    DoNotExerciseNotFound,
    InstructionConfirmedByMaker,
    InstructionNotFound,
    WhyMissing,
)
from trading.instruction_notices import tell_confirmed, tell_rejected
from trading.instructions import long_contract, said_of
from trading.models import Instruction
from trading.rules.cutoffs import deadline_on
from trading.rules.do_not_exercise import (
    DoNotExerciseRequest,
    is_late,
    is_overtaken,
    require_in_time,
    review_do_not_exercise,
)
from trading.rules.instruction_status import require_move
from trading.services.exercise import find_contract
from trading.services.instruction_steps import announce, end, new_instruction, put_in_force
from trading.services.refusals import keep_refusal

SOURCES = {UserKind.API_KEY: InstructionSource.API, UserKind.SYSTEM: InstructionSource.RULE}
LONGEST_REASON = 1024


def file_do_not_exercise(
    *, actor: User, account_id: UUID, symbol_or_id: str, asked: DoNotExerciseRequest
) -> Instruction:
    """Have contracts not exercised that the account is long, or raise the refusal, which is kept.

    It is in force at once. What staff file after the cut-off, with an excuse, waits for a second
    person (EX-13). Raises `AccountNotFound`, what `find_contract` and `review_do_not_exercise` raise,
    and `DoNotExerciseIsTheFirms`.
    """
    try:
        return _file(actor=actor, account_id=account_id, symbol_or_id=symbol_or_id, asked=asked)
    except (NotPermitted, AccountNotFound):
        raise
    except BrokerageError as refusal:
        ticket = {"act": "do_not_exercise", "symbol": symbol_or_id, "qty": asked.quantity}
        keep_refusal(actor, account_id, ticket, refusal, symbol=symbol_or_id)
        raise


@transaction.atomic(durable=True)
def _file(*, actor: User, account_id: UUID, symbol_or_id: str, asked: DoNotExerciseRequest) -> Instruction:
    actor.require(Permission.EXERCISE_POSITIONS)
    if asked.late is not None and actor.kind != UserKind.STAFF:
        raise NotPermitted(permission="file after the cut-off")
    account = lock_account(actor, account_id)
    asset = find_contract(symbol_or_id)
    now = clock.now()
    quantity = review_do_not_exercise(asked, long_contract(account, asset), received_at=now, at=now)
    instruction = new_instruction(
        account,
        asset,
        quantity,
        actor=actor,
        source=SOURCES.get(UserKind(actor.kind), InstructionSource.STAFF),
        received_at=now,
        at=now,
        reason=asked.reason,
    )
    if asked.late is not None and is_late(asset.contract.expiration_date, now):
        instruction.excuse, instruction.reason = asked.late.excuse, asked.late.evidence.strip()[:LONGEST_REASON]
        instruction.save(force_insert=True)
        announce("proposed", account, instruction, now)
        return instruction
    _require_not_the_firms(actor, account, asset, quantity)
    return put_in_force(account, instruction, now)


@transaction.atomic(durable=True)
def withdraw_do_not_exercise(*, actor: User, account_id: UUID, symbol_or_id: str, reason: str = "") -> Instruction:
    """Take back what is in force for a position, until the cut-off (EX-15): then it is as if nothing was said.

    Raises `AccountNotFound`, `DoNotExerciseNotFound`, `DoNotExerciseTooLate`, `DoNotExerciseIsTheFirms`, and
    what `find_contract` raises.
    """
    actor.require(Permission.EXERCISE_POSITIONS)
    account = lock_account(actor, account_id)
    asset = find_contract(symbol_or_id)
    now = clock.now()
    instruction = find_in_force(account, asset)
    if instruction is None:
        raise DoNotExerciseNotFound(symbol=asset.symbol)
    require_in_time(asset.contract.expiration_date, received_at=now, at=now)
    _require_not_the_firms(actor, account, asset, Decimal(0))
    if reason.strip():
        instruction.reason = reason.strip()[:LONGEST_REASON]
    end(account, instruction, InstructionStatus.WITHDRAWN, now)
    return instruction


@transaction.atomic(durable=True)
def confirm_do_not_exercise(*, actor: User, instruction_id: UUID) -> Instruction:
    """Put in force what somebody else entered from a message, or late; the sender is told (EX-14).

    Where something later was said meanwhile, that one counts, and this one is superseded as it is
    confirmed. Raises `InstructionNotFound`, `InstructionMoveImpossible`, `InstructionConfirmedByMaker`,
    and what `review_do_not_exercise` raises of the moment and of what is still held.
    """
    actor.require(Permission.CONFIRM_INSTRUCTIONS)
    account, instruction = _lock_instruction(actor, instruction_id)
    now = clock.now()
    require_move(instruction.kind, instruction.status, InstructionStatus.IN_FORCE)
    if instruction.entered_by_id == actor.pk:
        raise InstructionConfirmedByMaker
    contract = long_contract(account, instruction.asset)
    if contract.held <= 0:
        raise NoAvailablePosition
    require_in_time(
        contract.expiration_date,
        received_at=instruction.received_at,
        at=now,
        is_excused=bool(instruction.excuse),
    )
    instruction.confirmed_by, instruction.confirmed_at = actor, now
    if is_overtaken(instruction.received_at, said_of(account, instruction.asset)):
        end(account, instruction, InstructionStatus.SUPERSEDED, now)
    else:
        put_in_force(account, instruction, now)
    tell_confirmed(instruction, now)
    return instruction


@transaction.atomic(durable=True)
def reject_do_not_exercise(*, actor: User, instruction_id: UUID, reason: str) -> Instruction:
    """Turn down what was entered: its message waits to be matched again, where nothing else came of it.

    Raises `InstructionNotFound`, `InstructionMoveImpossible` and `WhyMissing`.
    """
    actor.require(Permission.CONFIRM_INSTRUCTIONS)
    why = require_why(reason)
    account, instruction = _lock_instruction(actor, instruction_id)
    now = clock.now()
    require_move(instruction.kind, instruction.status, InstructionStatus.REJECTED)
    instruction.reason = f"{instruction.reason} — {why}"[:LONGEST_REASON] if instruction.reason else why
    end(account, instruction, InstructionStatus.REJECTED, now)
    if instruction.message is None:
        return instruction
    others = instruction.message.instructions.exclude(pk=instruction.pk)
    if not others.exclude(status__in=(InstructionStatus.REJECTED, InstructionStatus.SUPERSEDED)).exists():
        message = instruction.message
        message.status, message.closed_by, message.closed_at = MessageStatus.NEW, None, None
        message.save(update_fields=["status", "closed_by", "closed_at"])
    return instruction


@transaction.atomic(durable=True)
def lapse_do_not_exercise(*, instruction_id: UUID, at: datetime) -> None:
    """Let go of what nobody confirmed by the firm's filing deadline; its sender is told. Safe to run twice."""
    account, instruction = _lock_instruction(system_user(), instruction_id)
    is_waiting = instruction.status == InstructionStatus.PROPOSED
    if not is_waiting or at < deadline_on(instruction.asset.contract.expiration_date):
        return
    end(account, instruction, InstructionStatus.LAPSED, at)
    tell_rejected(instruction, at)


def find_in_force(account: Account, asset: Asset) -> Instruction | None:
    """Answer what is in force for a position, or None."""
    return Instruction.objects.filter(
        account=account, asset=asset, kind=InstructionKind.DO_NOT_EXERCISE, status=InstructionStatus.IN_FORCE
    ).first()


def require_why(reason: str) -> str:
    """Answer the reason without blanks around it, or raise `WhyMissing`."""
    why = reason.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        raise WhyMissing(most=LONGEST_REASON, found=len(why))
    return why


def _require_not_the_firms(actor: User, account: Account, asset: Asset, quantity: Decimal) -> None:
    """Only people of the firm lower what the expiration rules filed: the account could not carry the exercise."""
    found = find_in_force(account, asset)
    if found is None or found.source != InstructionSource.RULE or actor.kind != UserKind.API_KEY:
        return
    if quantity < found.quantity:
        raise DoNotExerciseIsTheFirms(quantity=found.quantity)


def _lock_instruction(actor: User, instruction_id: UUID) -> tuple[Account, Instruction]:
    """Lock the account of a do-not-exercise, and answer both; raise `InstructionNotFound`."""
    rows = Instruction.objects.filter(pk=instruction_id, kind=InstructionKind.DO_NOT_EXERCISE)
    account_id = rows.values_list("account_id", flat=True).first()
    if account_id is None:
        raise InstructionNotFound
    account = lock_account(actor, account_id, missing=InstructionNotFound)
    joined = rows.select_related("asset__contract__underlying", "message", "account__correspondent", "entered_by")
    return account, joined.get()
