"""What an approval rests on: the rules that a principal adopted, and the disclosure document delivered."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.models import Account, Correspondent, User
from options.choices import DeliveryMeans

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class ApprovalPolicy(models.Model):
    """That a named principal adopted a version of the rules for a correspondent, some thresholds moved (AA-3).

    The newest is in force. `thresholds` holds only what differs from the rule set, as text:
    `{"level_2_liquid_net_worth": "20000"}`.
    """

    id = models.BigAutoField(primary_key=True)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="approval_policies", db_index=False)
    number = models.PositiveIntegerField()
    rule_version = models.CharField(max_length=20)
    thresholds = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=1000)
    adopted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["correspondent", "number"], name="policies_of_a_correspondent_are_numbered"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="policies_are_numbered_from_1"),
        ]
        verbose_name_plural = "approval policies"
        triggers = [APPEND_ONLY, Audited(account="", correspondent="correspondent_id")]

    def __str__(self) -> str:
        return f"rules {self.rule_version}, policy {self.number} of {self.correspondent_id}"


class DisclosureDelivery(models.Model):
    """That the options disclosure document reached the holder: which edition, how, when (DS-1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="disclosure_deliveries", db_index=False)
    edition = models.CharField(max_length=7)
    means = models.CharField(max_length=12, choices=DeliveryMeans)
    delivered_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(edition__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="an_edition_is_named_by_its_month"
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__lte=F("recorded_at")), name="a_delivery_is_recorded_when_it_has_happened"
            ),
            models.CheckConstraint(condition=Q(means__in=DeliveryMeans.values), name="a_delivery_is_by_known_means"),
        ]
        indexes = [models.Index(fields=["account", "-recorded_at"], name="deliveries_of_an_account")]
        verbose_name_plural = "disclosure deliveries"
        triggers = [APPEND_ONLY, Audited()]

    def __str__(self) -> str:
        return f"edition {self.edition} to {self.account_id}"


class OpeningsRead(models.Model):
    """Up to which event changes of accounts were followed, by a first request or a look at the level: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    event_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="openings_are_read_once")]
        verbose_name_plural = "openings read"

    def __str__(self) -> str:
        return f"up to event {self.event_id}"


class EventsRead(models.Model):
    """Up to which event a reader of the stream has come: one row for each of them."""

    reader = models.CharField(max_length=40, primary_key=True)
    event_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "events read"

    def __str__(self) -> str:
        return f"{self.reader} up to event {self.event_id}"
