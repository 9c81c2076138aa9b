"""Orders, activities and holders as staff page through them: by key, newest first or by name."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.choices import AccountKind
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.selectors import AccountSearch, search_accounts
from brokerage import clock
from brokerage.keyset import Page, read_page
from options.chain import with_options
from options.choices import AssetStatus
from options.models import Asset, OptionContract
from options.rules.expirations import first_live_date
from trading.models import Activity, Order, Position
from trading.selectors import BUCKETS

PAGE_SIZE = 50
FOUND_SIZE = 20
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,31}")
OF_CONTRACT = re.compile(r"[A-Z][A-Z0-9.]*[0-9]")


def page_orders(account: Account, *, status: str, size: int, after: str = "", before: str = "") -> Page[Order]:
    """Answer a page of the account's orders, newest first; `status` is open, closed, or anything for all."""
    rows = Order.objects.filter(account=account).select_related("asset", "hold_asset")
    if status in BUCKETS:
        rows = rows.filter(status__in=BUCKETS[status])
    return read_page(rows, ("-submitted_at", "-id"), size=size, after=after, before=before)


def page_activities(account: Account, *, size: int, after: str = "", before: str = "") -> Page[Activity]:
    """Answer a page of the account's activities, newest first: their ids sort by time."""
    rows = Activity.objects.filter(account=account).select_related("asset")
    return read_page(rows, ("-id",), size=size, after=after, before=before)


@dataclass(frozen=True)
class Found:
    """What a search found: accounts by who holds them, who holds the asset of that symbol, and what begins with it."""

    accounts: list[Account]
    has_more_accounts: bool
    asset: Asset | None
    holders: Page[Position]
    underlyings: list[Asset]
    contracts: list[OptionContract]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing at all was found."""
        return not (self.accounts or self.asset or self.underlyings or self.contracts)


def search(actor: User, query: str, *, after: str = "", before: str = "") -> Found:
    """Answer the accounts that `query` names, and those that hold the asset whose symbol it is.

    A share's symbol finds the holders of its contracts too. Firm accounts hold what they journal
    out and are no answer to who holds it.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    accounts = Account.objects.visible_to(actor)
    matches = search_accounts(accounts.customers(), AccountSearch(query=query)).select_related("correspondent")
    found = list(matches.order_by(Lower("name"), "id")[: FOUND_SIZE + 1]) if query else []
    asset = Asset.objects.filter(symbol=query.upper()).exclude(asset_class="usd").first()
    holders: Page[Position] = Page([])
    if asset is not None:
        holders = read_page(
            _holding(asset, accounts), ("holder_key", "account_id", "id"), size=PAGE_SIZE, after=after, before=before
        )
    listed = find_listed(query.upper(), clock.now())
    return Found(found[:FOUND_SIZE], len(found) > FOUND_SIZE, asset, holders, *listed)


def find_listed(prefix: str, at: datetime) -> tuple[list[Asset], list[OptionContract]]:
    """Answer the underlyings and the contracts that trade at `at` and whose symbols begin so.

    Contracts are looked for once a figure of their date is named: before it, the chain shows them better.
    """
    if not SYMBOL.fullmatch(prefix):
        return [], []
    underlyings = list(with_options(at).filter(symbol__startswith=prefix).order_by("symbol")[:FOUND_SIZE])
    if not OF_CONTRACT.match(prefix):
        return underlyings, []
    live = OptionContract.objects.filter(
        asset__symbol__startswith=prefix,
        asset__status=AssetStatus.ACTIVE,
        retired_at__isnull=True,
        expiration_date__gte=first_live_date(at),
    )
    return underlyings, list(live.select_related("asset", "underlying").order_by("asset__symbol")[:FOUND_SIZE])


def _holding(asset: Asset, accounts: QuerySet[Account]) -> QuerySet[Position]:
    rows = Position.objects.securities().filter(Q(asset=asset) | Q(asset__contract__underlying=asset))
    rows = rows.filter(account__in=accounts, account__kind=AccountKind.CUSTOMER)
    return rows.select_related("account__correspondent", "asset").annotate(holder_key=Lower("account__name"))


def find_exactly(actor: User, query: str) -> Account | None:
    """Answer the one account with that id, number or e-mail address, or None where there is not exactly one.

    The trigram index of the search text narrows it down first: no address is compared with every row.
    """
    accounts = Account.objects.visible_to(actor)
    account_id = _read_id(query)
    if account_id is not None:
        return accounts.filter(pk=account_id).first()
    exactly = Q(account_number=query) | Q(email_address__iexact=query)
    found = list(search_accounts(accounts, AccountSearch(query=query)).filter(exactly)[:2]) if query else []
    return found[0] if len(found) == 1 else None


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
