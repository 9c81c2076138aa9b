"""Correspondents and their accounts: the tenant, and the row that every act locks."""

import uuid
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat, Least, Lower

from accounts.auditing import Audited
from accounts.choices import (
    AccountKind,
    AccountStatus,
    AccountSubType,
    AccountType,
    AllocationMethod,
    EnabledAsset,
    Review,
    TradeConfirmEmail,
)
from accounts.models.users import User
from brokerage.fields import MoneyField

ACCOUNT_NUMBERS = "accounts_account_number"
NOT_AUDITED = ("search_text", "name_key", "last_equity_amount")  # what follows from other columns and rows
WAITING_TO_MOVE = Q(status__in=[AccountStatus.SUBMITTED, AccountStatus.APPROVED], is_status_pinned=False) | Q(
    status=AccountStatus.ACCOUNT_UPDATED
)
# The database's form of Account.options_trading_level: LEAST passes over caps that are not set.
LEVEL_IN_FORCE = Least(
    F("options_approved_level"), F("max_options_trading_level"), F("admin_max_options_trading_level")
)
IS_CUSTOMERS = Q(kind=AccountKind.CUSTOMER)


class Correspondent(models.Model):
    """A partner firm: the tenant. Its keys and staff see only what is its own (contract 1.2)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=120)
    options_enabled = models.BooleanField(default=True)
    journal_limit_amount = MoneyField(null=True)
    journal_daily_limit_amount = MoneyField(null=True)
    daily_transfer_limit_amount = MoneyField(null=True)
    least_deposit_amount = MoneyField(default=Decimal(0))
    least_withdrawal_amount = MoneyField(default=Decimal(0))
    opening_review = models.CharField(max_length=10, choices=Review, default=Review.AUTOMATIC)
    options_review = models.CharField(max_length=10, choices=Review, default=Review.AUTOMATIC)
    principals_for_level_2 = models.PositiveSmallIntegerField(default=1)
    reviewers = models.ManyToManyField(User, related_name="+", blank=True)
    requests_per_minute = models.PositiveIntegerField(null=True)
    firm_account = models.OneToOneField("accounts.Account", models.PROTECT, null=True, related_name="firm_of")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9]{1,4}$"), name="a_correspondent_code_is_1_to_4_capitals"
            ),
            models.CheckConstraint(
                condition=Q(journal_limit_amount__isnull=True) | Q(journal_limit_amount__gte=0),
                name="a_journal_limit_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(journal_daily_limit_amount__isnull=True) | Q(journal_daily_limit_amount__gte=0),
                name="a_daily_journal_limit_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(daily_transfer_limit_amount__isnull=True) | Q(daily_transfer_limit_amount__gte=0),
                name="a_daily_transfer_limit_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(least_deposit_amount__gte=0, least_withdrawal_amount__gte=0),
                name="the_least_that_moves_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(principals_for_level_2__in=[1, 2]), name="one_or_two_principals_approve_level_2"
            ),
        ]
        triggers = [Audited(account="", correspondent="id")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BrokerPolicy(models.Model):
    """What holds for every correspondent alike: one row (FD-6: a partner has no say in allocation)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    allocation_method = models.CharField(max_length=6, choices=AllocationMethod, default=AllocationMethod.RANDOM)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_broker_policy")]
        verbose_name_plural = "broker policies"
        triggers = [Audited(account="")]

    def __str__(self) -> str:
        return f"allocation {self.allocation_method}"


class AccountQuerySet(models.QuerySet["Account"]):
    """Accounts, by who may see them."""

    def visible_to(self, actor: User) -> "AccountQuerySet":
        """Keep what `actor` may see: everything, its correspondent's, or its own (FD-3)."""
        if actor.sees_every_correspondent:
            return self
        if actor.kind == "customer":
            return self.filter(owner=actor)
        return self.filter(correspondent_id=actor.correspondent_id)

    def customers(self) -> "AccountQuerySet":
        """Leave out firm accounts, which lists of accounts do not show."""
        return self.filter(kind=AccountKind.CUSTOMER)

    def waiting_to_move(self) -> "AccountQuerySet":
        """Keep those that the sandbox still has to move on (`rules.onboarding.sandbox_step`)."""
        return self.filter(WAITING_TO_MOVE)


