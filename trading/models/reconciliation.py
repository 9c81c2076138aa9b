"""What the reconciliation found, and since when: breaks come and go by its runs, never by hand."""

from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.models import Account, Correspondent, User
from brokerage.fields import QuantityField


class ReconciliationRun(models.Model):
    """One pass through every check. `checks_done` grows while it runs; `finished_at` is null until then."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checks_done = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="reconciliations_by_time")]

    def __str__(self) -> str:
        return f"{self.started_at}: {self.checks_done}"


class ReconciliationBreak(models.Model):
    """One thing that was not as it must be: found at `first_seen_at`, still there at `last_seen_at`.

    It is over when a run no longer finds it, and `gone_at` says when: nobody closes what he
    caused (domain rules, section 17). Some are no one account's.
    """

    check_name = models.CharField(max_length=80)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, null=True, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    asset = models.CharField(max_length=64)
    found = QuantityField()
    expected = QuantityField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=1024, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["check_name", "account", "asset"],
                condition=Q(gone_at=None),
                nulls_distinct=False,
                name="a_break_is_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["correspondent", "check_name"], condition=Q(gone_at=None), name="open_breaks"),
            models.Index(fields=["-gone_at"], condition=Q(gone_at__isnull=False), name="breaks_that_are_over"),
        ]
        triggers = [Audited(left_out=["last_seen_at"])]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.asset}"
