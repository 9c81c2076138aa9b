"""What somebody asked to loosen in a correspondent's settings, until a second person decided (AA-21)."""

from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.models.accounts import Correspondent
from accounts.models.users import User


class SettingsProposal(models.Model):
    """Changes that wait, by setting: `{"journal_limit_amount": {"from": "100.00", "to": null}}`.

    Without a correspondent they are of what holds for all of them (`BrokerPolicy`).
    """

    correspondent = models.ForeignKey(Correspondent, models.PROTECT, null=True, related_name="proposals")
    changes = models.JSONField()
    reason = models.CharField(max_length=1000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    is_accepted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["correspondent"],
                condition=Q(decided_at__isnull=True),
                nulls_distinct=False,
                name="one_proposal_waits_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(is_accepted=True, decided_by=F("proposed_by")),
                name="nobody_accepts_their_own_proposal",
            ),
            models.CheckConstraint(
                condition=Q(is_accepted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(is_accepted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="a_decision_on_settings_is_whole",
            ),
        ]
        triggers = [Audited(account="", correspondent="correspondent_id")]

    def __str__(self) -> str:
        return f"{', '.join(self.changes)} of {self.correspondent_id}"
