"""The ledger: double entry over dollars, shares and contracts. Append-only, kept so by triggers."""

from uuid import UUID

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Account, Correspondent
from brokerage.fields import MoneyField, PriceField, QuantityField
from brokerage.ids import time_ordered_id
from options.models import Asset
from trading.choices import ActivityStatus, ActivityType, HouseBook, OrderSide, OrderStatus
from trading.models.orders import Order

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class LedgerTransaction(models.Model):
    """Postings that happen together. `reference` is what happened, so that nothing posts twice.

    A mistake is reversed, never edited: the reversal moves the same the other way round, and points
    at what it `reverses`.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    activity_type = models.CharField(max_length=5, choices=ActivityType)
    reference = models.CharField(max_length=120)
    group_id = models.UUIDField(null=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    trade_date = models.DateField()
    settle_date = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reference"], name="nothing_is_posted_twice")]
        indexes = [models.Index(fields=["-at"], name="ledger_by_time")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.activity_type} {self.reference}"


def _one_book(side: str) -> Q:
    account, house = {f"{side}_account__isnull": False, f"{side}_book": ""}, {f"{side}_account__isnull": True}
    return Q(**account) | (Q(**house) & ~Q(**{f"{side}_book": ""}))


class Posting(models.Model):
    """An amount above zero of one asset from a source to a destination: it cannot be unbalanced.

    Each end is an account or, at the edge of the customers' books, a house book.
    """

    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="postings")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+", db_index=False)
    quantity = QuantityField()
    source_account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    source_book = models.CharField(max_length=10, choices=HouseBook, blank=True)
    destination_account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    destination_book = models.CharField(max_length=10, choices=HouseBook, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_posting_moves_something"),
            models.CheckConstraint(condition=_one_book("source"), name="a_posting_has_one_source"),
            models.CheckConstraint(condition=_one_book("destination"), name="a_posting_has_one_destination"),
            models.CheckConstraint(
                condition=Q(source_account=None)
                | Q(destination_account=None)
                | ~Q(source_account=F("destination_account")),
                name="a_posting_goes_somewhere_else",
            ),
        ]
        indexes = [
            models.Index(
                fields=["source_account"], condition=Q(source_account__isnull=False), name="postings_from_an_account"
            ),
            models.Index(
                fields=["destination_account"],
                condition=Q(destination_account__isnull=False),
                name="postings_to_an_account",
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.asset_id}"


class Activity(models.Model):
    """The face of a ledger transaction that one account sees (contract/trading.md 5).

    `id` is the wire's: New York time in 17 digits, `::`, a UUID; its order is the order of time.
    Trade rows (`FILL`) carry the order's side of it and the exchange that executed it, the others
    do not. One that takes an execution back has its quantity below zero.
    """

    id = models.CharField(primary_key=True, max_length=55, editable=False)
    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="activities")
    account = models.ForeignKey(Account, models.PROTECT, related_name="activities", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    activity_type = models.CharField(max_length=5, choices=ActivityType)
    sub_type = models.CharField(max_length=5, blank=True)
    date = models.DateField()
    at = models.DateTimeField()
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="+")
    quantity = QuantityField(null=True)
    price = PriceField(null=True)
    net_amount = MoneyField()
    description = models.CharField(max_length=1024, blank=True)
    status = models.CharField(max_length=10, choices=ActivityStatus, default=ActivityStatus.EXECUTED)
    group_id = models.UUIDField(null=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="activities", db_index=False)
    side = models.CharField(max_length=4, choices=OrderSide, blank=True)
    exchange = models.CharField(max_length=8, blank=True)
    cumulative_quantity = QuantityField(null=True)
    leaves_quantity = QuantityField(null=True)
    order_status = models.CharField(max_length=20, choices=OrderStatus, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(activity_type=ActivityType.FILL)
                | Q(order__isnull=False, price__isnull=False, cumulative_quantity__isnull=False),
                name="a_fill_names_its_order",
            )
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="activities_of_an_account"),
            models.Index(fields=["correspondent", "-id"], name="activities_of_a_correspondent"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="activities_of_an_order"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.activity_type} {self.id}"


def activity_id(stamp: str, unique: UUID) -> str:
    """Answer the wire's id from a 17-digit New York time and a UUID (contract/trading.md 5.2)."""
    return f"{stamp}::{unique}"
