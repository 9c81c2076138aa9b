"""The paper venue: fills at the quote, rests what is not marketable, fills in part when size is short."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from time import monotonic, sleep
from uuid import UUID

from django.db import DatabaseError
from django.db.models import UUIDField

from brokerage import clock, market_calendar
from brokerage.database import alone
from brokerage.errors import BrokerageError, StateConflict
from brokerage.ids import time_ordered_id
from brokerage.prepared import IsAnyOf, PreparedQuery, Slot
from options.choices import AssetClass
from options.market.interface import Quote
from options.services.market import get_quotes
from trading.choices import OrderSide, OrderStatus
from trading.fee_schedule import PAPER_EXCHANGE
from trading.instruments import MARKET_OF_ASSET
from trading.models import Order
from trading.models.orders import WAITS_TO_REPLACE, OrderQuerySet
from trading.order_errors import FillBeyondMeans
from trading.services.fills import ExecutionReport, execute_on_paper, execute_together
from trading.services.venue_reports import (
    acknowledge_order,
    record_cancel,
    record_rejection,
    record_replacement,
)

log = logging.getLogger(__name__)

ROUND_LOT = 100
BATCH = 500
TOGETHER = 20  # Executions in one commit: their accounts are locked for as long as it takes.
GATHERING_SECONDS = 0.05  # Between two looks at what is new: what comes meanwhile shares a commit.
SUBMITTING = 5_072_003
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

    def submit_new(self, *, follow_until: float = 0.0) -> None:
        """Look at every new order, also at those that come meanwhile; whoever is at it already does that alone.

        The first are executed at once. Those that follow are gathered, until `follow_until` or until none comes.
        """
        tried: list[UUID] = []
        while batch := _new_orders(tried):  # asked again at the end: who came meanwhile left it to us
            with alone(SUBMITTING) as is_alone:
                if not is_alone or not market_calendar.is_open(clock.now()):
                    return
                while batch:
                    with clock.reading():  # a look of its own: the clock may be moved while it follows
                        self._look_at(batch, clock.now())
                    tried += [order.pk for order in batch]
                    if monotonic() < follow_until:
                        sleep(GATHERING_SECONDS)
                    batch = _new_orders(tried)

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
        self.submit_new()
        if not market_calendar.is_open(at):
            return
        batch = list(_working().order_by("pk")[:BATCH])
        while batch:
            self._look_at(batch, at)
            batch = list(_working().filter(pk__gt=batch[-1].pk).order_by("pk")[:BATCH])

    def _look_at(self, orders: list[Order], at: datetime) -> None:
        session = market_calendar.session_at(at)
        if session is None:
            return
        waiting = [order for order in orders if order.submitted_at <= at < order.expires_at]
        known = get_quotes({order.asset for order in waiting}, at)
        # Nobody stands by a quote of the day before: where the market has said nothing since, orders rest.
        quotes = {asset_id: quote for asset_id, quote in known.items() if quote.at >= session.opens_at}
        done = _execute_together(waiting, quotes, at)
        for order in waiting:
            if order.pk in done:
                continue
            try:
                _work_one(order, quotes.get(order.asset_id), at)
            except StateConflict:
                continue  # it filled or ended meanwhile: the lock decides, not the look
            except DatabaseError:
                log.exception("order %s could not be worked and is looked at again", order.pk)


def _execute_together(orders: Sequence[Order], quotes: Mapping[UUID, Quote], at: datetime) -> set[UUID]:
    """Execute what the market meets and needs no deciding, some orders in one commit; answer which were executed.

    Where one of them fails, all of its commit are left to be worked one by one.
    """
    marketable = [(order, report) for order in orders if (report := _report(order, quotes.get(order.asset_id), at))]
    done: set[UUID] = set()
    for first in range(0, len(marketable), TOGETHER):
        some = marketable[first : first + TOGETHER]
        try:
            done |= execute_together(
                account_ids={order.account_id for order, _ in some}, reports=[report for _, report in some]
            )
        except (DatabaseError, BrokerageError):
            log.exception("%s orders could not be executed together and are worked one by one", len(some))
    return done


def _working(*statuses: OrderStatus) -> OrderQuerySet:
    return (
        Order.objects.filter(status__in=statuses or WORKING).exclude(WAITS_TO_REPLACE).select_related(*MARKET_OF_ASSET)
    )


def _new(has_tried: bool) -> OrderQuerySet:
    orders = _working(OrderStatus.PENDING_NEW).order_by("pk")
    return (orders.exclude(IsAnyOf("id", Slot("tried"))) if has_tried else orders)[:TOGETHER]


_NEW = PreparedQuery(_new)


def _new_orders(tried: list[UUID]) -> list[Order]:
    return _NEW.rows(bool(tried), tried=tried)


_ONE_WORKING = PreparedQuery(lambda: _working().filter(pk=Slot("order_id", UUIDField())))


def _report(order: Order, quote: Quote | None, at: datetime) -> ExecutionReport | None:
    matched = match(order, quote, is_option=order.asset.asset_class == AssetClass.US_OPTION)
    if matched is None:
        return None
    return ExecutionReport(time_ordered_id(), order.pk, matched.quantity, matched.price, at, exchange_of(order))


def _work_one(order: Order, quote: Quote | None, at: datetime) -> None:
    report = _report(order, quote, at)
    if report is None:
        if order.status in (OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW):
            acknowledge_order(order_id=order.pk, at=at)
        return
    try:
        execute_on_paper(report=report)
    except FillBeyondMeans:
        record_rejection(order_id=order.pk, at=at)
