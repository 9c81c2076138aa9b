"""What senders of instructions are told by mail: that a message came in, and what became of it (EX-14)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from accounts.choices import NoticeKind
from accounts.models import Account
from accounts.services.notices import Message, Recipient, give_notice
from brokerage.market_calendar import NEW_YORK
from brokerage.money import plain
from trading.choices import InstructionStatus
from trading.models import Instruction, InstructionMessage
from trading.rules.cutoffs import cutoff_on, hour_of


def tell_received(message: InstructionMessage, account: Account, at: datetime) -> None:
    """Confirm to a holder that a message came in, and say that it is not an instruction in force yet."""
    facts = {"name": account.name, "subject": message.subject, "received": _moment(message.received_at)}
    _send("received", account, message, f"message:{message.pk}:received", "Your message came in", facts, at)


def tell_dismissed(message: InstructionMessage, account: Account, reason: str, at: datetime) -> None:
    """Tell a holder that nothing is done on a message, and why."""
    facts = {"name": account.name, "subject": message.subject, "received": _moment(message.received_at)}
    subject = "Nothing was done on your message"
    _send("dismissed", account, message, f"message:{message.pk}:dismissed", subject, facts | {"reason": reason}, at)


def tell_confirmed(instruction: Instruction, at: datetime) -> None:
    """Acknowledge to the sender of a message that it is in force, or that something later counts."""
    is_in_force = instruction.status == InstructionStatus.IN_FORCE
    subject = f"{_counted(instruction)} of {instruction.asset.symbol} will not be exercised"
    _tell("confirmed", instruction, subject if is_in_force else "A later instruction counts", at)


def tell_rejected(instruction: Instruction, at: datetime) -> None:
    """Tell the sender of a message that it was not put in force in time."""
    _tell("lapsed", instruction, f"Your instruction on {instruction.asset.symbol} is not in force", at)


def _tell(template: str, instruction: Instruction, subject: str, at: datetime) -> None:
    message = instruction.message
    if message is None or not message.sender:
        return
    facts = {
        "name": instruction.account.name,
        "last_four": instruction.account.account_number[-4:],
        "contract": instruction.asset.name,
        "symbol": instruction.asset.symbol,
        "counted": _counted(instruction),
        "is_in_force": instruction.status == InstructionStatus.IN_FORCE,
        "received": _moment(instruction.received_at),
        "cutoff": hour_of(cutoff_on(instruction.asset.contract.expiration_date)),
    }
    key = f"instruction:{instruction.pk}:{instruction.status}"
    _send(template, instruction.account, message, key, subject, facts, at)


def _send(
    template: str,
    account: Account,
    message: InstructionMessage,
    key: str,
    subject: str,
    facts: Mapping[str, Any],
    at: datetime,
) -> None:
    body = render_to_string(f"trading/mail/message_{template}.txt", {"firm": account.correspondent.name, **facts})
    give_notice(
        Message(NoticeKind.INSTRUCTION, key, f"Strikebook: {subject}", body),
        [Recipient(message.sender, account.owner)],
        correspondent=account.correspondent,
        account=account,
        now=at,
    )


def _counted(instruction: Instruction) -> str:
    return f"{plain(instruction.quantity)} contract{'' if instruction.quantity == 1 else 's'}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%b %-d, %Y, %-I:%M %p} New York"
