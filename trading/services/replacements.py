"""What becomes of an order that is to replace another, or has: steps, under the account's lock."""

from datetime import datetime
from decimal import Decimal

from accounts.models import Account
from brokerage.events import record_event
from options.rules.asset_ids import USD_ID
from trading.choices import OrderStatus
from trading.instruments import read_holdings
from trading.models import Order
from trading.order_wire import order_event
from trading.rules.order_status import ending_of, require_move
from trading.services.endings import finish_order


def swap(account: Account, order: Order, replacement: Order, at: datetime) -> None:
    """End an order in favor of its replacement, which the venue works from now on; or let it go on.

    The replacement takes over what the order still holds. Where that, what the replacement holds
    itself, and what is free do not come to what it needs, or the order has ended, it is rejected.
    """
    needed = replacement.hold_for(replacement.quantity)
    if order.status != OrderStatus.PENDING_REPLACE or not _is_there(
        account, order, needed - order.hold_quantity - replacement.hold_quantity
    ):
        finish_order(account, replacement, OrderStatus.REJECTED, at)
        return
    order.replaced_by = replacement
    finish_order(account, order, OrderStatus.REPLACED, at)
    replacement.status = require_move(replacement.status, OrderStatus.NEW)
    replacement.hold_quantity = needed
    replacement.updated_at = at
    replacement.save(update_fields=["status", "hold_quantity", "updated_at"])
    record_event("order.new", account=account, subject=replacement, at=at, payload=order_event(replacement))


def take_off_successor(account: Account, order: Order, filled: Decimal, at: datetime) -> None:
    """Take what just filled of an order off the one that is to replace it, or has, and off that one's own successor.

    An execution may be reported once the order has been replaced (domain rule OR-8): the successor
    is for what was still to fill, and holds so much less. Nothing left of it ends it, and so does
    the first order's filling before the venue has swapped them (contract/trading.md 2.7).
    """
    successor = _successor(order)
    if successor is None:
        return
    if successor.is_open and (order.status == OrderStatus.FILLED or successor.remaining_quantity <= filled):
        own = _successor(successor)
        finish_order(account, successor, ending_of(successor.status, has_filled=bool(successor.filled_quantity)), at)
        if own is not None and own.is_open:
            finish_order(account, own, OrderStatus.REJECTED, at)
        return
    if successor.is_open:
        _shrink(account, order, successor, filled, at)
    take_off_successor(account, successor, filled, at)


def _successor(order: Order) -> Order | None:
    orders = Order.objects.select_related("asset__contract__underlying")
    if order.replaced_by_id is not None:
        return orders.get(pk=order.replaced_by_id)
    return orders.filter(replaces=order).waiting_to_replace().first()


def _shrink(account: Account, order: Order, successor: Order, filled: Decimal, at: datetime) -> None:
    """Make the successor as much smaller; what it then needs is held once, by both together."""
    successor.quantity -= filled
    needed = successor.hold_for(successor.remaining_quantity)
    waits = successor.status == OrderStatus.ACCEPTED
    held_already = order.hold_quantity if waits and order.hold_asset_id == successor.hold_asset_id else Decimal(0)
    successor.hold_quantity = min(successor.hold_quantity, max(needed - held_already, Decimal(0)))
    successor.updated_at = at
    successor.save(update_fields=["quantity", "hold_quantity", "updated_at"])
    record_event("order.restated", account=account, subject=successor, at=at, payload=order_event(successor))


def _is_there(account: Account, order: Order, more: Decimal) -> bool:
    if more <= 0:
        return True
    asset_id = order.hold_asset_id
    holdings = read_holdings(account.pk, [asset_id])
    return more <= (holdings.free_cash if asset_id == USD_ID else holdings.free_quantity(asset_id))
