"""Which orders an account lists, by what a query asks (contract/trading.md 2.6): always in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery

from accounts.models import Account
from options.choices import AssetClass
from options.rules.contracts import is_contract_symbol
from trading.models import Order
from trading.order_errors import OrderNotFound
from trading.selectors import BUCKETS


@dataclass(frozen=True)
class OrderFilter:
    """Which orders to list, newest first unless `ascending`.

    Quantities are compared with what was ordered, and both bounds are left out. `before_order` and
    `after_order` are orders of the account, and left out too.
    """

    status: str = "open"
    after: datetime | None = None
    until: datetime | None = None
    side: str = ""
    symbols: tuple[str, ...] = ()
    asset_classes: tuple[str, ...] = ()
    subtag: str = ""
    qty_above: Decimal | None = None
    qty_below: Decimal | None = None
    before_order: UUID | None = None
    after_order: UUID | None = None
    ascending: bool = False
    limit: int = 50


def list_orders(account: Account, wanted: OrderFilter) -> list[Order]:
    """Answer the account's orders with their assets, at most `limit`, in one query.

    Before or after an order that is not the account's there is nothing.
    """
    rows: QuerySet[Order] = Order.objects.filter(account=account).select_related("asset")
    if wanted.status in BUCKETS:
        rows = rows.filter(status__in=BUCKETS[wanted.status])
    bounds = {
        "submitted_at__gt": wanted.after,
        "submitted_at__lt": wanted.until,
        "side": wanted.side or None,
        "subtag": wanted.subtag or None,
        "quantity__gt": wanted.qty_above,
        "quantity__lt": wanted.qty_below,
        "asset__asset_class__in": wanted.asset_classes or None,
    }
    rows = rows.filter(**{name: value for name, value in bounds.items() if value is not None})
    if wanted.symbols:
        rows = rows.filter(_named(wanted.symbols, wanted.asset_classes))
    if wanted.before_order:
        rows = _beside(rows, account, wanted.before_order, "lt")
    if wanted.after_order:
        rows = _beside(rows, account, wanted.after_order, "gt")
    order = ("submitted_at", "pk") if wanted.ascending else ("-submitted_at", "-pk")
    return list(rows.order_by(*order)[: wanted.limit])


def _beside(rows: QuerySet[Order], account: Account, order_id: UUID, side: str) -> QuerySet[Order]:
    """Keep what was submitted before (`lt`) or after (`gt`) an order; its id breaks the ties of an instant."""
    submitted_at = Subquery(Order.objects.filter(account=account, pk=order_id).values("submitted_at")[:1])
    ties = Q(submitted_at=submitted_at, **{f"pk__{side}": order_id})
    return rows.filter(Q(**{f"submitted_at__{side}": submitted_at}) | ties)


def _named(symbols: Iterable[str], asset_classes: tuple[str, ...]) -> Q:
    """Match the symbols; among options only, an underlying's symbol matches its contracts too."""
    named = Q(asset__symbol__in=symbols)
    if asset_classes == (AssetClass.US_OPTION,):
        named |= Q(asset__contract__underlying__symbol__in=[one for one in symbols if not is_contract_symbol(one)])
    return named


def find_order_by_client_id(account: Account, client_order_id: str) -> Order:
    """Answer the account's order with that client order id, or raise `OrderNotFound`."""
    found = Order.objects.filter(account=account, client_order_id=client_order_id).select_related("asset").first()
    if found is None:
        raise OrderNotFound(order_id=client_order_id)
    return found
