"""Journals: cash and shares moved between a firm's account and its customers'."""

from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.models import Account, Correspondent, User
from brokerage.fields import MoneyField, PriceField, QuantityField
from brokerage.ids import time_ordered_id
from options.models import Asset
from trading.choices import JournalStatus, JournalType
from trading.models.ledger import LedgerTransaction


class JournalBatch(models.Model):
    """Journals that were asked for together, under an idempotency key of their own."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    is_reverse = models.BooleanField(default=False)
    idempotency_key = models.CharField(max_length=128, null=True)  # noqa: DJ001 - unique where it is given
    request_digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["correspondent", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="an_idempotency_key_is_used_once_for_a_batch",
            ),
        ]
        verbose_name_plural = "journal batches"
        triggers = [Audited(account="", correspondent="correspondent_id")]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Journal(models.Model):
    """One movement asked for, and where it stands (contract/accounts.md 5.3)."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    entry_type = models.CharField(max_length=4, choices=JournalType)
    from_account = models.ForeignKey(Account, models.PROTECT, related_name="journals_out")
    to_account = models.ForeignKey(Account, models.PROTECT, related_name="journals_in")
    amount = MoneyField(null=True)
    value_amount = MoneyField(help_text="What is moved in dollars: the amount, or the shares at their price.")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="+")
    quantity = QuantityField(null=True)
    price = PriceField(null=True)
    description = models.CharField(max_length=1024, blank=True)
    status = models.CharField(max_length=20, choices=JournalStatus)
    transaction = models.OneToOneField(LedgerTransaction, models.PROTECT, null=True, related_name="journal")
    idempotency_key = models.CharField(max_length=128, null=True)  # noqa: DJ001 - unique where it is given
    batch = models.ForeignKey(JournalBatch, models.PROTECT, null=True, related_name="journals")
    transmitter_name = models.CharField(max_length=255, blank=True)
    transmitter_account_number = models.CharField(max_length=255, blank=True)
    transmitter_address = models.CharField(max_length=255, blank=True)
    transmitter_financial_institution = models.CharField(max_length=255, blank=True)
    transmitter_timestamp = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    settle_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(entry_type=JournalType.JNLC, amount__gt=0, asset=None, quantity=None)
                | Q(entry_type=JournalType.JNLS, amount=None, asset__isnull=False, quantity__gt=0),
                name="a_journal_moves_cash_or_shares",
            ),
            models.UniqueConstraint(
                fields=["correspondent", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="an_idempotency_key_is_used_once",
            ),
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="a_journal_goes_somewhere_else"),
            models.CheckConstraint(
                condition=~Q(status=JournalStatus.EXECUTED) | Q(transaction__isnull=False),
                name="an_executed_journal_is_posted",
            ),
        ]
        indexes = [
            models.Index(fields=["correspondent", "-created_at", "-id"], name="journals_of_a_correspondent"),
            models.Index(fields=["to_account", "-created_at"], name="journals_to_an_account"),
            models.Index(fields=["from_account", "-created_at"], name="journals_from_an_account"),
        ]
        triggers = [Audited(account="from_account_id,to_account_id")]

    def __str__(self) -> str:
        return f"{self.entry_type} {self.status}"
