"""Orders that sell what an account cannot carry into its expiration: steps of the review (OR-12, XD-6)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import Account
from accounts.services.users import system_user
from brokerage.errors import BrokerageError
from brokerage.events import event, record_events
from brokerage.money import plain
from options.choices import AssetClass
from options.models import Asset
from trading.choices import OrderOrigin, OrderSide, OrderStatus, OrderType, PositionIntent, TimeInForce
from trading.fee_schedule import rates_on
from trading.instruments import read_holdings
from trading.models import Order
from trading.order_wire import order_event
from trading.rules.expiration import RULE_VERSION
from trading.rules.order_terms import OrderTicket
from trading.rules.postings import trade_date
from trading.services.orders import ask_to_cancel, new_order, review
from trading.tasks import wake_venue
from trading.venues import find_venue

LONGEST_REASON = 255


def adjust_liquidation(
    account: Account, asset: Asset, wanted: Decimal, *, reason: str, at: datetime
) -> tuple[Order | None, str]:
    """Have the firm sell `wanted` contracts of a position, no more and no less; the account is locked.

    Answers the order where a new one is needed, and what stands in the way where it cannot be given.
    Where less is wanted than is on order, that is withdrawn, and the next review sells what is left to
    be sold. An order of the account that buys more of what is sold is canceled first.
    """
    own = Order.objects.open().filter(account=account, asset=asset)
    own = own.select_related("asset__contract__underlying").order_by("submitted_at", "pk")
    selling = [one for one in own if one.origin == OrderOrigin.LIQUIDATION]
    on_order = sum((one.remaining_quantity for one in selling), Decimal(0))
    if wanted < on_order:
        _cancel(account, selling, at)
        return None, ""
    if wanted == on_order:
        return None, ""
    _cancel(account, [one for one in own if one.position_intent == PositionIntent.BUY_TO_OPEN], at)
    try:
        return _sell(account, asset, wanted - on_order, reason, at), ""
    except BrokerageError as refusal:
        return None, f"not on sale: {refusal}"


def _sell(account: Account, asset: Asset, quantity: Decimal, reason: str, at: datetime) -> Order | None:
    """Insert a market order that closes, and announce it. A firm may close where the account itself may not trade."""
    if find_venue() is None:
        return None
    ticket = OrderTicket(
        asset.symbol,
        OrderSide.SELL,
        OrderType.MARKET,
        quantity,
        None,
        position_intent=PositionIntent.SELL_TO_CLOSE,
        time_in_force=TimeInForce.DAY,
    )
    holdings = read_holdings(account.pk, [asset.pk, asset.contract.underlying_id])
    found = review(account, asset, ticket, holdings, at, rates_on(trade_date(at), AssetClass.US_OPTION))
    order = new_order(account, asset, system_user(), ticket, found, at)
    order.origin, order.origin_reason = OrderOrigin.LIQUIDATION, f"{reason} ({RULE_VERSION})"[:LONGEST_REASON]
    order.save(force_insert=True)
    told = {
        "order_id": str(order.pk),
        "symbol": asset.symbol,
        "qty": plain(quantity),
        "reason": reason,
        "rule_version": RULE_VERSION,
    }
    record_events(
        [
            event("position.liquidating", account=account, subject=order, at=at, payload=told),
            event(f"order.{order.status}", account=account, subject=order, at=at, payload=order_event(order)),
        ]
    )
    transaction.on_commit(wake_venue, robust=True)
    return order


def _cancel(account: Account, orders: list[Order], at: datetime) -> None:
    for order in orders:
        if order.status not in (OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE):
            ask_to_cancel(account, order, at)
