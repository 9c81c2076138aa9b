"""The blotter: the orders of all accounts, newest first, what it is narrowed down to, and the URL that says it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of, chips_of_days
from accounts.listing import read_day
from accounts.models import User
from brokerage.keyset import Page, read_page
from brokerage.templatetags.formats import sentence
from trading.choices import OrderSide, OrderStatus, OrderType, PositionIntent
from trading.models import Order
from trading.narrowing import (
    between,
    in_assets,
    is_of_all,
    known,
    of_accounts,
    of_correspondents,
    read_codes,
    read_symbol,
    seen_by,
)
from trading.rules.order_status import AT_THE_VENUE
from trading.selectors import BUCKETS

PATH = "/orders"
PAGE_SIZE = 50
BUCKET_LABELS = {"open": "Open", "closed": "Closed"}
STATUSES = {**BUCKET_LABELS, **{one.value: sentence(one.label) for one in OrderStatus}}
USUAL_STATUSES = {name: label for name, label in STATUSES.items() if name not in AT_THE_VENUE}
FILLED = {"any": "Filled at least in part", "partly": "Filled in part only", "none": "Nothing filled"}
NEWEST, OLDEST = "-submitted", "submitted"
JOINED = ("asset", "hold_asset", "account", "correspondent")


@dataclass(frozen=True)
class BlotterFilter(ListFilter):
    """Which orders to list: everything that the URL of the blotter carries.

    `statuses` are those of orders, or `open` and `closed` for all that are; the dates are days in
    New York, both included; `account` is an id, or what a name, number, e-mail or phone has.
    """

    path: ClassVar[str] = PATH
    statuses: tuple[str, ...] = ()
    symbol: str = ""
    side: str = ""
    intents: tuple[str, ...] = ()
    type: str = ""
    filled: str = ""
    account: str = ""
    submitted_from: date | None = None
    submitted_to: date | None = None
    correspondents: tuple[str, ...] = ()
    sort: str = NEWEST

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the blotter carries."""
        return {
            "status": self.statuses,
            "symbol": self.symbol,
            "side": self.side,
            "intent": self.intents,
            "type": self.type,
            "filled": self.filled,
            "account": self.account,
            "from": self.submitted_from,
            "to": self.submitted_to,
            "correspondent": self.correspondents,
            "sort": "" if self.sort == NEWEST else self.sort,
        }


def read_filter(query: QueryDict) -> BlotterFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    side, kind, filled = query.get("side", ""), query.get("type", ""), query.get("filled", "")
    return BlotterFilter(
        statuses=known(query, "status", STATUSES),
        symbol=read_symbol(query),
        side=side if side in OrderSide.values else "",
        intents=known(query, "intent", PositionIntent.values),
        type=kind if kind in OrderType.values else "",
        filled=filled if filled in FILLED else "",
        account=" ".join(query.get("account", "").split()),
        submitted_from=read_day(query.get("from", "")),
        submitted_to=read_day(query.get("to", "")),
        correspondents=read_codes(query),
        sort=OLDEST if query.get("sort") == OLDEST else NEWEST,
    )


def choices_of_status(wanted: BlotterFilter) -> list[tuple[str, str]]:
    """Answer the statuses to choose from: those that orders usually have, and whatever else is asked for."""
    return [one for one in STATUSES.items() if one[0] in USUAL_STATUSES or one[0] in wanted.statuses]


def filter_orders(actor: User, wanted: BlotterFilter) -> QuerySet[Order]:
    """Answer the orders that `actor` may see and `wanted` describes, not yet in order."""
    rows = of_correspondents(seen_by(Order.objects.all(), actor), actor, wanted.correspondents)
    if wanted.statuses:
        rows = rows.filter(status__in=_statuses(wanted.statuses))
    if wanted.symbol:
        rows = rows.filter(in_assets(wanted.symbol))
    if wanted.account:
        rows = rows.filter(of_accounts(actor, wanted.account))
    exactly = {"side": wanted.side, "type": wanted.type}
    rows = rows.filter(**{name: value for name, value in exactly.items() if value})
    if wanted.intents:
        rows = rows.filter(position_intent__in=wanted.intents)
    if wanted.filled:
        rows = rows.filter(filled_quantity=0) if wanted.filled == "none" else rows.filter(filled_quantity__gt=0)
    if wanted.filled == "partly":
        rows = rows.filter(filled_quantity__lt=F("quantity"))
    return rows.filter(between("submitted_at", wanted.submitted_from, wanted.submitted_to))


def _statuses(wanted: tuple[str, ...]) -> list[str]:
    """Answer the statuses of orders that are meant."""
    return sorted({str(status) for one in wanted for status in BUCKETS.get(one, (one,))})


def keys_of(actor: User, wanted: BlotterFilter) -> tuple[str, ...]:
    """Answer what puts the list in order: by when each was submitted.

    Over several correspondents it is the order of their ids, which is that of their making: the key
    has it, and the index by time begins with whose an order is.
    """
    keys = ("-id",) if is_of_all(actor, wanted.correspondents) else ("-submitted_at", "-id")
    return keys if wanted.sort == NEWEST else tuple(key.removeprefix("-") for key in keys)


def list_blotter(actor: User, wanted: BlotterFilter, *, after: str = "", before: str = "") -> Page[Order]:
    """Answer a page of the blotter, each order with its account and what it holds."""
    rows = filter_orders(actor, wanted).select_related(*JOINED)
    return read_page(rows, keys_of(actor, wanted), size=PAGE_SIZE, after=after, before=before)


def chips(wanted: BlotterFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the list without it."""
    found = chips_of(wanted, "statuses", STATUSES.__getitem__) + chip_of(wanted, "symbol", f"In {wanted.symbol}")
    found += chip_of(wanted, "side", "Buys" if wanted.side == OrderSide.BUY else "Sales")
    found += chips_of(wanted, "intents", lambda one: sentence(PositionIntent(one).label))
    found += chip_of(wanted, "type", f"{sentence(wanted.type)} orders")
    found += chip_of(wanted, "filled", FILLED.get(wanted.filled, ""))
    found += chip_of(wanted, "account", f"Account “{wanted.account}”")
    found += chips_of_days(wanted, "submitted", "Submitted")
    return found + chips_of(wanted, "correspondents", str)
