"""End an order without a fill: a step of services, under the account's lock."""

from datetime import datetime

from accounts.models import Account
from brokerage.events import record_event
from trading.choices import OrderStatus
from trading.models import Order
from trading.order_wire import order_event
from trading.rules.order_status import at_work, require_move

ENDED_AT: dict[OrderStatus, str] = {
    OrderStatus.CANCELED: "canceled_at",
    OrderStatus.EXPIRED: "expired_at",
    OrderStatus.REJECTED: "failed_at",
    OrderStatus.REPLACED: "replaced_at",
}


def finish_order(account: Account, order: Order, status: OrderStatus, at: datetime) -> None:
    """End an open order without a fill, let go of what it holds, and announce it. A step, under the lock.

    Where it was to replace another order, that one goes on as it was.
    """
    waited = order.status == OrderStatus.ACCEPTED
    order.status = require_move(order.status, status)
    order.hold_quantity = 0
    order.updated_at = at
    setattr(order, ENDED_AT[status], at)
    order.save(update_fields=["status", "hold_quantity", "updated_at", "replaced_by", ENDED_AT[status]])
    record_event(f"order.{status}", account=account, subject=order, at=at, payload=order_event(order))
    if waited and order.replaces_id:
        _resume(account, Order.objects.select_related("asset__contract__underlying").get(pk=order.replaces_id), at)


def _resume(account: Account, order: Order, at: datetime) -> None:
    """Let an order that was to be replaced go on as it was, where it has not ended."""
    if order.status == OrderStatus.PENDING_REPLACE:
        order.status = at_work(order.status, has_filled=bool(order.filled_quantity))
        order.updated_at = at
        order.save(update_fields=["status", "updated_at"])
    record_event("order.order_replace_rejected", account=account, subject=order, at=at, payload=order_event(order))
