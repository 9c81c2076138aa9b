"""Assignment notices of the clearing house, and whom of the customers they were allocated to."""

from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.choices import AllocationMethod
from accounts.models import Account, Correspondent, User
from brokerage.fields import QuantityField
from brokerage.ids import time_ordered_id
from options.models import Asset
from trading.choices import NoticeSource, NoticeStatus


class AssignmentNotice(models.Model):
    """So many contracts of one series that the clearing house assigned to the firm (domain rule AS-1).

    `reference` is the clearing file's, and unique. `exercised_on` is the day of exercise, which
    the postings are dated by (AS-7). `work_paper` holds what the allocation was made from and what came out:
    run again with the same seed it gives the same (AS-4).
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    reference = models.CharField(max_length=64, unique=True)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+")
    quantity = QuantityField()
    exercised_on = models.DateField()
    source = models.CharField(max_length=10, choices=NoticeSource)
    status = models.CharField(max_length=10, choices=NoticeStatus)
    method = models.CharField(max_length=6, choices=AllocationMethod)
    seed = models.CharField(max_length=64)
    work_paper = models.JSONField(default=dict)
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_notice_assigns_something"),
        ]
        indexes = [models.Index(fields=["-received_at", "-id"], name="notices_by_time")]
        triggers = [Audited(account="", left_out=["work_paper"])]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.asset_id} of {self.exercised_on}"


class Assignment(models.Model):
    """What of a notice fell to one account. `posted_at` is null until it stands in the ledger.

    `needs_person` says that cover was missing when it was posted, until somebody has dealt with it (AS-13).
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    notice = models.ForeignKey(AssignmentNotice, models.PROTECT, related_name="assignments")
    account = models.ForeignKey(Account, models.PROTECT, related_name="assignments", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+")
    quantity = QuantityField()
    exercised_on = models.DateField(help_text="As the notice has it, which only the broker’s people see.")
    posted_at = models.DateTimeField(null=True)
    group_id = models.UUIDField(null=True, help_text="Of the activities that it posted.")
    needs_person = models.BooleanField(default=False)
    missing = models.JSONField(default=dict, blank=True, help_text="What of the cover was missing, by asset.")
    dealt_with_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    dealt_with_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=1024, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="an_assignment_is_of_something"),
            models.UniqueConstraint(fields=["notice", "account"], name="a_notice_falls_to_an_account_once"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="assignments_of_an_account"),
            models.Index(fields=["correspondent", "-id"], name="assignments_of_correspondents"),
            models.Index(fields=["notice"], condition=Q(posted_at=None), name="assignments_to_post"),
            models.Index(
                fields=["correspondent", "-id"], condition=Q(needs_person=True), name="assignments_for_people"
            ),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.asset_id} of {self.account_id}"