class Account(models.Model):
    """One brokerage account: the consistency boundary (house style 3.3).

    The row that every act locks is kept slim; who the holder is lies in `Contact`, `Identity`
    and the others. `name`, `email_address` and `phone_number` repeat them for lists and search;
    `registered_email` is the form in which an address may be used once per correspondent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="accounts")
    # A sequence, not max() + 1: numbers are given without any lock that two openings share.
    account_number = models.CharField(
        max_length=9,
        unique=True,
        editable=False,
        db_default=Cast(
            Func(Value(ACCOUNT_NUMBERS), function="NEXTVAL", output_field=models.BigIntegerField()),
            models.CharField(max_length=9),
        ),
    )
    kind = models.CharField(max_length=10, choices=AccountKind, default=AccountKind.CUSTOMER)
    status = models.CharField(max_length=20, choices=AccountStatus, default=AccountStatus.SUBMITTED)
    is_status_pinned = models.BooleanField(default=False)
    crypto_status = models.CharField(max_length=20, choices=AccountStatus, default=AccountStatus.INACTIVE)
    currency = models.CharField(max_length=3, default="USD")
    account_type = models.CharField(max_length=20, choices=AccountType, default=AccountType.TRADING)
    account_sub_type = models.CharField(max_length=20, choices=AccountSubType, blank=True)
    enabled_assets = ArrayField(models.CharField(max_length=20, choices=EnabledAsset), default=list)

    name = models.CharField(max_length=200)
    email_address = models.CharField(max_length=320, blank=True)
    registered_email = models.CharField(max_length=320, blank=True)
    phone_number = models.CharField(max_length=40, blank=True)
    # Kept, so that lists in the order of names reach their index behind row-level security too.
    name_key = models.GeneratedField(
        expression=Lower("name"), output_field=models.CharField(max_length=200), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Lower(
            Concat(
                *(F("name"), Value(" "), F("email_address"), Value(" ")),
                *(F("account_number"), Value(" "), F("phone_number"), Value(" ")),
                Func(F("phone_number"), Value(r"\D"), Value(""), Value("g"), function="REGEXP_REPLACE"),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    options_approved_level = models.PositiveSmallIntegerField(default=0)
    options_approved_at = models.DateTimeField(null=True)
    max_options_trading_level = models.PositiveSmallIntegerField(null=True)
    admin_max_options_trading_level = models.PositiveSmallIntegerField(null=True)

    account_blocked = models.BooleanField(default=False)
    trading_blocked = models.BooleanField(default=False)
    transfers_blocked = models.BooleanField(default=False)
    incoming_transfers_blocked = models.BooleanField(default=False)
    outgoing_transfers_blocked = models.BooleanField(default=False)
    daily_transfer_limit_amount = MoneyField(null=True)
    kyc_results = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)

    suspend_trade = models.BooleanField(default=False)
    max_margin_multiplier = models.CharField(max_length=1, default="1")
    fractional_trading = models.BooleanField(default=True)
    no_shorting = models.BooleanField(default=False)
    trade_confirm_email = models.CharField(max_length=4, choices=TradeConfirmEmail, default=TradeConfirmEmail.ALL)
    ptp_no_exception_entry = models.BooleanField(default=False)
    disable_overnight_trading = models.BooleanField(default=False)
    is_configured = models.BooleanField(default=False)

    last_equity_amount = MoneyField(default=Decimal(0))
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="accounts")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["correspondent", "registered_email"],
                condition=Q(kind=AccountKind.CUSTOMER)
                & ~Q(status=AccountStatus.ACCOUNT_CLOSED)
                & ~Q(registered_email=""),
                name="an_email_is_registered_once_in_a_correspondent",
            ),
            models.CheckConstraint(condition=Q(options_approved_level__lte=3), name="an_approved_level_is_0_to_3"),
            models.CheckConstraint(
                condition=Q(max_options_trading_level__isnull=True) | Q(max_options_trading_level__lte=3),
                name="a_cap_on_the_level_is_0_to_3",
            ),
            models.CheckConstraint(
                condition=Q(admin_max_options_trading_level__isnull=True) | Q(admin_max_options_trading_level__lte=3),
                name="an_admin_cap_on_the_level_is_0_to_3",
            ),
            models.CheckConstraint(condition=Q(currency="USD"), name="an_account_is_kept_in_dollars"),
            models.CheckConstraint(
                condition=Q(status=AccountStatus.ACCOUNT_CLOSED, closed_at__isnull=False)
                | (~Q(status=AccountStatus.ACCOUNT_CLOSED) & Q(closed_at__isnull=True)),
                name="a_closed_account_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(account_number__regex=r"^[0-9]{9}$"), name="an_account_number_has_nine_digits"
            ),
        ]
        indexes = [
            models.Index(
                fields=["correspondent", "-created_at", "-id"],
                condition=Q(kind=AccountKind.CUSTOMER),
                name="accounts_listed_by_tenant",
            ),
            models.Index(
                fields=["-created_at", "-id"], condition=Q(kind=AccountKind.CUSTOMER), name="accounts_listed_by_broker"
            ),
            models.Index(
                fields=["correspondent", "name_key", "id"],
                condition=Q(kind=AccountKind.CUSTOMER),
                name="accounts_by_name_of_a_tenant",
            ),
            models.Index(
                fields=["name_key", "id"], condition=Q(kind=AccountKind.CUSTOMER), name="accounts_by_name_of_all"
            ),
            models.Index(
                fields=["correspondent", "status", "-created_at", "-id"],
                condition=IS_CUSTOMERS,
                name="accounts_by_status_of_a_tenant",
            ),
            models.Index(
                fields=["status", "-created_at", "-id"], condition=IS_CUSTOMERS, name="accounts_by_status_of_all"
            ),
            models.Index(
                F("correspondent"),
                LEVEL_IN_FORCE,
                F("created_at").desc(),
                F("id").desc(),
                condition=IS_CUSTOMERS,
                name="accounts_by_level_of_a_tenant",
            ),
            models.Index(
                LEVEL_IN_FORCE,
                F("created_at").desc(),
                F("id").desc(),
                condition=IS_CUSTOMERS,
                name="accounts_by_level_of_all",
            ),
            models.Index(
                fields=["correspondent", "-created_at", "-id"],
                condition=IS_CUSTOMERS & Q(enabled_assets__overlap=["crypto"]),
                name="accounts_that_trade_crypto",
            ),
            models.Index(
                fields=["correspondent", "-created_at", "-id"],
                condition=IS_CUSTOMERS & Q(enabled_assets__overlap=["ipo"]),
                name="accounts_that_trade_ipos",
            ),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="accounts_searched"),
            models.Index(fields=["id"], condition=WAITING_TO_MOVE, name="accounts_that_wait_to_move"),
        ]
        triggers = [Audited(account="id", correspondent="correspondent_id", left_out=NOT_AUDITED)]

    def __str__(self) -> str:
        return f"{self.account_number} {self.name}"

    @property
    def options_trading_level(self) -> int:
        """Answer the level in force: the lowest of what is approved and the caps that are set (AA-13)."""
        caps = (self.max_options_trading_level, self.admin_max_options_trading_level)
        return min([self.options_approved_level, *(cap for cap in caps if cap is not None)])

    @property
    def is_active(self) -> bool:
        """Say whether trading and funding are allowed as far as the status goes."""
        return self.status == AccountStatus.ACTIVE
