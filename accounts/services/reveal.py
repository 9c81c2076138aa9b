"""Show once what is masked everywhere else: a holder's tax id, a date of birth (RK-10)."""

from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.acting import claim
from accounts.audit import record_look
from accounts.audit_errors import NothingToReveal
from accounts.errors import AccountNotFound
from accounts.models import Account, Identity, User
from accounts.permissions import Permission
from accounts.rules.decisions import require_reason
from accounts.sealing import unseal


@transaction.atomic(durable=True)
def reveal_tax_id(*, actor: User, account_id: UUID, reason: str) -> str:
    """Answer the holder's tax id and leave an entry of who looked and why: without the entry, no tax id.

    Raises `AccountNotFound`, `ReasonTooShort` or `NothingToReveal`.
    """
    identity = _look(actor, account_id, "tax_id", reason)
    if identity.tax_id_sealed is None:
        raise NothingToReveal(what="tax id")
    return unseal(bytes(identity.tax_id_sealed), account_id=account_id).decode()


@transaction.atomic(durable=True)
def reveal_date_of_birth(*, actor: User, account_id: UUID, reason: str) -> date:
    """Answer the holder's date of birth and leave an entry of who looked and why.

    Raises `AccountNotFound`, `ReasonTooShort` or `NothingToReveal`.
    """
    return _look(actor, account_id, "date_of_birth", reason).date_of_birth


def _look(actor: User, account_id: UUID, what: str, reason: str) -> Identity:
    actor.require(Permission.REVEAL_IDENTITY)
    account = Account.objects.visible_to(actor).filter(pk=account_id).first()
    if account is None:
        raise AccountNotFound
    said = require_reason(reason)
    claim(actor)
    identity = Identity.objects.filter(account=account).first()
    if identity is None:
        raise NothingToReveal(what=what.replace("_", " "))
    record_look(actor, subject=f"Identity.{what}", subject_id=account.pk, account=account, reason=said)
    return identity
