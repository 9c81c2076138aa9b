"""The account list as staff work with it: search, filters, order, pages; and the URL that says it all."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict

from accounts.choices import AccountStatus, EnabledAsset
from accounts.errors import AccountNotFound
from accounts.list_filters import ListFilter
from accounts.models import Account, User
from accounts.models.accounts import LEVEL_IN_FORCE, AccountQuerySet
from accounts.permissions import Permission
from accounts.selectors import AccountSearch, search_accounts
from brokerage.keyset import Page, read_page
from brokerage.market_calendar import NEW_YORK

PAGE_SIZE = 50
PATH = "/accounts"
NEWEST_FIRST = "-created"
LAST_PAGE = "last"
SORTS: dict[str, tuple[str, ...]] = {
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
LONGEST_CODE = 4


@dataclass(frozen=True)
class AccountFilter(ListFilter):
    """Which accounts to list and in what order: everything that the URL of the list carries.

    The dates are days in New York; both are part of what is listed. `correspondents` are codes.
    """

    path: ClassVar[str] = PATH
    query: str = ""
    statuses: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    opened_from: date | None = None
    opened_to: date | None = None
    correspondents: tuple[str, ...] = ()
    sort: str = NEWEST_FIRST

    @property
    def sort_label(self) -> str:
        """Answer the order in words."""
        return SORT_LABELS[self.sort]

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the list carries."""
        return {
            "query": self.query,
            "status": self.statuses,
            "level": self.levels,
            "asset": self.assets,
            "from": self.opened_from,
            "to": self.opened_to,
            "correspondent": self.correspondents,
            "sort": "" if self.sort == NEWEST_FIRST else self.sort,
        }


def read_filter(query: QueryDict) -> AccountFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    sort = query.get("sort", NEWEST_FIRST)
    codes = dict.fromkeys(code.upper() for code in query.getlist("correspondent") if 0 < len(code) <= LONGEST_CODE)
    return AccountFilter(
        query=query.get("query", "").strip(),
        statuses=tuple(one for one in AccountStatus.values if one in query.getlist("status")),
        levels=tuple(one for one in LEVELS if one in query.getlist("level")),
        assets=tuple(one for one in EnabledAsset.values if one in query.getlist("asset")),
        opened_from=read_day(query.get("from", "")),
        opened_to=read_day(query.get("to", "")),
        correspondents=tuple(codes),
        sort=sort if sort in SORTS else NEWEST_FIRST,
    )


def filter_accounts(actor: User, wanted: AccountFilter) -> AccountQuerySet:
    """Answer the customers' accounts that `actor` may see and `wanted` describes, not yet in order."""
    actor.require(Permission.VIEW_ACCOUNTS)
    search = AccountSearch(query=wanted.query, statuses=wanted.statuses)
    rows = search_accounts(Account.objects.visible_to(actor).customers(), search)
    if wanted.levels:
        rows = rows.annotate(level=LEVEL_IN_FORCE).filter(level__in=[int(one) for one in wanted.levels])
    if wanted.assets:
        rows = rows.filter(enabled_assets__overlap=list(wanted.assets))
    if wanted.opened_from:
        rows = rows.filter(created_at__gte=midnight(wanted.opened_from))
    if wanted.opened_to:
        rows = rows.filter(created_at__lt=midnight(wanted.opened_to + timedelta(days=1)))
    if wanted.correspondents and actor.sees_every_correspondent:
        rows = rows.filter(correspondent__code__in=wanted.correspondents)
    return rows


def list_accounts(
    actor: User, wanted: AccountFilter, *, after: str = "", before: str = "", is_last: bool = False
) -> Page[Account]:
    """Answer a page of the customers' accounts that `actor` may see and `wanted` describes."""
    rows = filter_accounts(actor, wanted).select_related("correspondent")
    return read_page(rows, SORTS[wanted.sort], size=PAGE_SIZE, after=after, before=before, is_last=is_last)


def get_listed_account(actor: User, account_id: UUID) -> Account:
    """Answer an account with its correspondent and nothing more, or raise `AccountNotFound`."""
    actor.require(Permission.VIEW_ACCOUNTS)
    found = Account.objects.visible_to(actor).select_related("correspondent").filter(pk=account_id).first()
    if found is None:
        raise AccountNotFound
    return found


def midnight(day: date) -> datetime:
    """Answer the instant at which a day begins in New York."""
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)


def read_day(text: str) -> date | None:
    """Read a day of the years that the calendar and the database can hold, else None."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 9998 else None
