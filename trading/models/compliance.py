"""The daily report on approvals: what it found, which must be nothing (RC-11)."""

from django.db import models

from accounts.auditing import Audited
from accounts.models import Correspondent


class ApprovalReport(models.Model):
    """What the report found of one correspondent on one day, each finding as JSON."""

    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="approval_reports", db_index=False)
    date = models.DateField()
    made_at = models.DateTimeField()
    accounts_checked = models.PositiveIntegerField()
    findings = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["correspondent", "date"], name="a_correspondent_is_reported_once_a_day"),
        ]
        indexes = [models.Index(fields=["-date", "correspondent"], name="approval_reports_by_date")]
        triggers = [Audited(account="", correspondent="correspondent_id")]

    def __str__(self) -> str:
        return f"{self.correspondent_id} {self.date}: {len(self.findings)}"
