"""Orders of one account that could trade with each other (contract/trading.md 2.11)."""

from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from trading.choices import OrderSide, OrderType
from trading.models import Order
from trading.order_errors import (
    WashTrade,
)

REASON = "opposite side {type} order exists. use complex/limit/stop_limit orders"
OPPOSITE = {OrderSide.BUY.value: OrderSide.SELL, OrderSide.SELL.value: OrderSide.BUY}


def crossing_orders(account_id: Any, asset: Any, side: str, limit_price: Any) -> "QuerySet[Order, str]":
    """Answer the account's open orders on the other side of `asset` (an id, or a reference to one) that would cross.

    A market order crosses everything, a limit the limits that it meets. Each is the text that
    `require_none` reads, so that a query for something else can bring it along.
    """
    open_orders = Order.objects.open().filter(account_id=account_id, asset_id=asset, side=OPPOSITE.get(side, ""))
    if limit_price is not None:
        meets = "limit_price__lte" if side == OrderSide.BUY else "limit_price__gte"
        open_orders = open_orders.filter(Q(type=OrderType.MARKET) | Q(**{meets: limit_price}))
    found = Concat(F("type"), Value(" "), Cast("id", CharField()), output_field=CharField())
    return open_orders.order_by("submitted_at", "pk").annotate(found=found).values_list("found", flat=True)


def require_none(found: str | None) -> None:
    """Raise `WashTrade` where an order was found."""
    if found:
        order_type, order_id = found.split()
        raise WashTrade(existing_order_id=order_id, reject_reason=REASON.format(type=order_type))
