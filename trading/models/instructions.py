"""What holders say of the contracts they are long: exercise them, or do not; and the messages that say so."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.models import Account, Correspondent, User
from brokerage.fields import MoneyField, QuantityField
from brokerage.ids import time_ordered_id
from options.models import Asset
from trading.choices import InstructionKind, InstructionSource, InstructionStatus, LateExcuse, MessageStatus


class InstructionMessage(models.Model):
    """A message that came by mail, kept as it was received: the record of an instruction (domain rule EX-14).

    `received_at` is when it came in, not when somebody read it. The correspondent is that of the
    one account that the sender's address belongs to; without it only the broker's people see it.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, null=True, related_name="+")
    message_id = models.CharField(max_length=255, unique=True)
    sender = models.EmailField(max_length=254, blank=True)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=998, blank=True)
    body = models.TextField(blank=True)
    raw = models.BinaryField(help_text="The whole message, as it came.")
    received_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=MessageStatus, default=MessageStatus.NEW)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=1024, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status=MessageStatus.NEW, closed_at=None)
                | (~Q(status=MessageStatus.NEW) & Q(closed_at__isnull=False)),
                name="a_message_that_was_dealt_with_says_when",
            ),
        ]
        indexes = [models.Index(fields=["status", "-received_at", "-id"], name="messages_by_status")]
        triggers = [Audited(account="", correspondent="correspondent_id", hidden=["raw", "body"])]

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject}"


class Instruction(models.Model):
    """An exercise, or a do-not-exercise, of `quantity` contracts of one position.

    An exercise is posted when it is accepted; `status` then follows the clearing house (EX-4). Of
    several do-not-exercise instructions the last in time counts: it supersedes the one before
    (EX-15). One that came by message, or late with an `excuse` (EX-13), is confirmed by somebody other
    than who entered it (EX-14, AA-21); `reason` then is the evidence.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="instructions", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=InstructionKind)
    source = models.CharField(max_length=10, choices=InstructionSource)
    quantity = QuantityField()
    status = models.CharField(max_length=12, choices=InstructionStatus)
    received_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1024, blank=True)
    excuse = models.CharField(max_length=16, choices=LateExcuse, blank=True)
    rule_version = models.CharField(max_length=32, blank=True)
    commission_amount = MoneyField(default=Decimal(0))
    group_id = models.UUIDField(null=True, help_text="Of the activities that an exercise posted.")
    message = models.ForeignKey(InstructionMessage, models.PROTECT, null=True, related_name="instructions")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="an_instruction_is_of_something"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="who_entered_an_instruction_does_not_confirm_it",
            ),
            models.UniqueConstraint(
                fields=["account", "asset"],
                condition=Q(kind=InstructionKind.DO_NOT_EXERCISE, status=InstructionStatus.IN_FORCE),
                name="one_do_not_exercise_is_in_force_for_a_position",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-received_at", "-id"], name="instructions_of_an_account"),
            models.Index(fields=["correspondent", "-received_at", "-id"], name="instructions_of_correspondents"),
            models.Index(
                fields=["asset"], condition=Q(status=InstructionStatus.IN_FORCE), name="instructions_in_force"
            ),
            models.Index(
                fields=["status"],
                condition=Q(status__in=[InstructionStatus.ACCEPTED, InstructionStatus.TENDERED]),
                name="exercises_to_be_cleared",
            ),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity.normalize():f} {self.asset_id} {self.status}"
