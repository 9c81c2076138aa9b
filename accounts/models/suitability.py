"""What the holder answered about money, experience and aims (FINRA 2360(b)(16))."""

from django.db import models

from accounts.auditing import Audited
from accounts.choices import Experience, LiquidityNeeds, MaritalStatus, Objective, RiskTolerance, TimeHorizon
from accounts.models.accounts import Account
from accounts.models.users import User
from brokerage.fields import MoneyField


class Suitability(models.Model):
    """One revision of the ten answers; the newest counts, earlier ones stay beside it (AA-16).

    An empty column is a question not answered, never zero (AA-6).
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="suitability")
    annual_income_min = MoneyField(null=True)
    annual_income_max = MoneyField(null=True)
    total_net_worth_min = MoneyField(null=True)
    total_net_worth_max = MoneyField(null=True)
    liquid_net_worth_min = MoneyField(null=True)
    liquid_net_worth_max = MoneyField(null=True)
    liquidity_needs = models.CharField(max_length=20, choices=LiquidityNeeds, blank=True)
    investment_experience_with_stocks = models.CharField(max_length=20, choices=Experience, blank=True)
    investment_experience_with_options = models.CharField(max_length=20, choices=Experience, blank=True)
    risk_tolerance = models.CharField(max_length=20, choices=RiskTolerance, blank=True)
    investment_objective = models.CharField(max_length=40, choices=Objective, blank=True)
    investment_time_horizon = models.CharField(max_length=20, choices=TimeHorizon, blank=True)
    marital_status = models.CharField(max_length=10, choices=MaritalStatus, blank=True)
    number_of_dependents = models.PositiveSmallIntegerField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        get_latest_by = "id"
        indexes = [models.Index(fields=["account", "-id"], name="suitability_newest_first")]
        verbose_name_plural = "suitability"
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"suitability of {self.account_id}, revision {self.pk}"
