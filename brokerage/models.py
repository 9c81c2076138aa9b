"""The kernel's own rows: the outbox of events, the sandbox clock, what has fallen due."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q


class Event(models.Model):
    """Something that happened, written in the transaction in which it happened.

    `event_id` and `ulid` are its place in the stream, given by the relay once the row is
    committed, so that places follow commit order and none is ever skipped. `payload` is what
    the public stream of its type adds to the account and the time.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField(null=True)
    ulid = models.CharField(max_length=26, null=True)  # noqa: DJ001 - unique where it is given
    type = models.CharField(max_length=60)
    correspondent_id = models.UUIDField()
    account_id = models.UUIDField()
    account_number = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=60, blank=True)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(event_id__isnull=True, ulid__isnull=True) | Q(event_id__isnull=False, ulid__isnull=False),
                name="an_event_has_both_its_places_or_neither",
            ),
            models.UniqueConstraint(
                fields=["event_id"], condition=Q(event_id__isnull=False), name="a_place_is_given_once"
            ),
            models.UniqueConstraint(fields=["ulid"], condition=Q(ulid__isnull=False), name="a_ulid_is_given_once"),
        ]
        # Streams are read by place: what has none yet is in their indexes only once the relay has given it one.
        indexes = [
            models.Index(fields=["id"], condition=Q(event_id__isnull=True), name="events_without_a_place"),
            models.Index(
                fields=["correspondent_id", "type", "event_id"],
                condition=Q(event_id__isnull=False),
                name="events_of_a_stream",
            ),
            models.Index(
                fields=["account_id", "event_id"], condition=Q(event_id__isnull=False), name="events_of_an_account"
            ),
            models.Index(fields=["account_id"], condition=Q(type="account.updated"), name="edits_of_an_account"),
            models.Index(
                fields=["subject_id", "id"], condition=Q(type__startswith="order."), name="events_of_an_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_id}"


class SandboxClock(models.Model):
    """How the sandbox clock is set: one row at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_sandbox_clock")]

    def __str__(self) -> str:
        return f"frozen at {self.frozen_at}" if self.frozen_at else f"{self.offset} from the real time"


class ScheduledRun(models.Model):
    """That a job which falls due by the market clock has run for that moment."""

    job = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(F("due_at").desc(), "job", name="a_job_runs_once_for_each_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.due_at:%Y-%m-%d %H:%M}"
