"""The account list as staff work with it: search, filters, order, pages; and the URL that says it all."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Least, Lower
from django.http import QueryDict

from accounts.choices import AccountStatus
from accounts.errors import AccountNotFound
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.selectors import AccountSearch, search_accounts
from brokerage.keyset import Page, read_page
from brokerage.templatetags.formats import sentence

PAGE_SIZE = 50
PATH = "/accounts"
NEWEST_FIRST = "-created"
SORTS = {
    "name": ("name_key", "id"),
    "-name": ("-name_key", "-id"),
    "number": ("account_number",),
    "-number": ("-account_number",),
    "created": ("created_at", "id"),
    NEWEST_FIRST: ("-created_at", "-id"),
}
SORT_LABELS = {
    "name": "by name",
    "-name": "by name, from the end",
    "number": "by number",
    "-number": "by number, highest first",
    "created": "oldest first",
    NEWEST_FIRST: "newest first",
}
LEVELS = {"0": "Off", "1": "Level 1", "2": "Level 2"}
# The database's form of Account.options_trading_level: LEAST passes over caps that are not set.
LEVEL_IN_FORCE = Least(
    F("options_approved_level"), F("max_options_trading_level"), F("admin_max_options_trading_level")
)


@dataclass(frozen=True)
class AccountFilter:
    """Which accounts to list and in what order: everything that the URL of the list carries."""

    query: str = ""
    statuses: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sort: str = NEWEST_FIRST

    @property
    def sort_label(self) -> str:
        """Answer the order in words."""
        return SORT_LABELS[self.sort]

    def url(self, **page: str) -> str:
        """Answer the URL of this list, at its first page unless `after` or `before` names another."""
        pairs = [("query", self.query), *(("status", one) for one in self.statuses)]
        pairs += [*(("level", one) for one in self.levels)]
        pairs += [("sort", "" if self.sort == NEWEST_FIRST else self.sort), *page.items()]
        given = [(name, value) for name, value in pairs if value]
        return f"{PATH}?{urlencode(given)}" if given else PATH


@dataclass(frozen=True)
class Chip:
    """One filter in force, and the URL of the list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Head:
    """One column's head; `url` sorts by it, `direction` says that the list is sorted so already."""

    name: str
    label: str
    style: str
    url: str = ""
    direction: str = ""


def read_filter(query: QueryDict) -> AccountFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    sort = query.get("sort", NEWEST_FIRST)
    return AccountFilter(
        query=query.get("query", "").strip(),
        statuses=tuple(one for one in AccountStatus.values if one in query.getlist("status")),
        levels=tuple(one for one in LEVELS if one in query.getlist("level")),
        sort=sort if sort in SORTS else NEWEST_FIRST,
    )


def list_accounts(actor: User, wanted: AccountFilter, *, after: str = "", before: str = "") -> Page[Account]:
    """Answer a page of the customers' accounts that `actor` may see and `wanted` describes."""
    actor.require(Permission.VIEW_ACCOUNTS)
    search = AccountSearch(query=wanted.query, statuses=wanted.statuses)
    rows = search_accounts(Account.objects.visible_to(actor).customers(), search)
    rows = rows.select_related("correspondent").annotate(name_key=Lower("name"))
    if wanted.levels:
        rows = rows.annotate(level=LEVEL_IN_FORCE).filter(level__in=[int(one) for one in wanted.levels])
    return read_page(rows, SORTS[wanted.sort], size=PAGE_SIZE, after=after, before=before)


def get_listed_account(actor: User, account_id: UUID) -> Account:
    """Answer an account with its correspondent and nothing more, or raise `AccountNotFound`."""
    actor.require(Permission.VIEW_ACCOUNTS)
    found = Account.objects.visible_to(actor).select_related("correspondent").filter(pk=account_id).first()
    if found is None:
        raise AccountNotFound
    return found


def chips(wanted: AccountFilter) -> list[Chip]:
    """Answer the filters in force, one by one."""
    found = [Chip(f"“{wanted.query}”", replace(wanted, query="").url())] if wanted.query else []
    for status in wanted.statuses:
        rest = tuple(one for one in wanted.statuses if one != status)
        found.append(Chip(sentence(AccountStatus(status).label), replace(wanted, statuses=rest).url()))
    for level in wanted.levels:
        rest = tuple(one for one in wanted.levels if one != level)
        found.append(Chip(f"Options: {LEVELS[level].lower()}", replace(wanted, levels=rest).url()))
    return found


def heads(wanted: AccountFilter, *, shows_correspondent: bool) -> list[Head]:
    """Answer the heads of the list's columns."""
    columns = [
        _sorting(wanted, "name", "Name", ""),
        _sorting(wanted, "number", "Number", "column-account"),
        Head("status", "Status", "column-status"),
        Head("level", "Options", "column-level"),
        Head("email", "E-mail", "column-email second"),
        Head("house", "Correspondent", "column-house second"),
        _sorting(wanted, "created", "Opened", "column-day third number"),
    ]
    return [head for head in columns if shows_correspondent or head.name != "house"]


def _sorting(wanted: AccountFilter, name: str, label: str, style: str) -> Head:
    """Answer a head that sorts: first the way people look for it, then the other way round."""
    first = NEWEST_FIRST if name == "created" else name
    other = name if name == "created" else f"-{name}"
    directions = {name: "ascending", f"-{name}": "descending"}
    url = replace(wanted, sort=other if wanted.sort == first else first).url()
    return Head(name, label, style, url, directions.get(wanted.sort, ""))
