"""Reads of journals, starting from what the actor may see."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.choices import UserKind
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage.market_calendar import NEW_YORK
from trading.journal_errors import JournalNotFound, TooManyJournals
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
    limit: int | None = None


MOST_JOURNALS = 100_000


def list_journals(actor: User, wanted: JournalFilter) -> list[Journal]:
    """Answer the newest journals that the actor may see: `limit` of them, or all where none is set.

    Raises `TooManyJournals` where all are more than 100,000.
    """
    rows = _visible_to(actor)
    if wanted.after:
        rows = rows.filter(created_at__gte=datetime.combine(wanted.after, time.min, NEW_YORK))
    if wanted.before:
        rows = rows.filter(created_at__lte=datetime.combine(wanted.before, time.max, NEW_YORK))
    exact = {name: getattr(wanted, name) for name in ("status", "entry_type", "to_account", "from_account")}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    rows = rows.order_by("-created_at", "-pk")
    if wanted.limit is not None:
        return list(rows[: wanted.limit])
    found = list(rows[: MOST_JOURNALS + 1])
    if len(found) > MOST_JOURNALS:
        raise TooManyJournals(most=MOST_JOURNALS)
    return found


def get_journal(actor: User, journal_id: UUID) -> Journal:
    """Answer one journal, or raise `JournalNotFound`."""
    found = _visible_to(actor).filter(pk=journal_id).first()
    if found is None:
        raise JournalNotFound
    return found


def _visible_to(actor: User) -> QuerySet[Journal]:
    actor.require(Permission.VIEW_ACCOUNTS)
    journals = Journal.objects.select_related("asset")
    if actor.sees_every_correspondent:
        return journals
    if actor.kind == UserKind.CUSTOMER:
        own = Account.objects.visible_to(actor)
        return journals.filter(Q(from_account__in=own) | Q(to_account__in=own))
    return journals.filter(correspondent=actor.correspondent)
