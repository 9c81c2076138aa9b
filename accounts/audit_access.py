"""What the audit trail keeps of coming and going: who came, from where, who left, who was turned away or unlocked.

Triggers do not see these: a refusal writes no row of ours. Whose factors changed they see.
"""

from typing import Any

from django.db.models import BigIntegerField, CharField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from accounts.choices import AuditAct
from accounts.models import AuditEntry, User
from brokerage import clock, database_session
from brokerage.origin import client_ip

SIGN_IN = "sign_in"
LONGEST_EMAIL = 80


def record_sign_in(
    request: HttpRequest, act: AuditAct, *, user: User | None, email: str = "", reason: str = ""
) -> None:
    """Insert an entry for a sign-in, a sign-out or a refusal.

    Where nobody could be recognized, the entry names the e-mail address that was tried: a
    guess at many addresses is seen by it.
    """
    subject_id = str(user.pk) if user else email.lower()[:LONGEST_EMAIL]
    _record(act, SIGN_IN, subject_id, whose=user, actor=user, **_from(request), reason=reason)


def record_for(actor: User, member: User, act: AuditAct, subject: str, *, reason: str, **facts: Any) -> None:
    """Insert an entry for what somebody did to another's access, from within a service."""
    origin, request_id = (_setting(name) for name in (database_session.ORIGIN, database_session.REQUEST_ID))
    _record(
        act,
        subject,
        str(member.pk),
        whose=member,
        actor=actor,
        origin=origin,
        request_id=request_id,
        reason=reason,
        **facts,
    )


def _from(request: HttpRequest) -> dict[str, str]:
    return {"origin": client_ip(request), "request_id": getattr(request, "id", "")}


def _setting(name: str) -> RawSQL:
    return RawSQL("coalesce(current_setting(%s, true), '')", (name,), output_field=CharField())


def _record(
    act: AuditAct, subject: str, subject_id: str, *, whose: User | None, actor: User | None, **columns: Any
) -> None:
    AuditEntry.objects.create(
        at=clock.real_now(),
        act=act,
        subject=subject,
        subject_id=subject_id,
        correspondent_id=whose.correspondent_id if whose else None,
        actor_id=actor.pk if actor else None,
        transaction_id=RawSQL("pg_current_xact_id()::text::bigint", (), output_field=BigIntegerField()),
        **columns,
    )
