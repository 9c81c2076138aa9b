"""Reads of journals, starting from what the actor may see."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage.market_calendar import NEW_YORK
from trading.journal_errors import JournalNotFound
from trading.models import Journal


@dataclass(frozen=True)
class JournalFilter:
    """Which journals to list, newest first; days are New York's and included (contract/accounts.md 5.3)."""

    after: date | None = None
    before: date | None = None
    status: str = ""
    entry_type: str = ""
    to_account: UUID | None = None
    from_account: UUID | None = None
    limit: int = 1000


def list_journals(actor: User, wanted: JournalFilter) -> list[Journal]:
    """Answer the newest journals out of accounts that the actor may see."""
    rows = _visible_to(actor)
    if wanted.after:
        rows = rows.filter(created_at__gte=datetime.combine(wanted.after, time.min, NEW_YORK))
    if wanted.before:
        rows = rows.filter(created_at__lt=datetime.combine(wanted.before, time.min, NEW_YORK) + timedelta(days=1))
    exact = {name: getattr(wanted, name) for name in ("status", "entry_type", "to_account", "from_account")}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return list(rows.order_by("-created_at", "-pk")[: wanted.limit])


def get_journal(actor: User, journal_id: UUID) -> Journal:
    """Answer one journal, or raise `JournalNotFound`."""
    found = _visible_to(actor).filter(pk=journal_id).first()
    if found is None:
        raise JournalNotFound
    return found


def _visible_to(actor: User) -> QuerySet[Journal]:
    actor.require(Permission.VIEW_ACCOUNTS)
    return Journal.objects.filter(from_account__in=Account.objects.visible_to(actor)).select_related("asset")
