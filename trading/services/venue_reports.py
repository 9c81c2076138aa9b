"""What a venue reports besides fills: acknowledgement, status, cancellation, replacement, rejection.

Each is safe to tell twice, late, or after the order has ended.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Account
from brokerage import clock
from brokerage.events import record_event
from trading.choices import OrderStatus
from trading.locking import lock_order
from trading.models import Order
from trading.order_errors import OrderMoveImpossible
from trading.order_wire import order_event
from trading.rules.order_status import REPORTABLE, UNDER_REQUEST, at_work, ending_of, require_move
from trading.services.endings import finish_order
from trading.services.replacements import swap

TOO_LATE = "TOO_LATE_TO_CANCEL"


@transaction.atomic(durable=True)
def acknowledge_order(*, order_id: UUID, at: datetime) -> Order:
    """Record that the venue has had the order since `at` and works it; one that is past that stays as it is."""
    account, order = lock_order(order_id)
    if order.status not in (OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW):
        return order
    order.status = require_move(order.status, OrderStatus.NEW)
    _announce(account, order, "order.new", at)
    return order


@transaction.atomic(durable=True)
def record_status(*, order_id: UUID, status: OrderStatus, at: datetime) -> Order:
    """Record where the venue says that the order stands: held, stopped, suspended, done for the day, at work again.

    For what has a report of its own (fills, cancellations, replacements, rejections) use that. An
    order that has ended, that is asked to be canceled or replaced, or that stands there already
    stays as it is. Raises `OrderMoveImpossible` where the table has no such move.
    """
    account, order = lock_order(order_id)
    if status not in REPORTABLE:
        raise OrderMoveImpossible(status=order.status, to=status.value)
    if not order.is_open or order.status in (status, *UNDER_REQUEST):
        return order
    if status == OrderStatus.NEW:
        status = at_work(order.status, has_filled=bool(order.filled_quantity))
    order.status = require_move(order.status, status)
    _announce(account, order, f"order.{status}", at)
    return order


@transaction.atomic(durable=True)
def reject_cancel(*, order_id: UUID, at: datetime, reason: str = TOO_LATE) -> Order:
    """Record that the venue does not cancel: the order goes on where it was; one that has ended stays as it is."""
    account, order = lock_order(order_id)
    if order.status != OrderStatus.PENDING_CANCEL:
        return order
    order.status = at_work(order.status, has_filled=bool(order.filled_quantity))
    _announce(account, order, "order.order_cancel_rejected", at, reason=reason)
    return order


@transaction.atomic(durable=True)
def reject_replacement(*, order_id: UUID, at: datetime) -> Order:
    """Record that the venue does not take an order in place of another: it is rejected, and the other goes on."""
    account, order = lock_order(order_id)
    if order.status == OrderStatus.ACCEPTED and order.replaces_id is not None:
        finish_order(account, order, OrderStatus.REJECTED, at)
    return order


@transaction.atomic(durable=True)
def record_replacement(*, order_id: UUID) -> Order:
    """Record that the venue works an order in place of the one it replaces: once, however often it is told."""
    account, replacement = lock_order(order_id)
    if replacement.status == OrderStatus.ACCEPTED and replacement.replaces_id is not None:
        order = Order.objects.select_related("asset__contract__underlying").get(pk=replacement.replaces_id)
        swap(account, order, replacement, clock.now())
    return replacement


@transaction.atomic(durable=True)
def record_cancel(*, order_id: UUID) -> Order:
    """Record that the venue cancelled the order; an order that has ended stays as it is."""
    account, order = lock_order(order_id)
    if order.is_open:
        finish_order(account, order, OrderStatus.CANCELED, clock.now())
    return order


@transaction.atomic(durable=True)
def record_rejection(*, order_id: UUID, at: datetime) -> Order:
    """Record that the venue will execute no more of the order: rejected, or cancelled once it filled in part."""
    account, order = lock_order(order_id)
    if order.is_open:
        finish_order(account, order, ending_of(order.status, has_filled=bool(order.filled_quantity)), at)
    return order


@transaction.atomic(durable=True)
def expire_order(*, order_id: UUID, at: datetime) -> Order:
    """End a day order whose session has closed by `at`, also where the venue says nothing (domain rule OR-13)."""
    account, order = lock_order(order_id)
    if order.is_open and order.expires_at <= at:
        finish_order(account, order, OrderStatus.EXPIRED, order.expires_at)
    return order


def _announce(account: Account, order: Order, kind: str, at: datetime, **facts: Any) -> None:
    order.updated_at = at
    order.save(update_fields=["status", "updated_at"])
    record_event(kind, account=account, subject=order, at=at, payload=order_event(order, **facts))
