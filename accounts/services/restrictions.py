"""Restrict what an account may do, and lift it again (contract/accounts.md 2.8, 4.3)."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.acting import give_reason
from accounts.choices import AccountStatus
from accounts.errors import AccountClosed
from accounts.locking import lock_account
from accounts.models import Account, AccountTerms, User
from accounts.permissions import Permission
from accounts.record_errors import RestrictionInvalid
from accounts.rules.applications import RestrictionChanges
from accounts.rules.decisions import require_reason, restriction_faults
from accounts.rules.onboarding import by_field
from accounts.services.steps import change_status
from brokerage import clock
from brokerage.events import event, record_events
from brokerage.models import Event
from brokerage.money import plain

# What the account status stream carries of each, and under which key (contract 4.3).
BLOCKS = ("account_blocked", "trading_blocked", "transfers_blocked")
ADMIN_FLAGS = ("incoming_transfers_blocked", "outgoing_transfers_blocked")
ADMIN_LIMITS = {
    "daily_transfer_limit_amount": "acct_daily_transfer_limit",
    "admin_max_options_trading_level": "max_options_trading_level",
}


@transaction.atomic(durable=True)
def restrict_account(*, actor: User, account_id: UUID, changes: RestrictionChanges, reason: str) -> Account:
    """Block, limit or disable an account, or lift that again, and announce what changed.

    What is already so is no change. Raises `ReasonTooShort`, `AccountClosed`,
    `RestrictionInvalid` or `IllegalStatusChange`.
    """
    actor.require(Permission.RESTRICT_ACCOUNTS)
    said = require_reason(reason)
    account = lock_account(actor, account_id)
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise AccountClosed(account_number=account.account_number)
    wanted = changes.given()
    if faults := by_field(restriction_faults(wanted)):
        raise RestrictionInvalid(faults)

    give_reason(said)
    record_events(put_restrictions(account, wanted, clock.now()))
    return account


def put_restrictions(account: Account, wanted: dict[str, Any], now: datetime) -> list[Event]:
    """Put restrictions on an account, or lift them, and answer what to announce: a step, under the lock.

    `wanted` is what `RestrictionChanges.given` answers, without faults. Who calls it gives the reason.
    """
    wanted = dict(wanted)
    events = _change_disabled(account, wanted.pop("is_disabled", None), now)
    before = {name: getattr(account, name) for name, value in wanted.items() if getattr(account, name) != value}
    for name in before:
        setattr(account, name, wanted[name])
    if events or before:
        account.save(update_fields=["status", "is_status_pinned", *before])
    return events + _announced(account, before, now)


def _change_disabled(account: Account, is_disabled: bool | None, now: datetime) -> list[Event]:
    """Disable, or bring a disabled account back to what it was before; the account unsaved."""
    is_now = account.status == AccountStatus.DISABLED
    if is_disabled is None or is_disabled == is_now:
        return []
    terms = AccountTerms.objects.filter(account=account)  # a firm account has none
    before = terms.values_list("status_to_resume", flat=True).first() or AccountStatus.ACTIVE
    terms.update(status_to_resume=account.status if is_disabled else "")
    payload = change_status(account, AccountStatus.DISABLED if is_disabled else AccountStatus(before))
    account.is_status_pinned = False
    return [event("account.status_changed", account=account, subject=account, at=now, payload=payload)]


def _announced(account: Account, before: dict[str, Any], now: datetime) -> list[Event]:
    blocks = {name: getattr(account, name) for name in BLOCKS if name in before}
    configured: dict[str, Any] = {name: getattr(account, name) for name in ADMIN_FLAGS if name in before}
    for name, key in ADMIN_LIMITS.items():
        if name in before:
            configured[key] = {"from": _written(before[name]), "to": _written(getattr(account, name))}
    announced = {
        "account.blocked": blocks,
        "account.admin_configured": {"admin_configurations": configured} if configured else {},
    }
    return [
        event(type, account=account, subject=account, at=now, payload=said) for type, said in announced.items() if said
    ]


def _written(value: Decimal | int | None) -> str | None:
    """Write a limit or a level as the stream's schema has it: a string, null where there is none."""
    return plain(value) if isinstance(value, Decimal) else None if value is None else str(value)
