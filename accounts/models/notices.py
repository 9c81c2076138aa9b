"""What people are told by e-mail: written in the transaction of what it tells, sent by the worker."""

from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.choices import NoticeKind
from accounts.models.accounts import Account, Correspondent
from accounts.models.users import User
from brokerage.ids import time_ordered_id


class Notice(models.Model):
    """One message to one address; `key` names what it tells, so that nobody is told twice.

    One that could not be sent is tried again at `due_at`; `failure` says why the last try failed.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="notices", db_index=False)
    kind = models.CharField(max_length=20, choices=NoticeKind)
    key = models.CharField(max_length=200)
    recipient = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "address"], name="nobody_is_told_twice"),
            models.CheckConstraint(condition=~Q(address=""), name="a_notice_has_an_address"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="a_notice_is_of_a_known_kind"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(sent_at__isnull=True), name="notices_to_send"),
            models.Index(fields=["account", "-id"], name="notices_of_an_account"),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.kind} to {self.address}"
