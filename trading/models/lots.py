"""What each position is made of, purchase by purchase, and what was realized: a projection of the ledger."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from accounts.models import Account, Correspondent
from brokerage.fields import MoneyField, QuantityField
from brokerage.ids import time_ordered_id
from options.models import Asset
from trading.models.ledger import LedgerTransaction


class Lot(models.Model):
    """What one transaction added to a position: `quantity` of it is left, short below zero, at `cost_amount`.

    Cost is signed as a position's is: negative was received (domain rule TX-10). It carries the
    premium of an option that was exercised or assigned (TX-1, TX-2). The position's quantity and
    cost are the sums over its lots. `opened_on` begins the holding period, the day after (TX-5).
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="lots", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+", db_index=False)
    opened_by = models.ForeignKey(LedgerTransaction, models.PROTECT, null=True, related_name="+", db_index=False)
    opened_on = models.DateField()
    opened_quantity = QuantityField()
    opened_amount = MoneyField()
    quantity = QuantityField()
    cost_amount = MoneyField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(opened_quantity=0), name="a_lot_was_of_something"),
            models.CheckConstraint(
                condition=~Q(quantity=0) | Q(cost_amount=0), name="a_lot_that_is_gone_costs_nothing"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "asset", "opened_on", "id"], condition=~Q(quantity=0), name="open_lots_of_a_position"
            ),
            models.Index(fields=["account", "asset", "-opened_on"], name="lots_of_a_position"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.asset_id} of {self.opened_on}"


class LotClosing(models.Model):
    """What one transaction took off a lot, first in first out (domain rule TX-6), and what it realized.

    `quantity` is above zero. `cost_amount` left the lot; `proceeds_amount` came for it (for a
    short: what it cost to close, below zero). `gain_amount` is their difference; it is null where the
    option moved into shares by exercise or assignment, which realizes nothing (TX-3).
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    lot = models.ForeignKey(Lot, models.CASCADE, related_name="closings")
    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="lot_closings", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+", db_index=False)
    opened_on = models.DateField()
    closed_on = models.DateField()
    quantity = QuantityField()
    cost_amount = MoneyField()
    proceeds_amount = MoneyField()
    gain_amount = MoneyField(null=True)
    is_long_term = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=Decimal(0)), name="a_closing_takes_something_off_a_lot"),
        ]
        indexes = [models.Index(fields=["account", "-closed_on", "-id"], name="closings_of_an_account")]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.asset_id} on {self.closed_on}"
