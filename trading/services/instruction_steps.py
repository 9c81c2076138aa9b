"""The steps that acts on a do-not-exercise share, and that the expiration rules take (XD-7)."""

from datetime import datetime
from decimal import Decimal

from accounts.models import Account, User
from brokerage.events import record_event
from brokerage.money import plain
from options.models import Asset
from trading.choices import InstructionKind, InstructionSource, InstructionStatus
from trading.models import Instruction, InstructionMessage
from trading.rules.instruction_status import require_move


def new_instruction(
    account: Account,
    asset: Asset,
    quantity: Decimal,
    *,
    actor: User,
    source: InstructionSource,
    received_at: datetime,
    at: datetime,
    reason: str = "",
    rule_version: str = "",
    message: InstructionMessage | None = None,
) -> Instruction:
    """Answer a do-not-exercise as it would be inserted, not yet in force."""
    return Instruction(
        account=account,
        correspondent_id=account.correspondent_id,
        asset=asset,
        kind=InstructionKind.DO_NOT_EXERCISE,
        source=source,
        quantity=quantity,
        status=InstructionStatus.PROPOSED,
        received_at=received_at,
        entered_by=actor,
        entered_at=at,
        reason=reason.strip(),
        rule_version=rule_version,
        message=message,
    )


def put_in_force(account: Account, instruction: Instruction, at: datetime) -> Instruction:
    """Put a do-not-exercise in force in place of the one before, and announce it; the account is locked."""
    earlier = Instruction.objects.filter(
        account=account,
        asset_id=instruction.asset_id,
        kind=InstructionKind.DO_NOT_EXERCISE,
        status=InstructionStatus.IN_FORCE,
    )
    for one in earlier.select_related("asset"):
        end(account, one, InstructionStatus.SUPERSEDED, at)
    instruction.status = require_move(instruction.kind, instruction.status, InstructionStatus.IN_FORCE)
    instruction.save()
    announce("in_force", account, instruction, at)
    return instruction


def end(account: Account, instruction: Instruction, status: InstructionStatus, at: datetime) -> None:
    """End a do-not-exercise as `status`, and announce it; the account is locked."""
    instruction.status = require_move(instruction.kind, instruction.status, status)
    instruction.ended_at = at
    instruction.save()
    announce(status.value, account, instruction, at)


def announce(happened: str, account: Account, instruction: Instruction, at: datetime) -> None:
    """Write the event `do_not_exercise.<happened>`."""
    payload = {
        "instruction_id": str(instruction.pk),
        "account_id": str(account.pk),
        "asset_id": str(instruction.asset_id),
        "symbol": instruction.asset.symbol,
        "qty": plain(instruction.quantity),
        "status": str(instruction.status),
        "source": str(instruction.source),
        "received_at": instruction.received_at.isoformat(),
        "reason": instruction.reason,
    }
    record_event(f"do_not_exercise.{happened}", account=account, subject=instruction, at=at, payload=payload)
