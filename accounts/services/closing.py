"""Close an account (contract/accounts.md 2.6): it is kept as a record and never changes again."""

from uuid import UUID

from django.db import transaction

from accounts.acting import give_reason
from accounts.choices import AccountKind, AccountStatus
from accounts.closing import Blocker, find_blockers
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.record_errors import AccountNotEmpty, FirmAccountStaysOpen
from accounts.services.steps import change_status
from brokerage import clock
from brokerage.events import record_event


@transaction.atomic(durable=True)
def close_account(*, actor: User, account_id: UUID, reason: str = "") -> Account:
    """Close an account that holds nothing and waits for nothing, free its e-mail address, announce it.

    Nothing is cancelled or sold on the way: whoever closes does that first. Closing a closed
    account changes nothing. Raises `AccountNotFound`, `FirmAccountStaysOpen` or
    `AccountNotEmpty` with everything that stands in the way.
    """
    actor.require(Permission.CLOSE_ACCOUNTS)
    account = lock_account(actor, account_id)
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        return account
    if account.kind == AccountKind.FIRM:
        raise FirmAccountStaysOpen(account_number=account.account_number)
    blockers = find_blockers(account)
    if blockers:
        raise AccountNotEmpty(
            account_number=account.account_number,
            said=", ".join(blocker.detail for blocker in blockers),
            blockers=[blocker.as_fact() for blocker in blockers],
        )

    if reason.strip():
        give_reason(" ".join(reason.split()))
    now = clock.now()
    payload = change_status(account, AccountStatus.ACCOUNT_CLOSED)
    account.closed_at = now
    account.save(update_fields=["status", "closed_at"])
    record_event("account.status_changed", account=account, subject=account, at=now, payload=payload)
    return account


def closing_blockers(account: Account) -> list[Blocker]:
    """Answer what stands in the way of closing an account that the actor has fetched; for the page."""
    return find_blockers(account)
