"""What people decide on levels: the steps of a request's review, reviews of levels, and fifteen-day clocks."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.choices import Role, UserKind
from accounts.models import Account, Correspondent, User
from brokerage.ids import time_ordered_id
from options.choices import ClockKind, ReasonCode, ReviewAct
from options.models.applications import OptionsApplication
from options.models.approval import APPEND_ONLY, ApprovalPolicy

DECISIONS = (ReviewAct.APPROVED, ReviewAct.APPROVED_LOWER, ReviewAct.REJECTED)
APPROVALS = (ReviewAct.APPROVED, ReviewAct.APPROVED_LOWER)


class ReviewStep(models.Model):
    """One step of the review of a request: who, in which role, when, why, and on which answers (AA-22).

    `level_before` and `level_after` are the account's approved level around the step. The first of
    two principals leaves a step that changes nothing yet.
    """

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(OptionsApplication, models.PROTECT, related_name="steps", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=14, choices=ReviewAct)
    level = models.PositiveSmallIntegerField(null=True)
    level_before = models.PositiveSmallIntegerField()
    level_after = models.PositiveSmallIntegerField()
    reason_code = models.CharField(max_length=20, choices=ReasonCode, blank=True)
    reason = models.CharField(max_length=1000)
    rule_version = models.CharField(max_length=20, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=12, choices=Role)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(act__in=ReviewAct.values), name="a_step_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(act__in=APPROVALS, level__isnull=False) | (~Q(act__in=APPROVALS) & Q(level__isnull=True)),
                name="a_step_names_a_level_if_and_only_if_it_approves",
            ),
            models.CheckConstraint(
                condition=~Q(act__in=[*DECISIONS, ReviewAct.REOPENED]) | ~Q(reason_code=""),
                name="a_decision_has_a_reason_code",
            ),
            models.UniqueConstraint(
                fields=["application", "round", "taken_by"],
                condition=Q(act__in=DECISIONS),
                name="a_person_decides_once_in_a_round",
            ),
        ]
        indexes = [models.Index(fields=["application", "id"], name="steps_of_a_request")]
        triggers = [APPEND_ONLY, Audited()]

    def __str__(self) -> str:
        return f"{self.act} by {self.taken_by_id}"


class LevelReviewQuerySet(models.QuerySet["LevelReview"]):
    """Reviews of levels, by who may see them."""

    def visible_to(self, actor: User) -> "LevelReviewQuerySet":
        """Keep the reviews of accounts that `actor` may see."""
        if actor.sees_every_correspondent:
            return self
        if actor.kind == UserKind.CUSTOMER:
            return self.filter(account__owner=actor)
        return self.filter(correspondent_id=actor.correspondent_id)

    def waiting(self) -> "LevelReviewQuerySet":
        """Keep those that nobody has decided."""
        return self.filter(decided_at__isnull=True)


class LevelReview(models.Model):
    """A level to be looked at again, since the answers no longer support it or somebody asks (AA-17, SU-5).

    `reasons`, `reason_rules`, `answers`, `rule_version` and `policy` are what the rules said when it
    was opened. A review that ends with `level_to` as it was has kept the level.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="level_reviews", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.TextField(), default=list, blank=True)
    reason_rules = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    rule_version = models.CharField(max_length=20, blank=True)
    policy = models.ForeignKey(ApprovalPolicy, models.PROTECT, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    level_to = models.PositiveSmallIntegerField(null=True)
    reason_code = models.CharField(max_length=20, choices=ReasonCode, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.CharField(max_length=12, choices=Role, blank=True)

    objects = LevelReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, level_to__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, level_to__isnull=False),
                name="a_review_of_a_level_is_open_or_decided",
            ),
            models.CheckConstraint(
                condition=Q(level_to__isnull=True) | Q(level_to__lte=F("level")), name="a_review_never_raises_a_level"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(decided_at__isnull=True), name="a_level_is_reviewed_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["correspondent", "opened_at", "id"],
                condition=Q(decided_at__isnull=True),
                name="reviews_waiting_of_a_tenant",
            ),
            models.Index(
                fields=["opened_at", "id"], condition=Q(decided_at__isnull=True), name="reviews_waiting_of_all"
            ),
            models.Index(fields=["account", "-id"], name="reviews_of_an_account"),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"review of level {self.level} of {self.account_id}"


class ComplianceClock(models.Model):
    """What has to happen to an account within fifteen days, until it has (AA-8, AA-9).

    `warned_day` is the day up to which people were told that it runs. One clock of a kind runs at a
    time: what happens again before the first is answered has no later end.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="compliance_clocks", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    application = models.ForeignKey(OptionsApplication, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=ClockKind)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warned_day = models.PositiveSmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ClockKind.values), name="a_clock_is_of_a_known_kind"),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="a_clock_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=Q(stopped_at__isnull=True),
                name="one_clock_of_a_kind_runs_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(stopped_at__isnull=True), name="clocks_that_run"),
            models.Index(
                fields=["correspondent", "due_at", "id"],
                condition=Q(stopped_at__isnull=True),
                name="clocks_that_run_of_a_tenant",
            ),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id} until {self.due_at:%Y-%m-%d}"
