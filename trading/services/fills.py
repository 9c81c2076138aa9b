"""What a venue executed: posted once, whenever it is told. Its other reports are in `services/venue_reports.py`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import DateField, Exists, OuterRef, QuerySet

from accounts.locking import lock_accounts
from accounts.models import Account
from accounts.services.users import system_user
from brokerage.events import event, record_events
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from brokerage.models import Event
from brokerage.money import cents_up
from brokerage.prepared import IsAnyOf, PreparedQuery, Slot
from brokerage.prepared_writes import PreparedUpdate
from options.choices import AssetClass
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, FeeKind, OrderSide, OrderStatus
from trading.fee_schedule import rates_in_force, read_rates
from trading.instruments import read_holdings
from trading.locking import lock_order, one_order
from trading.models import Activity, LedgerTransaction, Order
from trading.order_errors import FillBeyondMeans, FillTooLarge, OrderAlreadyFinal
from trading.order_wire import order_event
from trading.rules.fees import execution_fees
from trading.rules.order_status import UNDER_REQUEST, require_move
from trading.rules.postings import purchase, sale, trade_date
from trading.services.fee_booking import Charge, accrue_all
from trading.services.ledger import Entry, held_after_each, post_all, posted_events
from trading.services.replacements import take_off_successor


@dataclass(frozen=True)
class ExecutionReport:
    """A fill as the venue reports it: `execution_id` is the venue's and unique, price is per share.

    `exchange` is where it was executed, as the fee schedule names it; empty where the venue does not say.
    """

    execution_id: UUID
    order_id: UUID
    quantity: Decimal
    price: Decimal
    at: datetime
    exchange: str = ""


@dataclass(frozen=True)
class _Execution:
    """What is to be booked: a report on an order of a locked account, and the fees that it is charged."""

    account: Account
    order: Order
    report: ExecutionReport
    fees: Mapping[FeeKind, Decimal]


@transaction.atomic(durable=True)
def record_fill(*, report: ExecutionReport) -> Order:
    """Post an execution that a venue reports: order, ledger, positions, fees and activity in one transaction.

    What the venue reports has happened: it is posted also where it comes late, after the order
    has ended, which then keeps its status (domain rule OR-8). A report that has been posted
    before changes nothing. Raises `OrderNotFound`, and `FillTooLarge` for more than is left.
    """
    account, order = _lock(report)
    if not getattr(order, "is_posted", False):
        _book([_Execution(account, order, report, fees_of(order, report))])
    return order


@transaction.atomic(durable=True)
def execute_on_paper(*, report: ExecutionReport) -> Order:
    """Decide an execution of our own: like `record_fill`, but only what is open and paid for executes.

    Raises `OrderAlreadyFinal`, and `FillBeyondMeans` where the price has moved so far since the
    order was costed that the account could not pay it, with its fees, or secure it.
    """
    account, order = _lock(report)
    if not order.is_open:
        raise OrderAlreadyFinal(status=order.status)
    if getattr(order, "is_posted", False):
        return order
    fees = fees_of(order, report)
    beyond_hold = _beyond_hold(order, report, fees)
    if beyond_hold > 0:
        # The order itself holds its fees up to the cent; what it does not hold may come to a cent more of each kind.
        beyond_hold += sum((cents_up(fee) - fee for fee in fees.values()), Decimal(0))
        free_cash = read_holdings(account.pk, ()).free_cash
        if beyond_hold > free_cash:
            raise FillBeyondMeans(needed=cents_up(beyond_hold), available=free_cash)
    _book([_Execution(account, order, report, fees)])
    return order


@transaction.atomic(durable=True)
def execute_together(*, account_ids: Collection[UUID], reports: Sequence[ExecutionReport]) -> set[UUID]:
    """Execute orders of these accounts as `execute_on_paper` does, one report each; answer those that were executed.

    It costs one commit and the round trips of one. Left alone is what somebody has to decide: an
    order that has ended, or is asked to be canceled or replaced, and one that would take more than it holds.
    """
    accounts = lock_accounts(system_user(), account_ids)
    asked = {report.order_id: report for report in reports}
    traded_on = trade_date(reports[0].at)
    found = []
    for order in _TOGETHER.rows(order_ids=list(asked), trade_date=traded_on):
        report = asked[order.pk]
        fees = fees_of(order, report)
        is_plain = order.is_open and order.status not in UNDER_REQUEST and report.quantity <= order.remaining_quantity
        if is_plain and order.account_id in accounts and _beyond_hold(order, report, fees) <= 0:
            found.append(_Execution(accounts[order.account_id], order, report, fees))
    _book(found)
    return {one.order.pk for one in found}


def _lock(report: ExecutionReport) -> tuple[Account, Order]:
    return lock_order(report.order_id, _REPORTED, reference=_reference(report), trade_date=trade_date(report.at))


def _with_rates(orders: QuerySet[Order]) -> QuerySet[Order]:
    rates = rates_in_force(Slot("trade_date", DateField()), asset_class=OuterRef("asset__asset_class"))
    return orders.annotate(rates=rates)


def _reported() -> QuerySet[Order]:
    posted = LedgerTransaction.objects.filter(reference=Slot("reference"))
    return _with_rates(one_order()).annotate(is_posted=Exists(posted))


def _together() -> QuerySet[Order]:
    orders = Order.objects.select_related("asset__contract__underlying").filter(IsAnyOf("id", Slot("order_ids")))
    return _with_rates(orders).order_by("pk")


_REPORTED = PreparedQuery(_reported)
_TOGETHER = PreparedQuery(_together)


def _reference(report: ExecutionReport) -> str:
    return f"fill:{report.execution_id}"


def _beyond_hold(order: Order, report: ExecutionReport, fees: Mapping[FeeKind, Decimal]) -> Decimal:
    """Answer the dollars that an execution takes with its fees beyond what the order holds for it."""
    let_go = order.hold_per_unit * report.quantity if order.hold_asset_id == USD_ID else Decimal(0)
    return _cash_needed(order, report) + sum(fees.values(), Decimal(0)) - let_go


def _cash_needed(order: Order, report: ExecutionReport) -> Decimal:
    """Answer the dollars that an execution takes, below zero where it brings some.

    A purchase takes its cost, a written put the strike less its premium.
    """
    proceeds = _proceeds(order, report)
    if order.side == OrderSide.BUY:
        return proceeds
    if order.hold_asset_id != USD_ID:
        return -proceeds
    contract = order.asset.contract
    return contract.strike_price * contract.multiplier * report.quantity - proceeds


def _proceeds(order: Order, report: ExecutionReport) -> Decimal:
    return report.price * report.quantity * _multiplier(order)


def _multiplier(order: Order) -> int:
    return order.asset.contract.multiplier if order.asset.asset_class == AssetClass.US_OPTION else 1


def fees_of(order: Order, report: ExecutionReport) -> dict[FeeKind, Decimal]:
    """Answer what an execution is charged, exactly, of an order fetched with the `rates` of its trade date."""
    return execution_fees(
        read_rates(getattr(order, "rates", ())),
        asset_class=order.asset.asset_class,
        side=order.side,
        exchange=report.exchange,
        quantity=report.quantity,
        proceeds=_proceeds(order, report),
    )


def _book(executions: Sequence[_Execution]) -> None:
    """Book executions of different orders, in this order, with as many statements as one takes."""
    before = {one.order.pk: one.order.status for one in executions}
    for one in executions:
        _advance(one.order, one.report)
    _MOVED.write([one.order for one in executions])
    entries = [fill_entry(one.account, one.order, one.report) for one in executions]
    _, positions = post_all(entries)
    accrue_all(
        [
            Charge(one.account.pk, entry.trade_date, one.fees, one.report.quantity)
            for one, entry in zip(executions, entries, strict=True)
        ]
    )
    held = held_after_each(entries, positions)
    told = [_filled(*one) for one in zip(executions, entries, held, strict=True)]
    record_events(told + (posted_events(entries, positions, executions[0].report.at) if executions else []))
    for one in executions:
        if before[one.order.pk] in (OrderStatus.PENDING_REPLACE, OrderStatus.REPLACED):
            take_off_successor(one.account, one.order, one.report.quantity, one.report.at)


def _filled(one: _Execution, entry: Entry, held: Decimal) -> Event:
    order, report = one.order, one.report
    return event(
        "order.fill" if order.remaining_quantity == 0 else "order.partial_fill",
        account=one.account,
        subject=order,
        at=report.at,
        payload=order_event(
            order,
            execution_id=str(report.execution_id),
            price=report.price,
            qty=report.quantity,
            position_qty=held,
            settle_date=entry.settle_date.isoformat(),
            timestamp=report.at,
            net_amount=entry.faces[0].net_amount,
        ),
    )


def _advance(order: Order, report: ExecutionReport) -> None:
    """Move the order on by one execution; what it still holds shrinks with what is left to fill.

    Raises `FillTooLarge` for more than that.
    """
    if report.quantity > order.remaining_quantity:
        raise FillTooLarge(quantity=report.quantity, remaining=order.remaining_quantity)
    order.filled_quantity += report.quantity
    order.filled_value += report.price * report.quantity
    if order.is_open:
        if order.remaining_quantity == 0:
            order.status = require_move(order.status, OrderStatus.FILLED)
        elif order.status not in UNDER_REQUEST:  # a request to cancel or to replace outlives a partial fill
            order.status = require_move(order.status, OrderStatus.PARTIALLY_FILLED)
        order.hold_quantity = order.hold_for(order.remaining_quantity)
    if order.status == OrderStatus.FILLED:
        order.filled_at = report.at
    order.updated_at = report.at


_MOVED = PreparedUpdate(
    Order, ("status", "filled_quantity", "filled_value", "hold_quantity", "updated_at", "filled_at")
)


def fill_entry(account: Account, order: Order, report: ExecutionReport) -> Entry:
    """Answer what an execution posts, the order as it stands after it: a step of fills and corrections."""
    is_option = order.asset.asset_class == AssetClass.US_OPTION
    multiplier = _multiplier(order)
    move = purchase if order.side == OrderSide.BUY else sale
    moves = move(
        account.pk, order.asset_id, USD_ID, quantity=report.quantity, price=report.price, multiplier=multiplier
    )
    amount = sum((one.quantity for one in moves if one.asset_id == USD_ID), Decimal(0))
    traded_on = trade_date(report.at)
    face = Activity(
        account=account,
        correspondent_id=account.correspondent_id,
        asset=order.asset,
        quantity=report.quantity,
        price=report.price,
        exchange=report.exchange,
        net_amount=amount if order.side == OrderSide.SELL else -amount,
        order=order,
        side=order.side,
        cumulative_quantity=order.filled_quantity,
        leaves_quantity=order.remaining_quantity,
        order_status=order.status,
    )
    return Entry(
        activity_type=ActivityType.FILL,
        reference=_reference(report),
        moves=moves,
        at=report.at,
        trade_date=traded_on,
        settle_date=settlement_date(traded_on, Settling.OPTION if is_option else Settling.EQUITY),
        faces=[face],
        costs={(account.pk, order.asset_id): amount},
    )
