"""Requests for an options level, and what became of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.models import Account, User
from brokerage.ids import time_ordered_id
from options.choices import ApplicationStatus, Requester
from options.models.approval import ApprovalPolicy

GRANTED = (ApplicationStatus.APPROVED, ApplicationStatus.LOWER_LEVEL_APPROVED)


class OptionsApplicationQuerySet(models.QuerySet["OptionsApplication"]):
    """Requests, by who may see them."""

    def visible_to(self, actor: User) -> "OptionsApplicationQuerySet":
        """Keep the requests of accounts that `actor` may see."""
        if actor.sees_every_correspondent:
            return self
        return self.filter(account__in=Account.objects.visible_to(actor))


class OptionsApplication(models.Model):
    """One request: what was asked, what was decided, why, by which rules, on which answers (AA-2, AA-22).

    A refusal is kept with the same record as an approval. `answers` is everything that was judged:
    by it, `rule_version` and `policy` the decision can be run again. Each of `reasons` has its
    rule at the same place in `reason_rules`. `decided_by` is the person, and stays empty where
    the rules decided. `is_by_opening` marks what the opening of the account asked by itself.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="options_applications", db_index=False)
    requested_level = models.PositiveSmallIntegerField()
    approved_level = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=20, choices=ApplicationStatus)
    requester = models.CharField(max_length=13, choices=Requester)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    is_fixture = models.BooleanField(default=False)
    is_by_opening = models.BooleanField(default=False)
    rule_version = models.CharField(max_length=20, blank=True)
    policy = models.ForeignKey(ApprovalPolicy, models.PROTECT, null=True, related_name="+", db_index=False)
    reasons = ArrayField(models.TextField(), default=list, blank=True)
    reason_rules = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = OptionsApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values), name="a_request_has_a_known_status"
            ),
            models.CheckConstraint(condition=Q(requested_level__range=(1, 3)), name="a_requested_level_is_1_to_3"),
            models.CheckConstraint(
                condition=Q(status__in=GRANTED, approved_level__isnull=False)
                | (~Q(status__in=GRANTED) & Q(approved_level__isnull=True)),
                name="a_level_is_granted_if_and_only_if_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_level__isnull=True)
                | Q(status=ApplicationStatus.APPROVED, approved_level=F("requested_level"))
                | Q(status=ApplicationStatus.LOWER_LEVEL_APPROVED, approved_level__lt=F("requested_level")),
                name="an_approved_level_fits_its_status",
            ),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.PENDING, decided_at__isnull=True)
                | (~Q(status=ApplicationStatus.PENDING) & Q(decided_at__isnull=False)),
                name="a_request_is_pending_or_decided",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status=ApplicationStatus.PENDING),
                name="an_account_has_one_pending_request",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="requests_of_an_account"),
            models.Index(fields=["status", "-id"], name="requests_by_status"),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"level {self.requested_level} for {self.account_id}: {self.status}"
