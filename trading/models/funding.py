"""Banks, and cash that moves between them and accounts (contract/accounts.md 5.1, 5.2)."""

from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.models import Account, User
from brokerage.fields import MoneyField
from brokerage.ids import time_ordered_id
from trading.choices import (
    AchStatus,
    BankAccountType,
    BankCodeType,
    BankStatus,
    FeePaymentMethod,
    TransferDirection,
    TransferStatus,
    TransferType,
)
from trading.models.ledger import LedgerTransaction
from trading.rules.funding import UNDER_WAY


class AchRelationship(models.Model):
    """A bank account that an account may draw on and pay out to by ACH; one at a time.

    The bank's number is sealed (RK-10); its last four digits are there to show.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="ach_relationships")
    status = models.CharField(max_length=16, choices=AchStatus, default=AchStatus.QUEUED)
    account_owner_name = models.CharField(max_length=200)
    bank_account_type = models.CharField(max_length=8, choices=BankAccountType, blank=True)
    bank_account_number_sealed = models.BinaryField()
    bank_account_last_four = models.CharField(max_length=4, blank=True)
    bank_routing_number = models.CharField(max_length=9)
    nickname = models.CharField(max_length=120, blank=True)
    processor_token_digest = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status__in=[AchStatus.QUEUED, AchStatus.PENDING, AchStatus.APPROVED]),
                name="an_account_has_one_ach_relationship_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="ach_of_an_account"),
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=[AchStatus.QUEUED, AchStatus.PENDING, AchStatus.CANCEL_REQUESTED]),
                name="ach_that_waits",
            ),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"ACH …{self.bank_account_last_four} {self.status}"


class Bank(models.Model):
    """A bank that an account may wire to. Its account number is sealed (RK-10)."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="banks")
    status = models.CharField(max_length=16, choices=BankStatus, default=BankStatus.QUEUED)
    name = models.CharField(max_length=200)
    bank_code = models.CharField(max_length=11)
    bank_code_type = models.CharField(max_length=3, choices=BankCodeType)
    account_number_sealed = models.BinaryField()
    account_number_digest = models.CharField(max_length=64)
    account_number_last_four = models.CharField(max_length=4, blank=True)
    country = models.CharField(max_length=60, blank=True)
    state_province = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    street_address = models.CharField(max_length=200, blank=True)
    extra_fields = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "bank_code", "account_number_digest"],
                condition=~Q(status__in=[BankStatus.CANCELED, BankStatus.REJECTED]),
                name="an_account_has_a_bank_once",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="banks_of_an_account"),
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=[BankStatus.QUEUED, BankStatus.SENT_TO_CLEARING]),
                name="banks_that_wait",
            ),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.name} …{self.account_number_last_four}"


class Transfer(models.Model):
    """Cash on its way in or out, and where it stands.

    `requested_amount` is what the account gains or parts with, `amount` what arrives: less the fee
    where the user pays it. What goes out is held (`hold_amount`) until it is posted. `moves_at` is
    when the rail, or its expiry, next moves it; none where nothing but a person does.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="transfers")
    transfer_type = models.CharField(max_length=4, choices=TransferType)
    direction = models.CharField(max_length=8, choices=TransferDirection)
    status = models.CharField(max_length=16, choices=TransferStatus, default=TransferStatus.QUEUED)
    reason = models.CharField(max_length=200, blank=True)
    amount = MoneyField()
    requested_amount = MoneyField()
    fee_amount = MoneyField(default=0)
    fee_payment_method = models.CharField(max_length=7, choices=FeePaymentMethod, default=FeePaymentMethod.INVOICE)
    relationship = models.ForeignKey(AchRelationship, models.PROTECT, null=True, related_name="transfers")
    bank = models.ForeignKey(Bank, models.PROTECT, null=True, related_name="transfers")
    additional_information = models.CharField(max_length=1024, blank=True)
    hold_amount = MoneyField(default=0)
    trade_date = models.DateField()
    expires_at = models.DateTimeField()
    moves_at = models.DateTimeField(null=True)
    one_time_key = models.UUIDField(null=True)
    transaction = models.OneToOneField(LedgerTransaction, models.PROTECT, null=True, related_name="transfer")
    returned_by = models.OneToOneField(LedgerTransaction, models.PROTECT, null=True, related_name="returned_transfer")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, requested_amount__gt=0), name="a_transfer_moves_something"
            ),
            models.CheckConstraint(condition=Q(fee_amount__gte=0), name="a_transfer_fee_is_not_negative"),
            models.CheckConstraint(
                condition=Q(hold_amount=0)
                | Q(
                    hold_amount=F("requested_amount"),
                    direction=TransferDirection.OUTGOING,
                    status__in=UNDER_WAY,
                ),
                name="only_what_is_on_its_way_out_is_held",
            ),
            models.UniqueConstraint(fields=["account", "one_time_key"], name="a_form_makes_one_transfer"),
            models.CheckConstraint(
                condition=Q(transfer_type=TransferType.ACH, relationship__isnull=False, bank=None)
                | Q(transfer_type=TransferType.WIRE, bank__isnull=False, relationship=None),
                name="a_transfer_names_its_bank",
            ),
            models.CheckConstraint(
                condition=~Q(status=TransferStatus.COMPLETE) | Q(transaction__isnull=False),
                name="a_complete_transfer_is_posted",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="transfers_of_an_account"),
            models.Index(
                fields=["account"],
                include=["hold_amount"],
                condition=Q(hold_amount__gt=0),
                name="what_transfers_hold",
            ),
            models.Index(fields=["moves_at"], condition=Q(moves_at__isnull=False), name="transfers_that_move"),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.transfer_type} {self.direction} {self.amount} {self.status}"
