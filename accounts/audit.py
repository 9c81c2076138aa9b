"""The audit trail's entries that no trigger can see: looks at what is masked, exports, and loads.

What is written to a table is recorded by the database (`accounts/auditing.py`). These functions
insert inside the caller's transaction, so that nothing is shown whose entry is lost.
"""

from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField
from django.db.models.expressions import RawSQL

from accounts.choices import AuditAct
from accounts.models import Account, AuditEntry, User
from brokerage import clock

TRANSACTION_ID = "pg_current_xact_id()::text::bigint"


def record_look(
    actor: User,
    *,
    subject: str,
    subject_id: Any,
    account: Account | None = None,
    correspondent_id: UUID | None = None,
    reason: str = "",
) -> AuditEntry:
    """Insert that `actor` saw what is masked or sealed: a tax id, a document.

    The entry is the correspondent's whose account it is, or whose `correspondent_id` is given where
    there is no account yet: staff of the broker have none of their own.
    """
    return _insert(
        AuditAct.REVEALED,
        actor,
        subject=subject,
        subject_id=str(subject_id),
        account_id=account.pk if account else None,
        correspondent_id=account.correspondent_id if account else correspondent_id or actor.correspondent_id,
        reason=reason,
    )


def record_export(actor: User, *, subject: str, reason: str = "", facts: dict[str, Any] | None = None) -> AuditEntry:
    """Insert that `actor` took a list away; `facts` say what was filtered."""
    return _insert(
        AuditAct.EXPORTED,
        actor,
        subject=subject,
        subject_id="",
        account_id=None,
        correspondent_id=actor.correspondent_id,
        reason=reason,
        after=facts,
    )


def record_load(actor: User, *, subject: str, facts: dict[str, Any]) -> AuditEntry:
    """Insert that rows were loaded past the triggers: one entry for all of them; `facts` say what and how many."""
    return _insert(
        AuditAct.ADDED,
        actor,
        subject=subject,
        subject_id="",
        account_id=None,
        correspondent_id=None,
        reason="a made-up book was loaded",
        after=facts,
    )


def record_entry(actor: User, *, subject: str, subject_id: str, reason: str, facts: dict[str, Any]) -> AuditEntry:
    """Insert that `actor` entered a fact that is no tenant's, on a table without a trigger of its own."""
    return _insert(
        AuditAct.ADDED,
        actor,
        subject=subject,
        subject_id=subject_id,
        account_id=None,
        correspondent_id=None,
        reason=reason,
        after=facts,
    )


def _insert(
    act: AuditAct, actor: User, *, account_id: UUID | None, correspondent_id: UUID | None, reason: str, **columns: Any
) -> AuditEntry:
    return AuditEntry.objects.create(
        at=clock.real_now(),
        act=act,
        actor_id=actor.pk,
        account_id=account_id,
        correspondent_id=correspondent_id,
        reason=reason[:1000],
        origin=_setting("origin", 200),
        request_id=_setting("request_id", 32),
        transaction_id=RawSQL(TRANSACTION_ID, (), BigIntegerField()),  # noqa: S611 - a constant
        **columns,
    )


def _setting(name: str, longest: int) -> RawSQL:
    """Answer, in SQL, what authentication told the session (`accounts/acting.py`)."""
    return RawSQL("left(coalesce(current_setting(%s, true), ''), %s)", (f"strikebook.{name}", longest), CharField())
