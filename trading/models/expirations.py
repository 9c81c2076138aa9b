"""An expiration day, position by position: what was decided, and how far it has come."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from accounts.models import Account, Correspondent
from brokerage.fields import PriceField, QuantityField
from options.models import Asset
from trading.choices import ExpirationPhase, ExpirationState
from trading.models.orders import Order


class Expiration(models.Model):
    """The contracts that expire on one date, from the first review to the last posting.

    `closing_prices` are the underlyings' prices that moneyness was tested with, by symbol, and
    `rule_version` names the rules: whoever asks why finds what was known (domain rules EX-9, XD-6).
    """

    date = models.DateField(primary_key=True)
    phase = models.CharField(max_length=10, choices=ExpirationPhase, default=ExpirationPhase.REVIEW)
    rule_version = models.CharField(max_length=32)
    closing_prices = models.JSONField(default=dict)
    reviewed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.date} {self.phase}"


class ExpiringPosition(models.Model):
    """One position on its last day. `quantity` is what was held at the last review, short below zero.

    The other quantities, all above zero, say what became of it. They add up to `quantity` when
    the day is finished; what was traded away before is not in it.
    """

    expiration = models.ForeignKey(Expiration, models.PROTECT, related_name="positions", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="expiring_positions", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+", db_index=False)
    quantity = QuantityField()
    state = models.CharField(max_length=16, choices=ExpirationState)
    underlying_price = PriceField(null=True)
    reason = models.CharField(max_length=255, blank=True)
    decided_at = models.DateTimeField()
    liquidation = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+", db_index=False)
    exercised_quantity = QuantityField(default=Decimal(0))
    assigned_quantity = QuantityField(default=Decimal(0))
    expired_quantity = QuantityField(default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["expiration", "account", "asset"], name="a_position_expires_once_on_its_date"
            ),
            models.CheckConstraint(
                condition=Q(exercised_quantity__gte=0, assigned_quantity__gte=0, expired_quantity__gte=0),
                name="what_became_of_a_position_is_not_negative",
            ),
        ]
        indexes = [
            # None holds the state: it changes three times for every row, and touches no index.
            models.Index(fields=["correspondent", "expiration"], name="expiring_in_a_correspondent"),
            models.Index(fields=["asset", "account"], name="expiring_positions_by_asset"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.asset_id} {self.state}"
