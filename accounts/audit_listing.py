"""The audit trail as people search it: filters, pages by key, and what each entry says without what is masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q
from django.http import QueryDict

from accounts.audit_words import Difference, account_words, differences, origin_words, subject_words
from accounts.choices import AuditAct
from accounts.models import Account, ApiKey, AuditEntry, Correspondent, OpeningDraft, SettingsProposal, User
from accounts.models.audit import AuditEntryQuerySet
from accounts.permissions import Permission
from accounts.selectors import AccountSearch, search_accounts
from brokerage.keyset import Page, read_page
from brokerage.market_calendar import NEW_YORK

PAGE_SIZE = 50
PATH = "/audit"
NEWEST_FIRST = ("-at", "-id")
# Records of no account whose own columns tell nobody anything: the table, and the column that does.
NAMED_BY: dict[str, tuple[type[Model], str]] = {
    "ApiKey": (ApiKey, "key_id"),
    "Correspondent": (Correspondent, "code"),
    "OpeningDraft": (OpeningDraft, "label"),
    "SettingsProposal": (SettingsProposal, "correspondent__code"),
}
MOST_NAMED = 50
"""How many accounts or people a name may stand for; whoever means another types more of it."""


@dataclass(frozen=True)
class AuditFilter:
    """Which entries to list: everything that the URL carries. Times are New York's."""

    account: str = ""
    actor: str = ""
    acts: tuple[str, ...] = ()
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""
    reason: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Answer what the URL says, name by name."""
        pairs = [("account", self.account), ("actor", self.actor), *(("act", act) for act in self.acts)]
        pairs += [("subject", self.subject), ("request", self.request_id), ("reason", self.reason)]
        pairs += [("from", self.since_text), ("to", self.until_text)]
        return [(name, value) for name, value in pairs if value]

    @property
    def since_text(self) -> str:
        """Answer the start as a form takes it."""
        return _local_text(self.since)

    @property
    def until_text(self) -> str:
        """Answer the end as a form takes it."""
        return _local_text(self.until)

    def url(self, path: str = PATH, **page: str) -> str:
        """Answer the URL of this list, at its first page unless `after` or `before` names another."""
        given = [*self.pairs, *((name, value) for name, value in page.items() if value)]
        return f"{path}?{urlencode(given)}" if given else path


@dataclass(frozen=True)
class AuditRow:
    """One entry, as a line and what it opens to."""

    entry: AuditEntry
    who: str
    what: str
    account: Account | None
    about: str
    came_from: tuple[str, str]
    differences: list[Difference]


def read_filter(query: QueryDict) -> AuditFilter:
    """Answer the filter that a query string asks for; what it does not know it leaves out."""
    return AuditFilter(
        account=query.get("account", "").strip(),
        actor=query.get("actor", "").strip(),
        acts=tuple(one for one in AuditAct.values if one in query.getlist("act")),
        subject=query.get("subject", "").strip()[:60],
        since=_local_time(query.get("from", "")),
        until=_local_time(query.get("to", "")),
        request_id=query.get("request", "").strip().lower()[:32],
        reason=query.get("reason", "").strip(),
    )


def filter_audit(actor: User, wanted: AuditFilter) -> AuditEntryQuerySet:
    """Answer the entries that `actor` may see and `wanted` describes."""
    actor.require(Permission.VIEW_AUDIT)
    entries = AuditEntry.objects.visible_to(actor)
    if wanted.account:
        entries = entries.filter(account_id__in=_accounts_named(actor, wanted.account))
    if wanted.actor:
        entries = entries.filter(actor_id__in=_users_named(actor, wanted.actor))
    if wanted.acts:
        entries = entries.filter(act__in=wanted.acts)
    if wanted.subject:
        entries = entries.filter(subject=wanted.subject)
    if wanted.since:
        entries = entries.filter(at__gte=wanted.since)
    if wanted.until:
        entries = entries.filter(at__lt=wanted.until)
    if wanted.request_id:
        entries = entries.filter(request_id=wanted.request_id)
    if wanted.reason:
        entries = entries.exclude(reason="").filter(reason__icontains=wanted.reason)
    return entries


def list_audit(actor: User, wanted: AuditFilter, *, after: str = "", before: str = "") -> Page[AuditEntry]:
    """Answer a page of the trail, newest first."""
    return read_page(filter_audit(actor, wanted), NEWEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def list_account_audit(actor: User, account: Account, *, after: str = "", before: str = "") -> Page[AuditEntry]:
    """Answer a page of the entries of one account, newest first."""
    actor.require(Permission.VIEW_AUDIT)
    entries = AuditEntry.objects.visible_to(actor).filter(account_id=account.pk)
    return read_page(entries, NEWEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def describe(entries: Iterable[AuditEntry]) -> list[AuditRow]:
    """Answer the entries with the names of who and what they speak of, in a query for each kind of them."""
    found = list(entries)
    users = User.objects.in_bulk({one for entry in found for one in (entry.actor_id, _person(entry)) if one})
    names = _names(found)
    ids: set[UUID] = {entry.account_id for entry in found if entry.account_id}
    accounts = Account.objects.in_bulk(ids)
    return [
        AuditRow(
            entry,
            who=_who(entry, users),
            what=subject_words(entry.subject),
            account=accounts.get(entry.account_id) if entry.account_id else None,
            about=_about(entry, users, names),
            came_from=origin_words(entry.origin),
            differences=differences(entry),
        )
        for entry in found
    ]


def _person(entry: AuditEntry) -> int | None:
    """Answer the id of the user whom an entry is about: their own row, their coming and going, their factors."""
    if entry.subject == "Authenticator":
        row = entry.after or entry.before or {}
        return row.get("user_id")
    return int(entry.subject_id) if entry.subject in ("User", "sign_in") and entry.subject_id.isdigit() else None


def _names(entries: list[AuditEntry]) -> dict[tuple[str, str], str]:
    """Answer what the records of `NAMED_BY` are called, by subject and id."""
    names: dict[tuple[str, str], str] = {}
    for subject, (model, column) in NAMED_BY.items():
        ids = {entry.subject_id for entry in entries if entry.subject == subject}
        if ids:
            named = model._default_manager.filter(pk__in=ids).values_list("pk", column)
            names |= {(subject, str(pk)): name for pk, name in named}
    return names


def _about(entry: AuditEntry, users: dict[Any, User], names: dict[tuple[str, str], str]) -> str:
    person = users.get(_person(entry))
    return person.email if person else names.get((entry.subject, entry.subject_id)) or account_words(entry)


def _who(entry: AuditEntry, users: dict[Any, User]) -> str:
    if entry.actor_id is None:
        return "Nobody signed in"
    return str(users.get(entry.actor_id, f"User {entry.actor_id}"))


def _accounts_named(actor: User, text: str) -> list[UUID]:
    accounts = Account.objects.visible_to(actor)
    named = accounts.filter(account_number=text) if text.isdigit() and len(text) == 9 else None
    if named is None:
        named = search_accounts(accounts, AccountSearch(query=text))
    return list(named.values_list("pk", flat=True)[:MOST_NAMED])


def _users_named(actor: User, text: str) -> list[int]:
    users = User.objects.filter(Q(email__icontains=text) | Q(name__icontains=text))
    if not actor.sees_every_correspondent:
        users = users.filter(Q(correspondent_id=actor.correspondent_id) | Q(kind="system"))
    return list(users.order_by("pk").values_list("pk", flat=True)[:MOST_NAMED])


def _local_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)
    except ValueError:
        return None


def _local_text(moment: datetime | None) -> str:
    return f"{moment.astimezone(NEW_YORK):%Y-%m-%dT%H:%M}" if moment else ""
