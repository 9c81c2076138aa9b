"""An order as the wire shows it (contract/trading.md 2.4): in answers and in trade events alike."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from brokerage.money import plain
from options.choices import AssetClass
from options.rules.asset_ids import USD_ID
from trading.models import Order

# What the wire has and this installation never fills: no stops, no legs.
NOT_USED: dict[str, Any] = {
    "notional": None,
    "stop_price": None,
    "extended_hours": False,
    "legs": None,
    "trail_percent": None,
    "trail_price": None,
    "hwm": None,
    "commission": None,
    "source": None,
}


def order_object(order: Order) -> dict[str, Any]:
    """Answer the Order object of an order fetched with its asset; times are datetimes."""
    is_option = order.asset.asset_class == AssetClass.US_OPTION
    return {
        "id": str(order.pk),
        "client_order_id": order.client_order_id,
        "created_at": order.submitted_at,
        "updated_at": order.updated_at,
        "submitted_at": order.submitted_at,
        "filled_at": order.filled_at,
        "expired_at": order.expired_at,
        "canceled_at": order.canceled_at,
        "failed_at": order.failed_at,
        "replaced_at": order.replaced_at,
        "replaced_by": str(order.replaced_by_id) if order.replaced_by_id else None,
        "replaces": str(order.replaces_id) if order.replaces_id else None,
        "expires_at": order.expires_at,
        "asset_id": str(order.asset_id),
        "symbol": order.asset.symbol,
        "asset_class": order.asset.asset_class,
        "qty": plain(order.quantity),
        "filled_qty": plain(order.filled_quantity),
        "filled_avg_price": plain(order.filled_average_price),
        "order_class": "simple" if is_option else "",
        "order_type": order.type,
        "type": order.type,
        "side": order.side,
        "position_intent": order.position_intent,
        "time_in_force": order.time_in_force,
        "limit_price": plain(order.limit_price),
        "status": order.status,
        "subtag": order.subtag or None,
        **NOT_USED,
    }


def order_event(order: Order, **facts: Any) -> dict[str, Any]:
    """Answer the payload of a trade event: the order as it stands, what it holds, and the execution's facts."""
    printed = {name: _printed(value) for name, value in order_object(order).items()}
    return {"order": printed, "hold": held_by(order)} | {name: _printed(value) for name, value in facts.items()}


def held_by(order: Order) -> dict[str, str | None] | None:
    """Answer what the order holds, of an order fetched with its contract's underlying; None where it is nothing."""
    if not order.hold_quantity:
        return None
    return {"symbol": _held_symbol(order), "qty": plain(Decimal(order.hold_quantity))}


def _held_symbol(order: Order) -> str:
    if order.hold_asset_id == USD_ID:
        return "USD"
    return order.asset.symbol if order.hold_asset_id == order.asset_id else order.asset.contract.underlying.symbol


def _printed(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return plain(value) if isinstance(value, Decimal) else value
