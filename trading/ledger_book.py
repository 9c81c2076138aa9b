"""The ledger as staff work in it: the activities of all accounts, what they are narrowed down to, and their totals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum, Window
from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of, chips_of_days
from accounts.listing import read_day
from accounts.models import Account, User
from brokerage.keyset import Page, read_page
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, OrderSide
from trading.listing import find_exactly
from trading.models import Activity, LedgerTransaction, Position, Posting
from trading.narrowing import (
    in_assets,
    known,
    of_accounts,
    of_correspondents,
    read_codes,
    read_symbol,
    seen_by,
)
from trading.templatetags.activities import activity_words

PATH = "/ledger"
PAGE_SIZE = 50
KEYS = ("-id",)  # ids sort by time, over all accounts (contract/trading.md 5.2)
JOINED = ("account", "correspondent", "asset")
# How far back a running balance is counted: no page sums a whole history.
NEWEST_COUNTED = 10_000
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LedgerFilter(ListFilter):
    """Which activities to list: everything that the URL of the ledger carries. The days are those they are dated."""

    path: ClassVar[str] = PATH
    types: tuple[str, ...] = ()
    symbol: str = ""
    account: str = ""
    dated_from: date | None = None
    dated_to: date | None = None
    correspondents: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the ledger carries."""
        return {
            "type": self.types,
            "symbol": self.symbol,
            "account": self.account,
            "from": self.dated_from,
            "to": self.dated_to,
            "correspondent": self.correspondents,
        }


@dataclass(frozen=True)
class LedgerLine:
    """One activity, and the cash balance of its account right after it; None where that is not counted."""

    activity: Activity
    balance: Decimal | None

    @property
    def quantity(self) -> Decimal | None:
        """Answer what came in, below zero where it went out: a trade's row carries its side instead."""
        quantity = self.activity.quantity
        return -quantity if quantity is not None and self.activity.side == OrderSide.SELL else quantity


@dataclass(frozen=True)
class TypeTotal:
    """How many activities of a type there are, and what they come to in dollars."""

    activity_type: str
    rows: int
    net_amount: Decimal


def read_filter(query: QueryDict) -> LedgerFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    return LedgerFilter(
        types=known(query, "type", ActivityType.values),
        symbol=read_symbol(query),
        account=" ".join(query.get("account", "").split()),
        dated_from=read_day(query.get("from", "")),
        dated_to=read_day(query.get("to", "")),
        correspondents=read_codes(query),
    )


def chips(wanted: LedgerFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the list without it."""
    found = chips_of(wanted, "types", activity_words) + chip_of(wanted, "symbol", f"In {wanted.symbol}")
    found += chip_of(wanted, "account", f"Account “{wanted.account}”")
    return found + chips_of(wanted, "correspondents", str) + chips_of_days(wanted, "dated", "Dated")


def filter_activities(actor: User, wanted: LedgerFilter) -> QuerySet[Activity]:
    """Answer the activities that `actor` may see and `wanted` describes, not yet in order."""
    rows = of_correspondents(seen_by(Activity.objects.all(), actor), actor, wanted.correspondents)
    if wanted.types:
        rows = rows.filter(activity_type__in=wanted.types)
    if wanted.symbol:
        rows = rows.filter(in_assets(wanted.symbol))
    if wanted.account:
        rows = rows.filter(of_accounts(actor, wanted.account))
    if wanted.dated_from:
        rows = rows.filter(date__gte=wanted.dated_from)
    if wanted.dated_to:
        rows = rows.filter(date__lte=wanted.dated_to)
    return rows


def list_activities(actor: User, wanted: LedgerFilter, *, after: str = "", before: str = "") -> Page[Activity]:
    """Answer a page of the ledger, newest first, each activity with its account and asset."""
    rows = filter_activities(actor, wanted).select_related(*JOINED)
    return read_page(rows, KEYS, size=PAGE_SIZE, after=after, before=before)


def find_one_account(actor: User, wanted: LedgerFilter) -> Account | None:
    """Answer the account that `wanted` names exactly, or None where it names several, or none."""
    return find_exactly(actor, wanted.account) if wanted.account else None


def with_balances(account: Account | None, activities: Sequence[Activity]) -> list[LedgerLine]:
    """Answer the lines of a page; where they are one account's, with its cash right after each.

    It is counted back from the cash that the account has now, through its newest activities.
    """
    balances = _balances(account, activities[-1].pk) if account is not None and activities else {}
    return [LedgerLine(activity, balances.get(activity.pk)) for activity in activities]


def _balances(account: Account, oldest_id: str) -> dict[str, Decimal]:
    cash = Position.objects.filter(account=account, asset_id=USD_ID).values_list("quantity", flat=True).first()
    newest = Activity.objects.filter(account=account, id__gte=oldest_id).order_by("-id")
    summed = newest.annotate(through=Window(Sum("net_amount"), order_by=F("id").desc()))
    rows = summed.values_list("id", "net_amount", "through")[:NEWEST_COUNTED]
    return {key: (cash or Decimal(0)) - through + net_amount for key, net_amount, through in rows}


def totals(actor: User, wanted: LedgerFilter) -> list[TypeTotal]:
    """Answer what all that `wanted` describes comes to, by type: the control totals of an export."""
    rows = filter_activities(actor, wanted).order_by("activity_type").values("activity_type")
    found = rows.annotate(rows=Count("pk"), net_amount=Sum("net_amount"))
    return [TypeTotal(one["activity_type"], one["rows"], one["net_amount"]) for one in found]


def of_transaction(actor: User, transaction_id: UUID) -> list[Activity]:
    """Answer the faces of a ledger transaction that the actor may see, with account and asset."""
    rows = seen_by(Activity.objects.filter(transaction_id=transaction_id), actor)
    return list(
        rows.select_related(*JOINED, "order", "transaction__reverses", "transaction__reversed_by").order_by("id")
    )


def postings_of(actor: User, transaction: LedgerTransaction) -> Iterator[Posting]:
    """Yield what moved, from whose book to whose; of another correspondent's account only that it is another's."""
    own = set(
        Account.objects.visible_to(actor)
        .filter(pk__in=transaction.postings.values("source_account"))
        .union(Account.objects.visible_to(actor).filter(pk__in=transaction.postings.values("destination_account")))
        .values_list("pk", flat=True)
    )
    for posting in transaction.postings.select_related("asset", "source_account", "destination_account").order_by("pk"):
        if own & {posting.source_account_id, posting.destination_account_id}:
            yield posting


def beside(activity: Activity) -> list[Activity]:
    """Answer the other activities of the same event in the same account: they share its group."""
    if activity.group_id is None:
        return []
    day = activity.id[:8]
    rows = Activity.objects.filter(account_id=activity.account_id, group_id=activity.group_id)
    near = rows.filter(id__gte=day, id__lt=f"{day}:").exclude(transaction_id=activity.transaction_id)
    return list(near.select_related("asset").order_by("id"))
