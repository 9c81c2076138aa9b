"""Who told a customer that a position of theirs expires, and when."""

from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.models import Account, Correspondent, User
from options.models import Asset
from trading.choices import Projected


class ExpirationNotice(models.Model):
    """That the holder was told what becomes of a position: `projected` is what was said then.

    `address` is where the mail went; empty where none is on file and somebody else told them. The
    newest of a position is the one that counts.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+", db_index=False)
    expiration_date = models.DateField()
    projected = models.CharField(max_length=16, choices=Projected)
    address = models.CharField(max_length=320, blank=True)
    told_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(projected__in=Projected.values), name="what_was_told_is_an_outcome"),
        ]
        indexes = [
            models.Index(fields=["account", "asset", "-told_at"], name="who_was_told_of_a_position"),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.projected}"
