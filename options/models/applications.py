"""Requests for an options level, and what became of them."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.choices import UserKind
from accounts.models import Account, Correspondent, User
from brokerage.ids import time_ordered_id
from options.choices import ApplicationStatus, Requester
from options.models.approval import ApprovalPolicy

# Who entered, changed or benefits cannot decide, at whatever door (AA-21); two principals are two people.
MAKER_IS_NOT_CHECKER = """
    FOREACH person IN ARRAY array_remove(ARRAY[NEW.first_approved_by_id, NEW.decided_by_id], NULL) LOOP
        SELECT account.owner_id IS NOT DISTINCT FROM person OR account.opened_by_id = person
            OR coalesce(person = ANY (terms.makers), false) OR EXISTS (
                SELECT FROM accounts_user known WHERE known.id = person AND account.email_address <> ''
                AND lower(regexp_replace(known.email, '[+][^@]*', ''))
                    = lower(regexp_replace(account.email_address, '[+][^@]*', ''))
            )
        INTO is_maker
        FROM accounts_account account LEFT JOIN accounts_accountterms terms ON terms.account_id = account.id
        WHERE account.id = NEW.account_id;
        IF is_maker IS NOT FALSE OR person = NEW.requested_by_id OR person = ANY (NEW.makers) THEN
            RAISE EXCEPTION 'who entered or changed a request does not decide on it' USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    IF NEW.decided_by_id IS NOT NULL AND NEW.approved_level >= 2 AND NEW.first_approved_by_id IS NULL THEN
        SELECT principals_for_level_2 INTO principals FROM accounts_correspondent WHERE id = NEW.correspondent_id;
        IF principals > 1 THEN
            RAISE EXCEPTION 'two principals approve level 2' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
"""
GRANTED = (ApplicationStatus.APPROVED, ApplicationStatus.LOWER_LEVEL_APPROVED)


class OptionsApplicationQuerySet(models.QuerySet["OptionsApplication"]):
    """Requests, by who may see them."""

    def visible_to(self, actor: User) -> "OptionsApplicationQuerySet":
        """Keep the requests of accounts that `actor` may see."""
        if actor.sees_every_correspondent:
            return self
        if actor.kind == UserKind.CUSTOMER:
            return self.filter(account__owner=actor)
        return self.filter(correspondent_id=actor.correspondent_id)

    def pending(self) -> "OptionsApplicationQuerySet":
        """Keep those that wait for a person."""
        return self.filter(status=ApplicationStatus.PENDING)


class OptionsApplication(models.Model):
    """One request: what was asked, what was decided, why, by which rules, on which answers (AA-2, AA-22).

    A refusal is kept with the same record as an approval. `answers` is everything that was judged:
    by it, `rule_version` and `policy` the decision can be run again. Each of `reasons` has its
    rule at the same place in `reason_rules`; `ruled_status` and `ruled_level` are what the rules
    decided, whatever a person decided since. `decided_by` is that person, and stays empty where
    the rules decided. `is_by_opening` marks what the opening of the account asked by itself.

    While it waits: `claimed_by` works on it, `first_approved_by` is the first of two principals,
    `asked_at` is since when the applicant is asked for more. `makers` are the users who entered
    what it rests on. Each time it is decided and opened again begins another `round`.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="options_applications", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
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
    ruled_status = models.CharField(max_length=20, choices=ApplicationStatus)
    ruled_level = models.PositiveSmallIntegerField(null=True)
    answers = models.JSONField(default=dict, blank=True)
    makers = ArrayField(models.BigIntegerField(), default=list, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    claimed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    claimed_at = models.DateTimeField(null=True)
    first_approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField(null=True)
    level_before = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

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
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.PENDING)
                | Q(claimed_by__isnull=True, claimed_at__isnull=True, asked_at__isnull=True),
                name="only_a_pending_request_is_worked_on",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="a_claim_has_a_person_and_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="who_asks_for_a_level_does_not_decide",
            ),
            models.CheckConstraint(
                condition=Q(first_approved_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("first_approved_by")),
                name="two_principals_are_two_people",
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
            # The queue, oldest first: a correspondent's, and everybody's.
            models.Index(
                fields=["correspondent", "created_at", "id"],
                condition=Q(status=ApplicationStatus.PENDING),
                name="requests_waiting_of_a_tenant",
            ),
            models.Index(
                fields=["created_at", "id"],
                condition=Q(status=ApplicationStatus.PENDING),
                name="requests_waiting_of_all",
            ),
        ]
        triggers = [
            Audited(),
            pgtrigger.Trigger(
                name="maker_is_not_checker",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("person", "bigint"), ("is_maker", "boolean"), ("principals", "integer")],
                func=MAKER_IS_NOT_CHECKER,
            ),
        ]

    def __str__(self) -> str:
        return f"level {self.requested_level} for {self.account_id}: {self.status}"
