"""The audit trail: what changed, who did it, from where; sealed into a chain (RK-2, RK-3)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.choices import AuditAct


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

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-id"], name="audit_of_an_account"),
            models.Index(fields=["correspondent_id", "-id"], name="audit_of_a_correspondent"),
            models.Index(fields=["actor_id", "-id"], name="audit_of_an_actor"),
            models.Index(fields=["transaction_id", "id"], name="audit_in_sealing_order"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.act} {self.subject} {self.subject_id}"


class AuditSeal(models.Model):
    """A link of the chain: the digest of the entries since the last seal, and of that seal."""

    id = models.BigAutoField(primary_key=True)
    first_transaction_id = models.BigIntegerField()
    last_transaction_id = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_transaction_id__gte=models.F("first_transaction_id")), name="a_seal_covers_a_range"
            ),
            models.UniqueConstraint(fields=["first_transaction_id"], name="nothing_is_sealed_twice"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"seal {self.pk}: {self.entries} entries"


class AuditCheck(models.Model):
    """One verification of the whole chain; `finding` is empty where nothing was altered."""

    id = models.BigAutoField(primary_key=True)
    checked_at = models.DateTimeField()
    entries = models.BigIntegerField()
    seals = models.BigIntegerField()
    finding = models.TextField(blank=True)

    class Meta:
        get_latest_by = "id"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.finding or f"{self.entries} entries intact"
