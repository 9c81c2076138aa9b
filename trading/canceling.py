"""What canceling several orders would do, before it is done: which, what comes free, and what cannot be canceled."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from accounts.models import User
from trading.blotter import JOINED
from trading.choices import OrderStatus
from trading.models import Order
from trading.narrowing import seen_by
from trading.rules.order_status import TRANSITIONS
from trading.services.canceling import MOST_AT_ONCE


@dataclass(frozen=True)
class Kept:
    """An order that is not canceled, and why."""

    order: Order
    why: str


@dataclass(frozen=True)
class Freed:
    """What comes free of one thing; `unit` is `USD` or a symbol."""

    quantity: Decimal
    unit: str


@dataclass(frozen=True)
class CancelPlan:
    """What would be canceled and what not; `accounts` and `symbols` are those of what would be."""

    orders: tuple[Order, ...]
    kept: tuple[Kept, ...]
    freed: tuple[Freed, ...]
    accounts: tuple[str, ...]
    symbols: tuple[str, ...]


def read_orders(actor: User, order_ids: Iterable[UUID]) -> list[Order]:
    """Answer those of the orders that `actor` may see, newest first; who may not cancel has none to choose."""
    wanted = list(dict.fromkeys(order_ids))[:MOST_AT_ONCE]
    rows = seen_by(Order.objects.filter(pk__in=wanted), actor).select_related(*JOINED)
    return list(rows.order_by("-submitted_at", "-pk"))


def plan_cancel(orders: Iterable[Order]) -> CancelPlan:
    """Say what canceling these orders would do."""
    going, kept = [], []
    for order in orders:
        why = why_not(order)
        if why:
            kept.append(Kept(order, why))
        else:
            going.append(order)
    sums: dict[str, Decimal] = {}
    for order in going:
        if order.hold_quantity:
            unit = order.hold_asset.symbol
            sums[unit] = sums.get(unit, Decimal(0)) + order.hold_quantity
    return CancelPlan(
        orders=tuple(going),
        kept=tuple(kept),
        freed=tuple(Freed(sums[unit], unit) for unit in sorted(sums, key=lambda unit: (unit != "USD", unit))),
        accounts=tuple(sorted({order.account.name for order in going})),
        symbols=tuple(sorted({order.asset.symbol for order in going})),
    )


def why_not(order: Order) -> str:
    """Answer why an order cannot be canceled now; nothing where it can be."""
    status = OrderStatus(order.status)
    moves = TRANSITIONS[status]
    if not moves:
        return f"It has ended: {status.label.lower()}."
    if status is OrderStatus.PENDING_CANCEL:
        return "Its cancellation has been asked for already."
    if status is OrderStatus.PENDING_REPLACE:
        return "It is being replaced. It can be canceled when the venue has answered."
    return ""
