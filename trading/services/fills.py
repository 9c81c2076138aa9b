"""What the venue reports back: acknowledgement, fills, cancellations. Each report posts once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.locking import lock_account
from accounts.models import Account
from accounts.services.users import system_user
from brokerage import clock
from brokerage.events import record_event
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from options.choices import AssetClass
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, OrderSide, OrderStatus
from trading.errors import FillTooLarge, OrderNotFound
from trading.models import Activity, LedgerTransaction, Order
from trading.order_wire import order_event
from trading.rules.order_status import require_move
from trading.rules.postings import purchase, sale, trade_date
from trading.services.ledger import Entry, post
from trading.services.orders import finish_order


@dataclass(frozen=True)
class ExecutionReport:
    """A fill as the venue reports it: `execution_id` is the venue's and unique, price is per share."""

    execution_id: UUID
    order_id: UUID
    quantity: Decimal
    price: Decimal
    at: datetime


@transaction.atomic(durable=True)
def record_fill(*, report: ExecutionReport) -> Order:
    """Post an execution: order, ledger, positions and activity in one transaction.

    A report that has been posted before changes nothing. Raises `OrderNotFound`, and
    `OrderAlreadyFinal` for a fill of an order that has ended.
    """
    account, order = _lock_order(report.order_id)
    reference = f"fill:{report.execution_id}"
    if LedgerTransaction.objects.filter(reference=reference).exists():
        return order
    if report.quantity > order.remaining_quantity and order.is_open:
        raise FillTooLarge(quantity=report.quantity, remaining=order.remaining_quantity)
    order.status = require_move(order.status, _status_after(order, report.quantity))
    _advance(order, report)
    _, positions = post(_fill_entry(account, order, report, reference))
    position = positions[account.pk, order.asset_id]
    record_event(
        "order.fill" if order.status == OrderStatus.FILLED else "order.partial_fill",
        account=account,
        subject=order,
        at=report.at,
        payload=order_event(
            order,
            execution_id=str(report.execution_id),
            price=report.price,
            qty=report.quantity,
            position_qty=position.quantity,
            timestamp=report.at,
        ),
    )
    return order


def _lock_order(order_id: UUID) -> tuple[Account, Order]:
    account_id = Order.objects.filter(pk=order_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise OrderNotFound(order_id=str(order_id))
    account = lock_account(system_user(), account_id)
    return account, Order.objects.select_related("asset__contract").get(pk=order_id)


def _status_after(order: Order, quantity: Decimal) -> OrderStatus:
    return OrderStatus.FILLED if quantity >= order.remaining_quantity else OrderStatus.PARTIALLY_FILLED


def _advance(order: Order, report: ExecutionReport) -> None:
    """Move the order on by one execution; what it still holds shrinks with what is left to fill."""
    so_far = (order.filled_average_price or Decimal(0)) * order.filled_quantity
    order.filled_quantity += report.quantity
    order.filled_average_price = (so_far + report.price * report.quantity) / order.filled_quantity
    order.hold_quantity = order.hold_per_unit * order.remaining_quantity
    order.updated_at = report.at
    if order.status == OrderStatus.FILLED:
        order.filled_at = report.at
    order.save(
        update_fields=[
            "status",
            "filled_quantity",
            "filled_average_price",
            "hold_quantity",
            "updated_at",
            "filled_at",
        ]
    )


def _fill_entry(account: Account, order: Order, report: ExecutionReport, reference: str) -> Entry:
    is_option = order.asset.asset_class == AssetClass.US_OPTION
    multiplier = order.asset.contract.multiplier if is_option else 1
    move = purchase if order.side == OrderSide.BUY else sale
    moves = move(
        account.pk, order.asset_id, USD_ID, quantity=report.quantity, price=report.price, multiplier=multiplier
    )
    amount = sum((one.quantity for one in moves if one.asset_id == USD_ID), Decimal(0))
    traded_on = trade_date(report.at)
    face = Activity(
        account=account,
        correspondent_id=account.correspondent_id,
        asset_id=order.asset_id,
        quantity=report.quantity,
        price=report.price,
        net_amount=amount if order.side == OrderSide.SELL else -amount,
        order=order,
        side=order.side,
        cumulative_quantity=order.filled_quantity,
        leaves_quantity=order.remaining_quantity,
        order_status=order.status,
    )
    return Entry(
        activity_type=ActivityType.FILL,
        reference=reference,
        moves=moves,
        at=report.at,
        trade_date=traded_on,
        settle_date=settlement_date(traded_on, Settling.OPTION if is_option else Settling.EQUITY),
        faces=[face],
        costs={(account.pk, order.asset_id): amount},
    )


@transaction.atomic(durable=True)
def acknowledge_order(*, order_id: UUID) -> Order:
    """Record that the venue has the order and works it; one that is past that stays as it is."""
    account, order = _lock_order(order_id)
    if order.status not in (OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW):
        return order
    now = clock.now()
    order.status = require_move(order.status, OrderStatus.NEW)
    order.updated_at = now
    order.save(update_fields=["status", "updated_at"])
    record_event("order.new", account=account, subject=order, at=now, payload=order_event(order))
    return order


@transaction.atomic(durable=True)
def record_cancel(*, order_id: UUID) -> Order:
    """Record that the venue cancelled the order; an order that has ended stays as it is."""
    account, order = _lock_order(order_id)
    if order.is_open:
        finish_order(account, order, OrderStatus.CANCELED, clock.now())
    return order


@transaction.atomic(durable=True)
def expire_order(*, order_id: UUID, at: datetime) -> Order:
    """End a day order whose session has closed by `at`, also where the venue says nothing (domain rule OR-13)."""
    account, order = _lock_order(order_id)
    if order.is_open and order.expires_at <= at:
        finish_order(account, order, OrderStatus.EXPIRED, order.expires_at)
    return order
