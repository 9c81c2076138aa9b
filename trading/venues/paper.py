"""The paper venue: fills at the quote, rests what is not marketable, fills in part when size is short."""

import logging
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import DatabaseError
from django.db.models import UUIDField

from brokerage import clock, market_calendar
from brokerage.errors import StateConflict
from brokerage.ids import time_ordered_id
from brokerage.prepared import PreparedQuery, Slot
from options.choices import AssetClass
from options.market.interface import Quote
from options.services.market import get_quotes
from trading.choices import OrderSide, OrderStatus
from trading.fee_schedule import PAPER_EXCHANGE
from trading.instruments import MARKET_OF_ASSET
from trading.models import Order
from trading.models.orders import WAITS_TO_REPLACE, OrderQuerySet
from trading.order_errors import FillBeyondMeans
from trading.services.fills import ExecutionReport, execute_on_paper
from trading.services.venue_reports import (
    acknowledge_order,
    record_cancel,
    record_rejection,
    record_replacement,
)

log = logging.getLogger(__name__)

ROUND_LOT = 100
BATCH = 500
EXCHANGE_LENGTH = 8
WORKING = (
    *(OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW, OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED),
    OrderStatus.PENDING_REPLACE,
)


@dataclass(frozen=True)
class Match:
    """What the quote would fill of an order: a quantity and a price per share."""

    quantity: Decimal
    price: Decimal


def match(order: Order, quote: Quote | None, *, is_option: bool) -> Match | None:
    """Answer what of the order fills against the quote, or None where nothing does.

    Sizes are contracts for options and round lots of 100 for shares.
    """
    if quote is None:
        return None
    buys = order.side == OrderSide.BUY
    price, size = (quote.ask, quote.ask_size) if buys else (quote.bid, quote.bid_size)
    if not price or not size:
        return None
    if order.limit_price is not None and (price > order.limit_price if buys else price < order.limit_price):
        return None
    available = Decimal(size) if is_option else Decimal(size * ROUND_LOT)
    return Match(min(available, order.remaining_quantity), price)


def exchange_of(order: Order) -> str:
    """Answer where an order executes, as far as fees go: shares at their own exchange, options at one of them all."""
    return PAPER_EXCHANGE if order.asset.asset_class == AssetClass.US_OPTION else order.asset.exchange[:EXCHANGE_LENGTH]


class PaperVenue:
    """Executes against the market's quotes, in the regular session only."""

    def submit(self, order_id: UUID) -> None:
        """Fill the order at the quote, or acknowledge it and let it rest; out of hours it waits unrouted."""
        self._look_at(_ONE_WORKING.rows(order_id=order_id), clock.now())

    def cancel(self, order_id: UUID) -> None:
        """Confirm the cancellation."""
        record_cancel(order_id=order_id)

    def replace(self, order_id: UUID) -> None:
        """Confirm the replacement, and work it from now on."""
        record_replacement(order_id=order_id)
        self.submit(order_id)

    def work(self, at: datetime) -> None:
        """Look at every open order once, batch by batch, and confirm what still waits to be canceled or replaced."""
        for order_id in Order.objects.filter(status=OrderStatus.PENDING_CANCEL).values_list("pk", flat=True):
            self.cancel(order_id)
        for order_id in Order.objects.waiting_to_replace().values_list("pk", flat=True):
            self.replace(order_id)
        if not market_calendar.is_open(at):
            return
        batch = list(_working().order_by("pk")[:BATCH])
        while batch:
            self._look_at(batch, at)
            batch = list(_working().filter(pk__gt=batch[-1].pk).order_by("pk")[:BATCH])

    def _look_at(self, orders: list[Order], at: datetime) -> None:
        if not market_calendar.is_open(at):
            return
        waiting = [order for order in orders if order.submitted_at <= at < order.expires_at]
        quotes = get_quotes({order.asset for order in waiting}, at)
        for order in waiting:
            try:
                _work_one(order, quotes.get(order.asset_id), at)
            except StateConflict:
                continue  # it filled or ended meanwhile: the lock decides, not the look
            except DatabaseError:
                log.exception("order %s could not be worked and is looked at again", order.pk)


def _working() -> OrderQuerySet:
    return Order.objects.filter(status__in=WORKING).exclude(WAITS_TO_REPLACE).select_related(*MARKET_OF_ASSET)


_ONE_WORKING = PreparedQuery(lambda: _working().filter(pk=Slot("order_id", UUIDField())))


def _work_one(order: Order, quote: Quote | None, at: datetime) -> None:
    matched = match(order, quote, is_option=order.asset.asset_class == AssetClass.US_OPTION)
    if matched is None:
        if order.status in (OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW):
            acknowledge_order(order_id=order.pk, at=at)
        return
    try:
        execution_id = time_ordered_id()
        report = ExecutionReport(execution_id, order.pk, matched.quantity, matched.price, at, exchange_of(order))
        execute_on_paper(report=report)
    except FillBeyondMeans:
        record_rejection(order_id=order.pk, at=at)
