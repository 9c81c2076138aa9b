"""Market data at a cost: which feed a correspondent may see from when on, what it costs, and how much its keys took."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.models import ApiKey, Correspondent, User
from brokerage.fields import MoneyField
from options.choices import DataFeed

KEPT = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class DataEntitlementQuerySet(models.QuerySet["DataEntitlement"]):
    """Entitlements, by who may see them and when they hold."""

    def visible_to(self, actor: User) -> "DataEntitlementQuerySet":
        """Keep those of the actor's correspondent; the broker's staff sees all."""
        return self if actor.sees_every_correspondent else self.filter(correspondent_id=actor.correspondent_id)

    def in_force(self, at: datetime) -> "DataEntitlementQuerySet":
        """Keep those that had begun by then, the one that holds of each correspondent first."""
        return self.filter(effective_from__lte=at).order_by("correspondent_id", "-effective_from", "-pk")


class DataEntitlement(models.Model):
    """The feed that a correspondent's keys are shown from a moment on, until a later row.

    `signed_by` and `signed_on` are who signed the OPRA agreement for it and when: without that
    nobody is shown `opra`. Rows are added and never changed, so that they are the history too.
    """

    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="data_entitlements", db_index=False)
    feed = models.CharField(max_length=10, choices=DataFeed)
    signed_by = models.CharField(max_length=120, blank=True)
    signed_on = models.DateField(null=True)
    effective_from = models.DateTimeField()
    reason = models.CharField(max_length=1000)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = DataEntitlementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["correspondent", "-effective_from", "-id"], name="entitlement_that_holds_first")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by="", signed_on=None) | (~Q(signed_by="") & Q(signed_on__isnull=False)),
                name="who_signed_the_opra_agreement_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(feed=DataFeed.OPRA) | Q(signed_on__isnull=False),
                name="opra_needs_its_agreement_signed",
            ),
        ]
        triggers = [KEPT, Audited(account="", correspondent="correspondent_id")]

    def __str__(self) -> str:
        return f"{self.feed} from {self.effective_from}"


class DataPrice(models.Model):
    """What a feed costs a correspondent a month, from the month on that begins at `effective_from`, until a later row.

    Of rows for the same month the newest counts: one is put right for as long as its month has not begun.
    """

    feed = models.CharField(max_length=10, choices=[one for one in DataFeed.choices if one[0] != DataFeed.NONE])
    effective_from = models.DateField()
    monthly_amount = MoneyField()
    reason = models.CharField(max_length=1000)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(monthly_amount__gte=0), name="a_data_price_is_not_negative"),
            models.CheckConstraint(condition=Q(effective_from__day=1), name="a_data_price_begins_with_a_month"),
        ]
        triggers = [KEPT, Audited(account="")]

    def __str__(self) -> str:
        return f"{self.feed} {self.monthly_amount} from {self.effective_from}"


class DataUsageQuerySet(models.QuerySet["DataUsage"]):
    """What keys took, by who may see it."""

    def visible_to(self, actor: User) -> "DataUsageQuerySet":
        """Keep that of the actor's correspondent; the broker's staff sees all."""
        return self if actor.sees_every_correspondent else self.filter(correspondent_id=actor.correspondent_id)


class DataUsage(models.Model):
    """What a key took of one endpoint on one day of New York: requests, and points, which are rows answered."""

    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="data_usage", db_index=False)
    api_key = models.ForeignKey(ApiKey, models.PROTECT, related_name="data_usage", db_index=False)
    day = models.DateField()
    endpoint = models.CharField(max_length=100)
    requests = models.BigIntegerField()
    points = models.BigIntegerField()

    objects = DataUsageQuerySet.as_manager()

    class Meta:
        indexes = [
            # A month of one correspondent, and of all of them, in the order in which they are listed
            models.Index(fields=["correspondent", "-day", "api_key", "endpoint"], name="usage_of_a_correspondent"),
            models.Index(fields=["day", "correspondent"], name="usage_of_a_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "day", "endpoint"], name="a_key_has_one_count_of_an_endpoint_a_day"
            ),
            models.CheckConstraint(condition=Q(requests__gte=1, points__gte=0), name="usage_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.requests} requests for {self.endpoint} on {self.day}"


class UsageBatch(models.Model):
    """Counts that came from the cache together and are in the table: the same again adds nothing."""

    id = models.UUIDField(primary_key=True)
    booked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)
