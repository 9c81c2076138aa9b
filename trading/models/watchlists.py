"""Watchlists: assets that somebody keeps an eye on (contract/trading.md 8.2)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.auditing import Audited
from accounts.models import Account
from brokerage.ids import time_ordered_id


class Watchlist(models.Model):
    """A list of assets under a name, in the order in which they were put on it."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="watchlists", db_index=False)
    name = models.CharField(max_length=64)
    asset_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="a_watchlist_name_is_used_once_in_an_account")
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return self.name
