"""What an account holds of one asset: a projection of the ledger, kept in the same transaction."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from accounts.models import Account, Correspondent
from brokerage.fields import MoneyField, QuantityField
from options.choices import AssetClass
from options.models import Asset
from options.rules.asset_ids import USD_ID


class PositionQuerySet(models.QuerySet["Position"]):
    """Reads of what is held."""

    def securities(self) -> "PositionQuerySet":
        """Answer what is held of shares and contracts: cash is the position in USD."""
        return self.exclude(asset_id=USD_ID).exclude(quantity=0)


class Position(models.Model):
    """`quantity` of an asset, short below zero, and what it cost in all (negative: was received).

    For USD the quantity is the cash balance and there is no cost. Always equal to the sum of
    the account's postings of that asset, and a security's to the sum of its open lots; `manage.py
    reconcile` holds it to that, and `manage.py rebuild_positions` makes it so from the ledger.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="positions", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+")
    quantity = QuantityField(default=Decimal(0))
    cost_amount = MoneyField(default=Decimal(0))

    objects = PositionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "asset"], name="an_account_has_one_position_in_an_asset"),
            # Shares that a put brought cost the strike less the premium, which may be below nothing.
            models.CheckConstraint(condition=~Q(quantity=0) | Q(cost_amount=0), name="a_flat_position_costs_nothing"),
        ]
        indexes = [
            # All that a correspondent's customers hold, asset by asset: the list goes through the assets by symbol.
            # No index says how much is held, so that a change of it touches none of them.
            models.Index(
                fields=["correspondent", "asset", "account"],
                condition=~Q(asset=USD_ID),
                name="holders_in_a_correspondent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.asset_id}"

    @property
    def multiplier(self) -> int:
        """What a price per share is multiplied by: 100 for a standard contract, 1 for a share."""
        return self.asset.contract.multiplier if self.asset.asset_class == AssetClass.US_OPTION else 1

    @property
    def average_entry_price(self) -> Decimal:
        """Price per share paid or received on average (domain rule TX-9); never negative."""
        return abs(self.cost_amount / self.quantity / self.multiplier)
