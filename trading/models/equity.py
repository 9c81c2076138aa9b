"""What accounts were worth while the market was open."""

from django.db import models

from accounts.models import Account
from brokerage.fields import MoneyField


class EquityPoint(models.Model):
    """One account's equity at one moment of a session, stored by the worker and never made up afterwards.

    Closes are `ClosingBalance` rows. Points are kept for as long as a chart may ask for them.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="equity_points", db_index=False)
    at = models.DateTimeField()
    equity_amount = MoneyField()
    cash_amount = MoneyField()
    unpriced_positions = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "at"], name="an_account_has_one_equity_at_a_moment")]
        indexes = [models.Index(fields=["at"], name="equity_points_by_time")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at}"
