"""Any audited record as it was at any time, rebuilt from the trail alone (RK-2, 17a-4(f)(2))."""

from datetime import datetime
from typing import Any

from accounts.choices import AuditAct
from accounts.models import AuditEntry, User
from accounts.permissions import Permission


def as_of(actor: User, subject: str, subject_id: str, at: datetime) -> dict[str, Any] | None:
    """Answer the columns of a record at `at` as JSON; None before it was added and after it was deleted.

    What the trail leaves out is not there (`accounts.auditing.Audited`): what a fill moves on an
    order stands in the ledger. What it hides, a hash, reads `hidden`.
    """
    actor.require(Permission.VIEW_AUDIT)
    record: dict[str, Any] | None = None
    entries = AuditEntry.objects.visible_to(actor).of(subject, subject_id).filter(at__lte=at)
    for act, after in entries.order_by("id").values_list("act", "after"):
        if act == AuditAct.DELETED:
            record = None
        elif act in (AuditAct.ADDED, AuditAct.CHANGED):
            record = (record or {}) | (after or {})
    return record
