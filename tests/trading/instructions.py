"""What the tests of instructions share: longs that expire on a Friday, and mails that say not to exercise them."""

from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from django.db.models import Q

from accounts.choices import Role
from accounts.models import Account, Correspondent, Notice, User
from accounts.services.users import system_user
from brokerage import clock
from brokerage.models import Event
from tests.factories import make_staff
from tests.market import LONG_CALL, make_trader, trade
from trading.models import Instruction, InstructionMessage
from trading.rules.do_not_exercise import DoNotExerciseRequest
from trading.services.do_not_exercise import file_do_not_exercise
from trading.services.messages import receive_message

EXPIRES = "2024-01-26"


def make_holder(correspondent: Correspondent, quantity: int = 3) -> Account:
    """Make an account that is long so many calls which expire on that Friday."""
    account = make_trader(correspondent, cash="5000")
    trade(account, LONG_CALL, "buy", str(quantity))
    return account


def second_person(correspondent: Correspondent | None) -> User:
    """Make another clerk of operations: who confirms what the first one entered."""
    firm = correspondent.code.lower() if correspondent else "broker"
    return make_staff(Role.OPERATIONS, correspondent, email=f"second@{firm}.example")


def mark(
    actor: User, account: Account, quantity: str | None = None, symbol: str = LONG_CALL, **asked: Any
) -> Instruction:
    """File a do-not-exercise."""
    request = DoNotExerciseRequest(Decimal(quantity) if quantity else None, **asked)
    return file_do_not_exercise(actor=actor, account_id=account.pk, symbol_or_id=symbol, asked=request)


def mail(
    sender: str, *, subject: str = "Do not exercise", body: str = "Please do not exercise.", **headers: str
) -> bytes:
    """Answer a mail as it comes over the wire."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "instructions@broker.example", subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


def receive(raw: bytes, **given: Any) -> InstructionMessage:
    """Receive a mail now."""
    return receive_message(actor=system_user(), raw=raw, received_at=clock.now(), **given)


def written() -> tuple[Any, ...]:
    """Answer what an act on instructions could have changed."""
    instructions = list(Instruction.objects.order_by("pk").values_list("pk", "status", "ended_at", "confirmed_by"))
    messages = list(InstructionMessage.objects.order_by("pk").values_list("pk", "status", "note"))
    said = Event.objects.filter(Q(type__startswith="do_not_exercise") | Q(type__startswith="instruction_message"))
    return instructions, messages, said.count(), Notice.objects.count()
