"""From what a client or a form sent to a ticket, or the published sentence that says why not.

What is not offered is refused by name and never guessed at (options overview, not supported;
contract/trading.md 2.11).
"""

from dataclasses import dataclass
from decimal import Decimal

from trading.choices import OrderSide, OrderType, PositionIntent, TimeInForce
from trading.errors import (
    CommissionNotAllowed,
    InvalidTicket,
    NegativeCommission,
    OptionComplexOrder,
    OptionExtendedHours,
    OptionFraction,
    OptionNotional,
    OptionOrderTooLarge,
    OptionOrderTypeUnsupported,
    OptionSwapFee,
    OptionTimeInForceUnsupported,
    ShareOrderUnsupported,
)
from trading.rules.order_terms import OrderTicket

KNOWN_TYPES = {"market", "limit", "stop", "stop_limit", "trailing_stop"}
KNOWN_TIMES_IN_FORCE = {"day", "gtc", "opg", "cls", "ioc", "fok"}
KNOWN_CLASSES = {"", "simple", "bracket", "oco", "oto", "mleg"}
MOST_CONTRACTS = Decimal(10_000)
MOST_SHARES = Decimal(1_000_000_000)
HIGHEST_PRICE = Decimal(1_000_000)


@dataclass(frozen=True)
class OrderRequest:
    """An order as sent: shapes are right, nothing else is known of it."""

    symbol: str = ""
    side: str = ""
    type: str = ""
    time_in_force: str = ""
    qty: Decimal | None = None
    notional: Decimal | None = None
    limit_price: Decimal | None = None
    client_order_id: str = ""
    position_intent: str = ""
    extended_hours: bool = False
    order_class: str = ""
    has_legs: bool = False
    has_brackets: bool = False
    stop_price: Decimal | None = None
    commission: Decimal | None = None
    commission_bps: Decimal | None = None
    swap_fee_bps: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    subtag: str = ""
    source: str = ""
    has_instructions: bool = False


def to_ticket(request: OrderRequest, *, is_option: bool) -> OrderTicket:
    """Answer the ticket that a request amounts to, or raise what is wrong or not supported."""
    if request.order_class == "mleg" or request.has_legs:
        raise OptionComplexOrder
    _require_complete(request)
    _require_no_commission(request)
    if is_option:
        _require_option_order(request)
    else:
        _require_share_order(request)
    _require_quantity(request)
    _require_price(request)
    assert request.qty is not None
    return OrderTicket(
        symbol=request.symbol,
        side=OrderSide(request.side),
        type=OrderType(request.type),
        quantity=request.qty,
        limit_price=request.limit_price,
        time_in_force=TimeInForce(request.time_in_force),
        client_order_id=request.client_order_id,
        position_intent=PositionIntent(request.position_intent) if request.position_intent else None,
        subtag=request.subtag,
    )


def _require_complete(request: OrderRequest) -> None:
    checks = (
        (not request.symbol, "symbol", "symbol is required"),
        (not request.side, "side", "side is required"),
        (request.side not in OrderSide.values, "side", "invalid side"),
        (not request.type, "type", "type is required"),
        (request.type not in KNOWN_TYPES, "type", "invalid order type"),
        (not request.time_in_force, "time_in_force", "time_in_force is required"),
        (request.time_in_force not in KNOWN_TIMES_IN_FORCE, "time_in_force", "invalid time_in_force"),
        (request.order_class not in KNOWN_CLASSES, "order_class", "invalid order_class"),
        (
            request.position_intent not in ("", *PositionIntent.values),
            "position_intent",
            "invalid position_intent",
        ),
        (request.qty is None and request.notional is None, "qty", "qty or notional is required"),
        (request.qty is not None and request.notional is not None, "qty", "only one of qty or notional is accepted"),
        (len(request.client_order_id) > 128, "client_order_id", "client_order_id must be no more than 128 characters"),
        (len(request.subtag) > 128, "subtag", "subtag must be no more than 128 characters"),
        (request.has_instructions, "advanced_instructions", "instructions for routing are not supported"),
    )
    for is_wrong, field, sentence in checks:
        if is_wrong:
            raise InvalidTicket.of(field, sentence)


def _require_option_order(request: OrderRequest) -> None:
    if request.notional is not None:
        raise OptionNotional
    if request.order_class not in ("", "simple") or request.has_brackets:
        raise OptionComplexOrder
    if request.swap_fee_bps is not None:
        raise OptionSwapFee
    if request.type not in OrderType.values:
        raise OptionOrderTypeUnsupported
    if request.time_in_force != "day":
        raise OptionTimeInForceUnsupported
    if request.extended_hours:
        raise OptionExtendedHours
    if _is_fraction(request.qty):
        raise OptionFraction
    if request.qty is not None and request.qty > MOST_CONTRACTS:
        raise OptionOrderTooLarge(limit=MOST_CONTRACTS)


def _require_share_order(request: OrderRequest) -> None:
    checks = (
        (request.notional is not None, "notional", "a notional order"),
        (request.order_class not in ("", "simple"), "order_class", f"order_class {request.order_class}"),
        (request.has_brackets, "take_profit", "a bracket order"),
        (request.swap_fee_bps is not None, "swap_fee_bps", "swap_fee_bps"),
        (request.type not in OrderType.values, "type", f"order type {request.type}"),
        (
            request.time_in_force not in TimeInForce.values,
            "time_in_force",
            f"time_in_force {request.time_in_force}",
        ),
        (request.extended_hours, "extended_hours", "an order for extended hours"),
        (_is_fraction(request.qty), "qty", "a fractional qty"),
    )
    for is_unsupported, field, what in checks:
        if is_unsupported:
            refusal = ShareOrderUnsupported(what=what)
            refusal.field = field
            raise refusal


def _is_fraction(quantity: Decimal | None) -> bool:
    return quantity is not None and quantity != quantity.to_integral_value()


def _require_quantity(request: OrderRequest) -> None:
    assert request.qty is not None
    if request.qty <= 0:
        raise InvalidTicket.of("qty", "qty must be > 0")
    if request.qty > MOST_SHARES:
        raise InvalidTicket.of("qty", f"qty must be <= {MOST_SHARES}")


def _require_no_commission(request: OrderRequest) -> None:
    for commission in (request.commission, request.commission_bps):
        if commission:
            raise NegativeCommission if commission < 0 else CommissionNotAllowed


def _require_price(request: OrderRequest) -> None:
    if request.stop_price is not None:
        raise InvalidTicket.of("stop_price", "stop price is only valid for stop orders")
    for name in ("trail_price", "trail_percent"):
        if getattr(request, name) is not None:
            raise InvalidTicket.of(name, f"{name} is only valid for trailing stop orders")
    if request.type == OrderType.MARKET:
        if request.limit_price is not None:
            raise InvalidTicket.of("limit_price", "limit price is only valid for limit orders")
        return
    if request.limit_price is None:
        raise InvalidTicket.of("limit_price", "limit orders require a limit price")
    if not 0 < request.limit_price <= HIGHEST_PRICE:
        raise InvalidTicket.of("limit_price", f"limit_price must be > 0 and <= {HIGHEST_PRICE}")
