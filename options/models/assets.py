"""Everything that a position can be in: shares, contracts, and dollars."""

import uuid

from django.db import models
from django.db.models import Q

from options.choices import AssetClass, AssetStatus, Exchange, TickClass


class AssetQuerySet(models.QuerySet["Asset"]):
    """Assets, by class."""

    def shares(self) -> "AssetQuerySet":
        """Keep what options are written on."""
        return self.filter(asset_class=AssetClass.US_EQUITY)


class Asset(models.Model):
    """One thing that is held and traded, or the money that pays for it.

    `tick_class` is said of a share and is about the options on it (domain rule OR-2).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    symbol = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=255)
    asset_class = models.CharField(max_length=10, choices=AssetClass)
    exchange = models.CharField(max_length=10, choices=Exchange, blank=True)
    status = models.CharField(max_length=8, choices=AssetStatus, default=AssetStatus.ACTIVE)
    tradable = models.BooleanField(default=True)
    marginable = models.BooleanField(default=True)
    shortable = models.BooleanField(default=False)
    easy_to_borrow = models.BooleanField(default=False)
    fractionable = models.BooleanField(default=False)
    tick_class = models.CharField(max_length=16, choices=TickClass, default=TickClass.STANDARD)

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(symbol__regex=r"^[A-Z0-9][A-Z0-9./-]*$"), name="an_asset_has_a_symbol_in_capitals"
            ),
            models.CheckConstraint(condition=Q(asset_class__in=AssetClass.values), name="an_asset_is_of_a_known_class"),
            models.CheckConstraint(condition=Q(status__in=AssetStatus.values), name="an_asset_is_active_or_inactive"),
            models.CheckConstraint(
                condition=Q(tick_class__in=TickClass.values), name="an_asset_is_of_a_known_tick_class"
            ),
        ]
        indexes = [
            models.Index(fields=["asset_class", "symbol"], name="assets_listed_by_class"),
        ]

    def __str__(self) -> str:
        return self.symbol

    @property
    def is_option(self) -> bool:
        """Say whether this is an option contract."""
        return self.asset_class == AssetClass.US_OPTION
