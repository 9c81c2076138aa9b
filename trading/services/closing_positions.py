"""Close positions at the market: one, in whole or in part, or everything that an account holds."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from accounts.listing import get_listed_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage.errors import BrokerageError
from trading.choices import OrderSide, OrderStatus, OrderType, PositionIntent
from trading.errors import PositionIntentMismatch
from trading.models import Order
from trading.order_errors import PartInvalid
from trading.rules.ticket_form import OrderRequest
from trading.selectors import MarkedPosition, get_position, mark_positions
from trading.services.orders import cancel_order, submit_order
from trading.venues import find_venue

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Part:
    """How much of a position to close: a quantity, a percentage of it, or without either all of it."""

    quantity: Decimal | None = None
    percentage: Decimal | None = None


@dataclass(frozen=True)
class Closing:
    """What came of closing one position: the order, or why it was refused."""

    symbol: str
    order: Order | None = None
    refusal: BrokerageError | None = None


def close_position(*, actor: User, account_id: UUID, symbol_or_id: str, part: Part | None = None) -> Order:
    """Submit a market order that closes a position, and answer it (contract/trading.md 4.1).

    The order says that it closes: where the position has turned meanwhile it is refused, and never
    opens another. Raises `PositionNotFound`, `PartInvalid`, and what `submit_order` raises.
    """
    actor.require(Permission.SUBMIT_ORDERS)
    position = get_position(get_listed_account(actor, account_id), symbol_or_id)
    return _close(actor, account_id, position, part or Part())


def close_all_positions(*, actor: User, account_id: UUID, cancel_orders: bool) -> list[Closing]:
    """Submit an order for each position, one that fails leaves the others alone; shorts come first.

    They are handed to the venue at once: what it buys back here and now frees the cover behind it.

    With `cancel_orders` the open orders are asked to be canceled before: what one of them still
    holds, because its venue has not confirmed yet, is refused as held.
    """
    actor.require(Permission.SUBMIT_ORDERS)
    account = get_listed_account(actor, account_id)
    if cancel_orders:
        _cancel_open_orders(actor, account)
    positions = sorted(mark_positions(account), key=lambda one: (one.quantity > 0, one.asset.symbol))
    return [_try_to_close(actor, account_id, position) for position in positions]


def _try_to_close(actor: User, account_id: UUID, position: MarkedPosition) -> Closing:
    try:
        order = _close(actor, account_id, position, Part())
        if position.quantity < 0 and (venue := find_venue()):
            venue.submit(order.pk)
        return Closing(position.asset.symbol, order=order)
    except BrokerageError as refusal:
        return Closing(position.asset.symbol, refusal=refusal)


def _close(actor: User, account_id: UUID, position: MarkedPosition, part: Part) -> Order:
    is_long = position.quantity > 0
    request = OrderRequest(
        symbol=position.asset.symbol,
        side=OrderSide.SELL if is_long else OrderSide.BUY,
        type=OrderType.MARKET,
        time_in_force="day",
        qty=_quantity(abs(position.quantity), part),
        position_intent=PositionIntent.SELL_TO_CLOSE if is_long else PositionIntent.BUY_TO_CLOSE,
    )
    try:
        return submit_order(actor=actor, account_id=account_id, request=request)
    except PositionIntentMismatch:
        get_position(get_listed_account(actor, account_id), position.asset.symbol)  # raises where it is closed by now
        raise


def _quantity(held: Decimal, part: Part) -> Decimal:
    """Answer how much to close; whether it is whole, and no more than is there, is the order's question."""
    if part.quantity is not None and part.percentage is not None:
        raise PartInvalid({"percentage": ["cannot be combined with qty"]})
    if part.percentage is None:
        return held if part.quantity is None else part.quantity
    if not 0 < part.percentage <= WHOLE:
        raise PartInvalid({"percentage": ["must be above 0 and at most 100"]})
    return held * part.percentage / WHOLE


def _cancel_open_orders(actor: User, account: Account) -> None:
    """Ask for every cancellation and hand it to the venue at once: paper confirms it here and now."""
    venue = find_venue()
    for order_id in list(account.orders.open().values_list("pk", flat=True)):
        try:
            order = cancel_order(actor=actor, account_id=account.pk, order_id=order_id)
        except BrokerageError:
            continue  # it filled or ended meanwhile
        if venue and order.status == OrderStatus.PENDING_CANCEL:
            venue.cancel(order.pk)
