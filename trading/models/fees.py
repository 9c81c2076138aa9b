"""What trades are charged by regulators and the clearing house: dated rates, and what is owed until it is booked."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import Account
from brokerage.fields import MoneyField, QuantityField
from options.choices import AssetClass
from trading.choices import FeeBasis, FeeKind, OrderSide
from trading.models.ledger import LedgerTransaction


class FeeRate(models.Model):
    """One rate from its effective date on, until a later row for the same thing (domain rule FE-1).

    It is charged on trades in `asset_class` of that `side` (empty: both) that were executed at
    `exchange` (empty: at any without a rate of its own). `rate` is dollars for each share, each
    contract, or each dollar of proceeds, as `basis` says; `cap_amount` is the most that one
    execution pays. What ends has a row with a rate of zero. `notice` is where it was published.
    """

    kind = models.CharField(max_length=4, choices=FeeKind)
    asset_class = models.CharField(max_length=10, choices=AssetClass)
    side = models.CharField(max_length=4, choices=OrderSide, blank=True)
    exchange = models.CharField(max_length=8, blank=True)
    basis = models.CharField(max_length=12, choices=FeeBasis)
    rate = models.DecimalField(max_digits=18, decimal_places=10)
    cap_amount = MoneyField(null=True)
    effective_from = models.DateField()
    notice = models.CharField(max_length=200)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "asset_class", "side", "exchange", "effective_from"],
                name="a_fee_has_one_rate_from_a_date",
            ),
            models.CheckConstraint(condition=Q(rate__gte=0), name="a_fee_rate_is_not_negative"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.rate.normalize():f} from {self.effective_from}"


class AccruedFee(models.Model):
    """What an account owes of one fee for one day's trades: exact, until it is booked as one `FEE` row.

    The day's total is rounded up to the cent once, when it is booked (domain rule FE-7). What a
    bust gives back is taken off the day on which it was reported.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="accrued_fees", db_index=False)
    trade_date = models.DateField()
    kind = models.CharField(max_length=4, choices=FeeKind)
    exact_amount = QuantityField(default=Decimal(0))
    quantity = QuantityField(default=Decimal(0), help_text="Shares or contracts that were charged.")
    executions = models.IntegerField(default=0)
    booked_by = models.OneToOneField(LedgerTransaction, models.PROTECT, null=True, related_name="fee")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "trade_date", "kind"],
                condition=Q(booked_by=None),
                name="a_day_has_one_open_total_of_a_fee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.exact_amount.normalize():f} for {self.trade_date}"
