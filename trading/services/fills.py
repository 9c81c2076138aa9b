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
from brokerage.money import cents_up
from options.choices import AssetClass
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, OrderSide, OrderStatus
from trading.instruments import read_holdings
from trading.models import Activity, LedgerTransaction, Order
from trading.order_errors import (
    FillBeyondMeans,
    FillTooLarge,
    OrderAlreadyFinal,
    OrderNotFound,
)
from trading.order_wire import order_event
from trading.rules.order_status import require_move
from trading.rules.postings import purchase, sale, trade_date
from trading.services.endings import finish_order
from trading.services.ledger import Entry, post
from trading.services.replacements import shrink_replacement, swap

UNDER_REQUEST = (OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE)


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
    """Post an execution that a venue reports: order, ledger, positions and activity in one transaction.

    What the venue reports has happened: it is posted also where it comes late, after the order
    has ended, which then keeps its status (domain rule OR-8). A report that has been posted
    before changes nothing. Raises `OrderNotFound`, and `FillTooLarge` for more than is left.
    """
    account, order = _lock_order(report.order_id)
    return _book_fill(account, order, report)


@transaction.atomic(durable=True)
def execute_on_paper(*, report: ExecutionReport) -> Order:
    """Decide an execution of our own: like `record_fill`, but only what is open and paid for executes.

    Raises `OrderAlreadyFinal`, and `FillBeyondMeans` where the price has moved so far since the
    order was costed that the account could not pay it or secure it.
    """
    account, order = _lock_order(report.order_id)
    if not order.is_open:
        raise OrderAlreadyFinal(status=order.status)
    beyond_hold = _cash_needed(order, report) - order.hold_per_unit * report.quantity
    if order.hold_asset_id == USD_ID and beyond_hold > 0:
        free_cash = read_holdings(account.pk, ()).free_cash
        if beyond_hold > free_cash:
            raise FillBeyondMeans(needed=cents_up(beyond_hold), available=free_cash)
    return _book_fill(account, order, report)


def _cash_needed(order: Order, report: ExecutionReport) -> Decimal:
    """Answer the dollars that an execution takes: its cost, or for a written put the strike less its premium."""
    if order.asset.asset_class != AssetClass.US_OPTION:
        return report.price * report.quantity
    contract = order.asset.contract
    per_share = report.price if order.side == OrderSide.BUY else contract.strike_price - report.price
    return per_share * contract.multiplier * report.quantity


def _book_fill(account: Account, order: Order, report: ExecutionReport) -> Order:
    reference = f"fill:{report.execution_id}"
    if LedgerTransaction.objects.filter(reference=reference).exists():
        return order
    if report.quantity > order.remaining_quantity:
        raise FillTooLarge(quantity=report.quantity, remaining=order.remaining_quantity)
    is_being_replaced = order.status == OrderStatus.PENDING_REPLACE
    _advance(order, report)
    entry = _fill_entry(account, order, report, reference)
    _, positions = post(entry)
    record_event(
        "order.fill" if order.remaining_quantity == 0 else "order.partial_fill",
        account=account,
        subject=order,
        at=report.at,
        payload=order_event(
            order,
            execution_id=str(report.execution_id),
            price=report.price,
            qty=report.quantity,
            position_qty=positions[account.pk, order.asset_id].quantity,
            settle_date=entry.settle_date.isoformat(),
            timestamp=report.at,
        ),
    )
    if is_being_replaced:
        shrink_replacement(account, order, report.quantity, report.at)
    return order


def _lock_order(order_id: UUID) -> tuple[Account, Order]:
    account_id = Order.objects.filter(pk=order_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise OrderNotFound(order_id=str(order_id))
    account = lock_account(system_user(), account_id)
    return account, Order.objects.select_related("asset__contract").get(pk=order_id)


def _advance(order: Order, report: ExecutionReport) -> None:
    """Move the order on by one execution; what it still holds shrinks with what is left to fill."""
    order.filled_quantity += report.quantity
    order.filled_value += report.price * report.quantity
    if order.is_open:
        if order.remaining_quantity == 0:
            order.status = require_move(order.status, OrderStatus.FILLED)
        elif order.status not in UNDER_REQUEST:  # a request to cancel or to replace outlives a partial fill
            order.status = require_move(order.status, OrderStatus.PARTIALLY_FILLED)
        order.hold_quantity = order.hold_per_unit * order.remaining_quantity
    if order.status == OrderStatus.FILLED:
        order.filled_at = report.at
    order.updated_at = report.at
    order.save(update_fields=["status", "filled_quantity", "filled_value", "hold_quantity", "updated_at", "filled_at"])


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
def acknowledge_order(*, order_id: UUID, at: datetime) -> Order:
    """Record that the venue has had the order since `at` and works it; one that is past that stays as it is."""
    account, order = _lock_order(order_id)
    if order.status not in (OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW):
        return order
    order.status = require_move(order.status, OrderStatus.NEW)
    order.updated_at = at
    order.save(update_fields=["status", "updated_at"])
    record_event("order.new", account=account, subject=order, at=at, payload=order_event(order))
    return order


@transaction.atomic(durable=True)
def record_replacement(*, order_id: UUID) -> Order:
    """Record that the venue works an order in place of the one it replaces: once, however often it is told."""
    account, replacement = _lock_order(order_id)
    if replacement.status == OrderStatus.ACCEPTED and replacement.replaces_id is not None:
        order = Order.objects.select_related("asset").get(pk=replacement.replaces_id)
        swap(account, order, replacement, clock.now())
    return replacement


@transaction.atomic(durable=True)
def record_cancel(*, order_id: UUID) -> Order:
    """Record that the venue cancelled the order; an order that has ended stays as it is."""
    account, order = _lock_order(order_id)
    if order.is_open:
        finish_order(account, order, OrderStatus.CANCELED, clock.now())
    return order


@transaction.atomic(durable=True)
def record_rejection(*, order_id: UUID, at: datetime) -> Order:
    """Record that the venue will execute no more of the order: rejected, or cancelled once it filled in part."""
    account, order = _lock_order(order_id)
    if order.is_open:
        finish_order(account, order, OrderStatus.CANCELED if order.filled_quantity else OrderStatus.REJECTED, at)
    return order


@transaction.atomic(durable=True)
def expire_order(*, order_id: UUID, at: datetime) -> Order:
    """End a day order whose session has closed by `at`, also where the venue says nothing (domain rule OR-13)."""
    account, order = _lock_order(order_id)
    if order.is_open and order.expires_at <= at:
        finish_order(account, order, OrderStatus.EXPIRED, order.expires_at)
    return order
