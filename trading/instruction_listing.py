"""Pages of instructions, the last received first."""

from collections.abc import Sequence

from accounts.models import Account
from brokerage.keyset import Page, read_page
from trading.choices import InstructionKind
from trading.models import Instruction
from trading.rules.instruction_status import STATUSES

INSTRUCTION_KEYS = ("-received_at", "-id")
DO_NOT_EXERCISE_STATUSES = tuple(status.value for status in STATUSES[InstructionKind.DO_NOT_EXERCISE])


def page_do_not_exercise(account: Account, *, statuses: Sequence[str], size: int, after: str = "") -> Page[Instruction]:
    """Answer a page of the account's do-not-exercise instructions, in some of their states or in all."""
    rows = Instruction.objects.filter(account=account, kind=InstructionKind.DO_NOT_EXERCISE).select_related("asset")
    if statuses:
        rows = rows.filter(status__in=statuses)
    return read_page(rows, INSTRUCTION_KEYS, size=size, after=after)
