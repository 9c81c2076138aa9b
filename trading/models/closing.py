"""What accounts were worth at the close of each session."""

from django.db import models

from accounts.models import Account
from brokerage.fields import MoneyField


class ClosingBalance(models.Model):
    """One account at one close: the trading account's `last_…` values, and a point of its equity over time."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="closing_balances", db_index=False)
    date = models.DateField()
    cash_amount = MoneyField()
    equity_amount = MoneyField()
    long_market_value_amount = MoneyField()
    short_market_value_amount = MoneyField()
    initial_margin_amount = MoneyField()
    maintenance_margin_amount = MoneyField()
    buying_power_amount = MoneyField()
    options_buying_power_amount = MoneyField()
    unpriced_positions = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "date"], name="an_account_closes_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.date}"
