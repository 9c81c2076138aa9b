"""Executions taken back or changed after the fact: reversed and booked again, never edited (domain rule OR-9)."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import DateField, Exists, OuterRef, QuerySet, UUIDField

from accounts.models import Account
from brokerage.events import event, record_events
from brokerage.ids import time_ordered_id
from brokerage.models import Event
from brokerage.money import plain
from brokerage.prepared import PreparedQuery, Slot
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityStatus, ActivityType, OrderStatus
from trading.fee_schedule import rates_in_force
from trading.instruments import read_holdings
from trading.locking import lock_order, one_order
from trading.models import Activity, LedgerTransaction, Order, Position
from trading.order_errors import ExecutionNotFound, ExecutionTakenBack, FillTooLarge
from trading.order_wire import order_event
from trading.rules.cover import missing_cover
from trading.rules.order_status import at_work, require_move
from trading.rules.postings import reversed_moves, trade_date
from trading.services.fee_booking import accrue_fees
from trading.services.fills import ExecutionReport, fees_of, fill_entry
from trading.services.ledger import Entry, post_all, posted_events
from trading.services.lot_replay import retell_lots
from trading.trade_history import moves_of


@dataclass(frozen=True)
class BustReport:
    """That an execution never was: `execution_id` is the report's own, unique as an execution's is."""

    execution_id: UUID
    previous_execution_id: UUID
    at: datetime


@dataclass(frozen=True)
class CorrectionReport(BustReport):
    """That an execution was of another quantity, or at another price, than was reported."""

    quantity: Decimal
    price: Decimal


@transaction.atomic(durable=True)
def bust_fill(*, report: BustReport) -> Order:
    """Take back an execution that a venue busts: money, position, cost, fees, and what the order has filled.

    An order that has ended stays ended; an open one holds again what it needs. A report that has
    been posted changes nothing. Raises `ExecutionNotFound` where the fill is not posted yet: a venue
    says it again, and it is posted after the fill; `ExecutionTakenBack` where another report was first.
    """
    return _take_back(report, None)


@transaction.atomic(durable=True)
def correct_fill(*, report: CorrectionReport) -> Order:
    """Take back an execution and book it as it was, under the report's own id, in one transaction.

    That one can be corrected or busted in turn. Raises as `bust_fill` does, and `FillTooLarge`.
    """
    return _take_back(report, report)


def _take_back(report: BustReport, correction: CorrectionReport | None) -> Order:
    fills = Activity.objects.filter(transaction__reference=f"fill:{report.previous_execution_id}")
    fill = fills.select_related("transaction").first()
    if fill is None or fill.order_id is None:
        raise ExecutionNotFound(execution_id=str(report.previous_execution_id))
    account, order = lock_order(
        fill.order_id,
        _CORRECTED,
        reference=_reference(report),
        transaction_id=fill.transaction_id,
        trade_date=fill.date,
    )
    if getattr(order, "is_posted", False):
        return order
    if getattr(order, "is_taken_back", False):
        raise ExecutionTakenBack(execution_id=str(report.previous_execution_id))

    again = None if correction is None else _execution(fill, order, correction)
    _retreat(order, _execution(fill, order), again, report.at)
    entries = _entries(account, order, fill, report, again)
    _, positions = post_all(entries)
    for asset_id, cost in retell_lots(account, order.asset).items():
        if (account.pk, asset_id) in positions:
            positions[account.pk, asset_id].cost_amount = cost
    _correct_fees(account, order, fill, again, report.at)
    position = positions[account.pk, order.asset_id]
    corrected = _corrected(account, order, report, again or _execution(fill, order), position, entries[-1])
    record_events([corrected, *posted_events(entries, positions, report.at), *_uncovered(account, order, report.at)])
    return order


def _corrected_order() -> QuerySet[Order]:
    reported = LedgerTransaction.objects.filter(reference=Slot("reference"))
    taken_back = LedgerTransaction.objects.filter(reverses_id=Slot("transaction_id", UUIDField()))
    rates = rates_in_force(Slot("trade_date", DateField()), asset_class=OuterRef("asset__asset_class"))
    return one_order().annotate(is_posted=Exists(reported), is_taken_back=Exists(taken_back), rates=rates)


_CORRECTED = PreparedQuery(_corrected_order)


def _reference(report: BustReport) -> str:
    return f"reversal:{report.execution_id}"


def _execution(fill: Activity, order: Order, correction: CorrectionReport | None = None) -> ExecutionReport:
    """Answer the execution that was posted; or what it was after all, on the day that it was."""
    assert fill.quantity is not None
    assert fill.price is not None
    first_id = UUID(fill.transaction.reference.removeprefix("fill:"))
    posted = ExecutionReport(first_id, order.pk, fill.quantity, fill.price, fill.at, fill.exchange)
    if correction is None:
        return posted
    return replace(posted, execution_id=correction.execution_id, quantity=correction.quantity, price=correction.price)


def _retreat(order: Order, taken: ExecutionReport, again: ExecutionReport | None, at: datetime) -> None:
    """Take an execution off the order and put another in its place; what is open holds again what it needs."""
    left = order.remaining_quantity + taken.quantity
    if again is not None and again.quantity > left:
        raise FillTooLarge(quantity=again.quantity, remaining=left)
    order.filled_quantity -= taken.quantity
    order.filled_value -= taken.price * taken.quantity
    if again is not None:
        order.filled_quantity += again.quantity
        order.filled_value += again.price * again.quantity
    if order.is_open:
        if order.remaining_quantity == 0:
            order.status, order.filled_at = require_move(order.status, OrderStatus.FILLED), at
        elif order.status == OrderStatus.PARTIALLY_FILLED:
            order.status = at_work(order.status, has_filled=bool(order.filled_quantity))
        order.hold_quantity = order.hold_for(order.remaining_quantity)
    order.updated_at = at
    order.save(update_fields=["status", "filled_quantity", "filled_value", "hold_quantity", "updated_at", "filled_at"])


def _entries(
    account: Account, order: Order, fill: Activity, report: BustReport, again: ExecutionReport | None
) -> list[Entry]:
    """Answer the reversal, and the execution as it was after all beside it, in one group."""
    group_id = time_ordered_id()
    entries = [replace(_reversal(account, order, fill, report), group_id=group_id)]
    if again is not None:
        entries.append(replace(fill_entry(account, order, again), group_id=group_id))
    return entries


def _reversal(account: Account, order: Order, fill: Activity, report: BustReport) -> Entry:
    assert fill.quantity is not None
    traded_on = trade_date(report.at)
    face = Activity(
        account=account,
        correspondent_id=account.correspondent_id,
        asset=order.asset,
        quantity=-fill.quantity,
        price=fill.price,
        net_amount=-fill.net_amount,
        status=ActivityStatus.CANCELED,
        order=order,
        side=fill.side,
        exchange=fill.exchange,
        cumulative_quantity=order.filled_quantity,
        leaves_quantity=order.remaining_quantity,
        order_status=order.status,
    )
    return Entry(
        activity_type=ActivityType.FILL,
        reference=_reference(report),
        moves=reversed_moves(moves_of(fill.transaction)),
        at=report.at,
        trade_date=traded_on,
        settle_date=max(traded_on, fill.transaction.settle_date),
        faces=[face],
        costs={(account.pk, order.asset_id): abs(fill.net_amount)},
        reverses=fill.transaction_id,
    )


def _correct_fees(account: Account, order: Order, fill: Activity, again: ExecutionReport | None, at: datetime) -> None:
    """Give back the fees of what was taken back, by the rates of its day, and take those of what it was after all."""
    taken = _execution(fill, order)
    fees = {kind: -amount for kind, amount in fees_of(order, taken).items()}
    quantity = -taken.quantity
    if again is not None:
        quantity += again.quantity
        for kind, amount in fees_of(order, again).items():
            fees[kind] = fees.get(kind, Decimal(0)) + amount
    accrue_fees(account.pk, trade_date(at), fees, quantity=quantity, executions=0 if again else -1)


def _corrected(
    account: Account, order: Order, report: BustReport, shown: ExecutionReport, position: Position, entry: Entry
) -> Event:
    is_bust = not isinstance(report, CorrectionReport)
    payload = order_event(
        order,
        execution_id=str(report.execution_id),
        previous_execution_id=str(report.previous_execution_id),
        price=shown.price,
        qty=shown.quantity,
        position_qty=position.quantity,
        settle_date=entry.settle_date.isoformat(),
        timestamp=report.at,
        net_amount=entry.faces[0].net_amount,
        **({"reason": "TRADE_BUST"} if is_bust else {}),
    )
    kind = "order.trade_bust" if is_bust else "order.trade_correct"
    return event(kind, account=account, subject=order, at=report.at, payload=payload)


def _uncovered(account: Account, order: Order, at: datetime) -> list[Event]:
    """Answer the event that says what is missing now of what is pledged and held; the reconciliation lists it too."""
    contract = getattr(order.asset, "contract", None)
    shares = order.asset if contract is None else contract.underlying
    missing = missing_cover(read_holdings(account.pk, [shares.pk]), [shares.pk])
    if not missing:
        return []
    symbols = {USD_ID: "USD", shares.pk: shares.symbol}
    payload = {"missing": [{"symbol": symbols[key], "qty": plain(quantity)} for key, quantity in missing.items()]}
    return [event("account.cover_missing", account=account, subject=order, at=at, payload=payload)]
