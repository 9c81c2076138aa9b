"""Quotes that somebody set by hand, in the sandbox."""

from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from brokerage.fields import PriceField
from options.models.assets import Asset


class PinnedQuote(models.Model):
    """The quote that stands for an asset until it is let go. A column left out is not quoted."""

    asset = models.OneToOneField(Asset, models.PROTECT, primary_key=True, related_name="pinned_quote")
    bid_price = PriceField(null=True)
    ask_price = PriceField(null=True)
    last_price = PriceField(null=True)
    bid_size = models.PositiveIntegerField(null=True)
    ask_size = models.PositiveIntegerField(null=True)
    pinned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(bid_price__isnull=False) | Q(ask_price__isnull=False) | Q(last_price__isnull=False),
                name="a_pinned_quote_has_a_price",
            ),
            models.CheckConstraint(
                condition=Q(bid_price__isnull=True) | Q(ask_price__isnull=True) | Q(bid_price__lte=F("ask_price")),
                name="a_pinned_quote_is_not_crossed",
            ),
            models.CheckConstraint(
                condition=(Q(bid_price__isnull=True) | Q(bid_price__gte=0))
                & (Q(ask_price__isnull=True) | Q(ask_price__gt=0))
                & (Q(last_price__isnull=True) | Q(last_price__gt=0)),
                name="a_pinned_price_is_not_negative",
            ),
        ]
        triggers = [Audited(account="")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.bid_price} by {self.ask_price}"
