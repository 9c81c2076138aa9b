"""Decide on what waits for a person: an opening, or what was changed of an account (AA-21, AA-22)."""

from uuid import UUID

from django.db import transaction

from accounts.acting import give_reason
from accounts.choices import AccountStatus
from accounts.locking import lock_account
from accounts.models import Account, AccountTerms, User
from accounts.permissions import Permission
from accounts.record_errors import MakerCannotDecide
from accounts.rules.decisions import require_outcome, require_reason
from accounts.services.steps import advance_soon, change_status
from brokerage import clock
from brokerage.events import record_event
from brokerage.mode import is_sandbox


@transaction.atomic(durable=True)
def decide_opening(*, actor: User, account_id: UUID, status_to: AccountStatus, reason: str) -> Account:
    """Approve, activate, reject or send back an account that waits for a person, and announce it.

    Deciding again what is already so changes nothing. Raises `ReasonTooShort`,
    `MakerCannotDecide`, `NothingToDecide` or `IllegalStatusChange`. A status that a fixture
    pinned is free to move again once somebody has decided on it.
    """
    actor.require(Permission.DECIDE_OPENINGS)
    said = require_reason(reason)
    account = lock_account(actor, account_id)
    if account.status == status_to:
        return account
    require_outcome(AccountStatus(account.status), status_to)
    terms = AccountTerms.objects.filter(account=account).first()
    if actor.pk == account.opened_by_id or (terms is not None and actor.pk in terms.makers):
        raise MakerCannotDecide(account_number=account.account_number)

    give_reason(said)
    now = clock.now()
    payload = change_status(account, status_to)
    account.is_status_pinned = False
    account.save(update_fields=["status", "is_status_pinned"])
    if terms is not None and status_to in (AccountStatus.APPROVED, AccountStatus.ACTIVE):
        terms.makers = []
        terms.save(update_fields=["makers"])
    record_event("account.status_changed", account=account, subject=account, at=now, payload=payload)
    if status_to == AccountStatus.APPROVED and is_sandbox():
        advance_soon(account)
    return account
