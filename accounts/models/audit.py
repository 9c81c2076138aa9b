"""The audit trail: what changed, who did it, from where; sealed into a chain (RK-2, RK-3)."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from accounts.choices import AuditAct
from accounts.models.users import User

RARE_ACTS = Q(act__in=[act for act in AuditAct if act not in (AuditAct.ADDED, AuditAct.CHANGED)])


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Entries, by who may see them and what they speak of."""

    def visible_to(self, actor: User) -> "AuditEntryQuerySet":
        """Keep what `actor` may see: everything, or its correspondent's."""
        if actor.sees_every_correspondent:
            return self
        return self.filter(correspondent_id=actor.correspondent_id, correspondent_id__isnull=False)

    def of(self, subject: str, subject_id: str) -> "AuditEntryQuerySet":
        """Keep the entries of one record."""
        return self.filter(subject=subject, subject_id=subject_id)


class AuditEntry(models.Model):
    """One row written, or one look at what is masked. Triggers insert it; nobody changes it.

    `before` and `after` hold the columns that differ, whole rows where one was inserted or
    deleted; what is sealed in its table is sealed here. Actor and account are ids without a
    foreign key: an entry outlives what it speaks of. `transaction_id` says which entries are
    complete, so that the chain can be built without a lock (`AuditSeal`).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    act = models.CharField(max_length=12, choices=AuditAct)
    subject = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=80)
    correspondent_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    actor_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    transaction_id = models.BigIntegerField()

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest_first"),
            models.Index(fields=["account_id", "-at", "-id"], name="audit_of_an_account"),
            models.Index(fields=["correspondent_id", "-at", "-id"], name="audit_of_a_correspondent"),
            models.Index(fields=["actor_id", "-at", "-id"], name="audit_of_an_actor"),
            models.Index(fields=["subject", "subject_id", "-at", "-id"], name="audit_of_a_record"),
            models.Index(fields=["request_id"], condition=~Q(request_id=""), name="audit_of_a_request"),
            models.Index(fields=["act", "-at", "-id"], condition=RARE_ACTS, name="audit_of_rare_acts"),
            GinIndex(OpClass(Upper(F("reason")), name="gin_trgm_ops"), condition=~Q(reason=""), name="audit_by_reason"),
            models.Index(fields=["transaction_id", "id"], name="audit_in_sealing_order"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.act} {self.subject} {self.subject_id}"


class AuditSeal(models.Model):
    """A link of the chain: the digest of the entries since the last seal, and of that seal.

    `leaves` holds, for each entry in (transaction_id, id) order, its id in 8 bytes and the SHA-256
    of its text: the digest is over them, so that a check can name the very entry that was altered.
    The seal reaches to `last_transaction_id` and, within it, `last_entry_id`; `highest_id` is the
    highest id sealed so far. Entries up to `restored_at_id` come from before the database was
    restored elsewhere, where transactions are numbered anew (`accounts/audit_chain.py`).
    """

    id = models.BigAutoField(primary_key=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    restored_at_id = models.BigIntegerField(default=0)
    last_transaction_id = models.BigIntegerField()
    last_entry_id = models.BigIntegerField()
    highest_id = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    leaves = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["previous_digest"], name="the_chain_does_not_fork"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"seal {self.pk}: {self.entries} entries"


class AuditCheck(models.Model):
    """One verification of the whole chain; `finding` is empty where nothing was altered.

    `head` is the digest of the newest seal then: a later check demands that it is still there.
    """

    id = models.BigAutoField(primary_key=True)
    checked_at = models.DateTimeField()
    entries = models.BigIntegerField()
    seals = models.BigIntegerField()
    head = models.CharField(max_length=64, blank=True)
    finding = models.TextField(blank=True)

    class Meta:
        get_latest_by = "id"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.finding or f"{self.entries} entries intact"
