"""What falls due of instructions: those that nobody confirmed lapse, and the mailbox is looked into."""

from datetime import datetime

from django.conf import settings

from brokerage import schedule
from trading.choices import InstructionKind, InstructionStatus
from trading.mailbox.imap import look_soon
from trading.models import Instruction
from trading.rules.cutoffs import FILING_AFTER_CLOSE
from trading.services.do_not_exercise import lapse_do_not_exercise


def take_instructions() -> None:
    """Register what falls due, and open the door to a mail provider where one is configured."""
    schedule.at_close(lapse_unconfirmed, after=FILING_AFTER_CLOSE)
    schedule.every_tick(look_soon)
    if settings.MAILBOX.webhook_secret:
        from trading.mailbox import webhook

        webhook.connect()


def lapse_unconfirmed(at: datetime) -> None:
    """Let go of every do-not-exercise that still waits for a second person when its filing deadline is past."""
    waiting = Instruction.objects.filter(kind=InstructionKind.DO_NOT_EXERCISE, status=InstructionStatus.PROPOSED)
    for instruction_id in waiting.order_by("pk").values_list("pk", flat=True):
        lapse_do_not_exercise(instruction_id=instruction_id, at=at)
