"""Option contracts: the terms of an asset whose class is `us_option`."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from brokerage.fields import MoneyField, PriceField
from options.choices import ExerciseStyle, Right
from options.models.assets import Asset
from options.rules.contracts import ContractTerms


class OptionContract(models.Model):
    """What one contract is about. One contract, one key: `osi_key`, the clearing files' 21 characters.

    Premium and strike extend by `multiplier`; `deliverable` is the shares that change hands, and
    `deliverable_cash_amount` the dollars beside them. They are facts apart (domain rule SY-5).
    `retired_at` is when the last session was over: a retired contract's asset is inactive.
    """

    asset = models.OneToOneField(Asset, models.PROTECT, primary_key=True, related_name="contract")
    osi_key = models.CharField(max_length=21, unique=True)
    underlying = models.ForeignKey(Asset, models.PROTECT, related_name="contracts", db_index=False)
    root_symbol = models.CharField(max_length=6)
    right = models.CharField(max_length=4, choices=Right)
    style = models.CharField(max_length=8, choices=ExerciseStyle, default=ExerciseStyle.AMERICAN)
    strike_price = PriceField()
    expiration_date = models.DateField()
    multiplier = models.PositiveIntegerField(default=100)
    deliverable = models.PositiveIntegerField(default=100)
    deliverable_cash_amount = MoneyField(default=Decimal(0))
    open_interest = models.PositiveIntegerField(null=True)
    open_interest_date = models.DateField(null=True)
    close_price = PriceField(null=True)
    close_price_date = models.DateField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(osi_key__regex=r"^.{21}$"), name="a_clearing_key_has_21_characters"),
            models.CheckConstraint(condition=Q(right__in=Right.values), name="a_contract_is_a_call_or_a_put"),
            models.CheckConstraint(
                condition=Q(style__in=ExerciseStyle.values), name="a_contract_is_american_or_european"
            ),
            models.CheckConstraint(condition=Q(strike_price__gt=0), name="a_strike_is_above_zero"),
            models.CheckConstraint(condition=Q(multiplier__gt=0), name="a_multiplier_is_above_zero"),
            models.CheckConstraint(
                condition=Q(deliverable_cash_amount__gte=0), name="deliverable_cash_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(close_price__isnull=True) | Q(close_price__gte=0), name="a_close_price_is_not_negative"
            ),
        ]
        indexes = [
            # The contract list: one underlying's live contracts in the order of their keys.
            models.Index(fields=["underlying", "osi_key"], name="contracts_of_an_underlying"),
            models.Index(
                fields=["underlying", "expiration_date"],
                condition=Q(retired_at__isnull=True),
                name="live_contracts_by_underlying",
            ),
            # The list without an underlying, in the order of its keys.
            models.Index(fields=["osi_key"], condition=Q(retired_at__isnull=True), name="live_contracts_by_key"),
            # What has to retire at a close, and what a clock set back brings to life again.
            models.Index(
                fields=["expiration_date"], condition=Q(retired_at__isnull=True), name="live_contracts_by_expiration"
            ),
            models.Index(fields=["retired_at"], condition=Q(retired_at__isnull=False), name="contracts_by_retirement"),
        ]

    def __str__(self) -> str:
        return self.osi_key

    @property
    def terms(self) -> ContractTerms:
        """Answer what the contract's symbol says of it."""
        return ContractTerms(self.root_symbol, self.expiration_date, Right(self.right), self.strike_price)
