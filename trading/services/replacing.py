"""Replace an open order by another one: quantity, limit, and how long it lives (contract/trading.md 2.7, OR-7)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef

from accounts.errors import AccountNotFound
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.events import record_event
from options.choices import AssetClass
from trading.choices import OrderStatus, OrderType, PositionIntent
from trading.errors import (
    InvalidTicket,
)
from trading.fee_schedule import rates_in_force, read_rates
from trading.instruments import MARKET_OF_ASSET, read_holdings
from trading.models import Order
from trading.order_errors import (
    OrderAlreadyReplaced,
    OrderNotFound,
    OrderNotReplaceable,
    OrderUnchanged,
    QuantityAlreadyFilled,
)
from trading.order_wire import order_event
from trading.rules.holdings import ZERO, Holdings
from trading.rules.order_status import REPLACEABLE, require_move
from trading.rules.postings import trade_date
from trading.rules.ticket_form import OrderRequest, to_ticket
from trading.services.orders import (
    Decision,
    after_commit,
    insert_order,
    require_may_trade,
    review,
)
from trading.services.refusals import first_said, keep_refusal
from trading.tasks import replace_at_venue
from trading.wash import crossing_orders, require_none


@dataclass(frozen=True)
class Changes:
    """What is to be different; what is not given stays. `qty` is all of the order, what has been filled included."""

    qty: Decimal | None = None
    limit_price: Decimal | None = None
    time_in_force: str = ""
    client_order_id: str = ""
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    notional: Decimal | None = None
    has_instructions: bool = False


def replace_order(*, actor: User, account_id: UUID, order_id: UUID, changes: Changes) -> Order:
    """Accept an order that is to replace another, and answer it; the refusal of one is kept.

    It is checked as a whole before the first is let go, as if that one held nothing. Until the
    venue swaps them, both together hold what the larger of them needs. Where the first fills
    before, the new one is rejected; what fills of it in part is taken off. Raises `OrderNotFound`,
    `OrderNotReplaceable`, `OrderAlreadyReplaced`, `OrderUnchanged`, `QuantityAlreadyFilled`, and
    what `submit_order` raises.
    """
    try:
        return _accept(actor=actor, account_id=account_id, order_id=order_id, changes=changes)
    except (NotPermitted, AccountNotFound, OrderNotFound):
        raise
    except BrokerageError as found:
        refusal = first_said(found, account_id, changes.client_order_id)
        symbol = Order.objects.filter(pk=order_id).values_list("asset__symbol", flat=True)[0]
        keep_refusal(actor, account_id, {"replaces": str(order_id), **asdict(changes)}, refusal, symbol=symbol)
        raise refusal from None


@transaction.atomic(durable=True)
def _accept(*, actor: User, account_id: UUID, order_id: UUID, changes: Changes) -> Order:
    actor.require(Permission.SUBMIT_ORDERS)
    account = lock_account(actor, account_id)
    now = clock.now()
    order, decided = decide_replacement(account, order_id, changes, now)

    replacement = insert_order(account, order.asset, actor, decided.ticket, decided.review, now, replaces=order)
    order.status = require_move(order.status, OrderStatus.PENDING_REPLACE)
    order.updated_at = now
    order.save(update_fields=["status", "updated_at"])
    for one in (order, replacement):
        record_event(f"order.{one.status}", account=account, subject=one, at=now, payload=order_event(one))
    after_commit(replace_at_venue, replacement)
    return replacement


def decide_replacement(account: Account, order_id: UUID, changes: Changes, now: datetime) -> tuple[Order, Decision]:
    """Answer an order and what it would become, or raise the refusal: a step, which writes nothing.

    Replacing and previewing a replacement ask here, so that they never differ.
    """
    rates = rates_in_force(trade_date(now), asset_class=OuterRef("asset__asset_class"))
    orders = Order.objects.filter(account=account, pk=order_id).select_related(*MARKET_OF_ASSET)
    order = orders.annotate(rates=rates).first()
    if order is None:
        raise OrderNotFound(order_id=str(order_id))
    request = _changed(order, changes)
    ticket = to_ticket(request, is_option=order.asset.asset_class == AssetClass.US_OPTION)
    require_may_trade(account)
    holdings = _holdings_without(account, order)
    found = review(account, order.asset, ticket, holdings, now, read_rates(order.rates))
    crossing = crossing_orders(account.pk, order.asset_id, ticket.side, ticket.limit_price).exclude(pk=order.pk)
    require_none(crossing.first())
    return order, Decision(order.asset, ticket, found, holdings)


def _changed(order: Order, changes: Changes) -> OrderRequest:
    """Answer the whole request that the changed order amounts to: for what is still to fill."""
    if order.status == OrderStatus.REPLACED:
        raise OrderAlreadyReplaced(replaced_by=str(order.replaced_by_id))
    if order.status not in REPLACEABLE:
        raise OrderNotReplaceable(status=order.status)
    whole = order.quantity if changes.qty is None else changes.qty
    if whole <= order.filled_quantity and whole > 0:
        raise QuantityAlreadyFilled
    is_same = (
        whole == order.quantity
        and changes.limit_price in (None, order.limit_price)
        and changes.time_in_force in ("", order.time_in_force)
        and changes.stop_price is changes.trail is changes.notional is None
        and not changes.has_instructions
    )
    if is_same:
        raise OrderUnchanged
    if changes.trail is not None:
        raise InvalidTicket.of("trail", "trail is only valid for trailing stop orders")
    return OrderRequest(
        symbol=order.asset.symbol,
        side=order.side,
        type=OrderType(order.type),
        time_in_force=changes.time_in_force or order.time_in_force,
        qty=(whole - order.filled_quantity if whole > 0 else whole) if changes.notional is None else None,
        notional=changes.notional,
        limit_price=order.limit_price if changes.limit_price is None else changes.limit_price,
        client_order_id=changes.client_order_id,
        position_intent=order.position_intent,
        stop_price=changes.stop_price,
        subtag=order.subtag,
        has_instructions=changes.has_instructions,
    )


def _holdings_without(account: Account, order: Order) -> Holdings:
    """Answer the holdings as if the order held nothing: its own hold never stands in its way."""
    contract = getattr(order.asset, "contract", None)
    touched = {order.asset_id} | ({contract.underlying_id} if contract else set())
    buys_back = order.position_intent == PositionIntent.BUY_TO_CLOSE
    return read_holdings(account.pk, touched).without_hold(
        order.hold_asset_id,
        order.hold_quantity,
        traded_id=order.asset_id,
        closing=order.remaining_quantity if buys_back else ZERO,
    )
