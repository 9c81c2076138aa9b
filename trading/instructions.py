"""What is instructed of the contracts that accounts are long."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.models import Account
from options.choices import ExerciseStyle
from options.models import Asset
from trading.choices import InstructionKind, InstructionSource, InstructionStatus
from trading.models import Instruction, Position
from trading.rules.do_not_exercise import LongContract


def in_force(
    asset_ids: Collection[UUID] | None = None, account_ids: Collection[UUID] | None = None
) -> dict[tuple[UUID, UUID], Decimal]:
    """Answer how many contracts are not to be exercised, by account and contract; without one, nothing is there.

    Never more than the account is still long: what was sold since needs no instruction. Within a
    transaction that has locked an account, its own are safe to decide on.
    """
    found = Instruction.objects.filter(kind=InstructionKind.DO_NOT_EXERCISE, status=InstructionStatus.IN_FORCE)
    if asset_ids is not None:
        found = found.filter(asset_id__in=asset_ids)
    if account_ids is not None:
        found = found.filter(account_id__in=account_ids)
    held = Position.objects.filter(account=OuterRef("account"), asset=OuterRef("asset"), quantity__gt=0)
    rows = found.annotate(held=Subquery(held.values("quantity"))).filter(held__isnull=False)
    return {
        (account_id, asset_id): min(quantity, held)
        for account_id, asset_id, quantity, held in rows.values_list("account_id", "asset_id", "quantity", "held")
    }


def long_contract(account: Account, asset: Asset) -> LongContract:
    """Answer a contract as a do-not-exercise knows it, with what the account holds of it now."""
    held = Position.objects.filter(account=account, asset=asset).values_list("quantity", flat=True).first()
    contract = asset.contract
    is_american = contract.style == ExerciseStyle.AMERICAN
    return LongContract(asset.symbol, contract.expiration_date, is_american, held or Decimal(0))


def said_of(account: Account, asset: Asset) -> list[tuple[str, datetime]]:
    """Answer what was said of a position: each do-not-exercise, when it came in or else when it was taken back.

    What the expiration rules filed is nobody's word: it overtakes none.
    """
    rows = Instruction.objects.filter(account=account, asset=asset, kind=InstructionKind.DO_NOT_EXERCISE)
    rows = rows.exclude(source=InstructionSource.RULE)
    withdrawn = InstructionStatus.WITHDRAWN
    return [
        (status, ended_at if status == withdrawn and ended_at else received_at)
        for status, received_at, ended_at in rows.values_list("status", "received_at", "ended_at")
    ]
