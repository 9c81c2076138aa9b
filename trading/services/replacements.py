"""What becomes of an order that is to replace another: steps, under the account's lock."""

from datetime import datetime
from decimal import Decimal

from accounts.models import Account
from brokerage.events import record_event
from options.rules.asset_ids import USD_ID
from trading.choices import OrderStatus
from trading.instruments import read_holdings
from trading.models import Order
from trading.order_wire import order_event
from trading.rules.order_status import require_move
from trading.services.endings import finish_order


def swap(account: Account, order: Order, replacement: Order, at: datetime) -> None:
    """End an order in favor of its replacement, which the venue works from now on; or let it go on.

    The replacement takes over what the order still holds. Where that, what the replacement holds
    itself, and what is free do not come to what it needs, or the order has ended, it is rejected.
    """
    needed = replacement.hold_per_unit * replacement.quantity
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


def shrink_replacement(account: Account, order: Order, filled: Decimal, at: datetime) -> None:
    """Take what just filled of an order off the one that is to replace it; nothing left of either rejects that one."""
    waiting = Order.objects.waiting_to_replace().select_related("asset").filter(replaces=order).first()
    if waiting is None:
        return
    if order.remaining_quantity == 0 or waiting.quantity <= filled:
        finish_order(account, waiting, OrderStatus.REJECTED, at)
        return
    waiting.quantity -= filled
    waiting.save(update_fields=["quantity"])


def _is_there(account: Account, order: Order, more: Decimal) -> bool:
    if more <= 0:
        return True
    asset_id = order.hold_asset_id
    holdings = read_holdings(account.pk, [asset_id])
    return more <= (holdings.free_cash if asset_id == USD_ID else holdings.free_quantity(asset_id))
