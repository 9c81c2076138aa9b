"""Accept, refuse and cancel orders. What happens to an accepted one is in `services/fills.py`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from celery import Task
from django.db import IntegrityError, transaction
from django.db.models import CharField, DateField, OuterRef, QuerySet, Subquery, UUIDField

from accounts.errors import AccountNotFound
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock, market_calendar
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.events import record_event
from brokerage.fields import PriceField
from brokerage.ids import time_ordered_id
from brokerage.prepared import PreparedQuery, Slot
from brokerage.prepared_writes import PreparedInsert
from options.models import Asset
from options.rules.asset_ids import USD_ID
from options.rules.contracts import is_contract_symbol
from options.rules.levels import level_to_open
from options.services.market import get_quote
from trading.choices import OrderSide, OrderStatus
from trading.errors import (
    AccountMayNotTrade,
    AssetUnknown,
    ClientOrderIdReused,
    ContractUnknown,
    NoVenue,
)
from trading.fee_schedule import PAPER_EXCHANGE, rates_in_force, read_rates
from trading.instruments import MARKET, instrument_of, read_holdings
from trading.models import Order
from trading.order_errors import (
    OrderNotFound,
)
from trading.order_wire import order_event
from trading.rules.fees import FeeRateInForce
from trading.rules.holdings import Holdings
from trading.rules.intents import explain, explained, infer_intent
from trading.rules.order_status import require_move
from trading.rules.order_terms import Instrument, Market, OrderTicket
from trading.rules.order_times import expires_at
from trading.rules.postings import trade_date
from trading.rules.ticket_form import OrderRequest, to_ticket
from trading.rules.tickets import TicketReview, review_ticket
from trading.services.endings import finish_order
from trading.services.refusals import first_said, keep_refusal
from trading.tasks import cancel_at_venue, wake_venue
from trading.venues import find_venue
from trading.wash import crossing_orders, require_none

ASKED = ("side", "type", "time_in_force", "quantity", "limit_price", "subtag")
ONE_USE = "a_client_order_id_is_used_once_in_an_account"


def submit_order(*, actor: User, account_id: UUID, request: OrderRequest) -> Order:
    """Accept the order that `request` asks for, or raise the refusal, which is kept.

    The order is handed to the venue after the commit. Raises what `to_ticket` and
    `review_ticket` raise, `AccountNotFound`, `AccountMayNotTrade`, `ClientOrderIdReused`.
    """
    try:
        return _accept(actor=actor, account_id=account_id, request=request)
    except (NotPermitted, AccountNotFound):
        raise
    except BrokerageError as found:
        refusal = first_said(found, account_id, request.client_order_id)
        keep_refusal(actor, account_id, asdict(request), refusal)
        raise refusal from None


@transaction.atomic(durable=True)
def _accept(*, actor: User, account_id: UUID, request: OrderRequest) -> Order:
    actor.require(Permission.SUBMIT_ORDERS)
    account = lock_account(actor, account_id)
    now = clock.now()
    decided = decide(account, request, now)
    order = insert_order(account, decided.asset, actor, decided.ticket, decided.review, now)
    record_event(f"order.{order.status}", account=account, subject=order, at=now, payload=order_event(order))
    transaction.on_commit(wake_venue, robust=True)  # a broker that is away fails no order: the tick finds it
    return order


@dataclass(frozen=True)
class Decision:
    """An order that is allowed: of what, as asked, reviewed on these holdings."""

    asset: Asset
    ticket: OrderTicket
    review: TicketReview
    holdings: Holdings


def decide(account: Account, request: OrderRequest, now: datetime) -> Decision:
    """Answer what the order that `request` asks for would be, or raise the refusal: a step, which writes nothing.

    Accepting and previewing ask here, so that they never differ. The refusal of an option order
    tells which intent was inferred and why.
    """
    asset = _find_asset(account.pk, request, now)
    try:
        return _decide(account, asset, request, now)
    except BrokerageError as refusal:
        if asset is not None and asset.is_option and request.side in OrderSide.values and not explained(refusal):
            instrument = instrument_of(asset)
            holdings = read_holdings(account.pk, _touched(instrument))
            found = infer_intent(buys=request.side == OrderSide.BUY, instrument=instrument, holdings=holdings)
            explain(refusal, found.intent, found.reason)
        raise


def _decide(account: Account, asset: Asset | None, request: OrderRequest, now: datetime) -> Decision:
    ticket = to_ticket(request, is_option=asset.is_option if asset else is_contract_symbol(request.symbol))
    require_may_trade(account)
    if asset is None:
        raise (
            ContractUnknown(symbol=ticket.symbol)
            if is_contract_symbol(ticket.symbol)
            else AssetUnknown(symbol=ticket.symbol)
        )
    if find_venue() is None:
        raise NoVenue
    holdings = read_holdings(account.pk, _touched(instrument_of(asset)))
    found = review(account, asset, ticket, holdings, now, read_rates(getattr(asset, "rates", [])))
    require_none(getattr(asset, "crossing", None))
    return Decision(asset, ticket, found, holdings)


def review(
    account: Account,
    asset: Asset,
    ticket: OrderTicket,
    holdings: Holdings,
    now: datetime,
    rates: Sequence[FeeRateInForce],
) -> TicketReview:
    """Review a ticket of a locked account against the market of this moment: a step of what accepts orders."""
    quote = get_quote(asset, now)
    return review_ticket(
        ticket,
        instrument_of(asset),
        holdings,
        Market(now, quote.bid if quote else None, quote.ask if quote else None),
        level=level_to_open(account.options_trading_level, account.enabled_assets),
        rates=rates,
        exchange=PAPER_EXCHANGE,
    )


def after_commit(task: Task, order: Order) -> None:
    """Start a task for the order once it is committed. A broker that is away fails no order: the tick finds it."""
    order_id = str(order.pk)
    transaction.on_commit(lambda: task.apply_async((order_id,), retry=False), robust=True)


def _touched(instrument: Instrument) -> set[UUID]:
    return {instrument.asset_id} | ({instrument.underlying_id} if instrument.underlying_id else set())


def require_may_trade(account: Account) -> None:
    """Raise `AccountMayNotTrade` for an account that is not active, is blocked, or suspended trading."""
    if not account.is_active or account.account_blocked or account.trading_blocked or account.suspend_trade:
        raise AccountMayNotTrade


def _find_asset(account_id: UUID, request: OrderRequest, now: datetime) -> Asset | None:
    """Answer the asset with that symbol (a contract's also with its root padded) or id, with its market.

    The account's order that the one asked for could trade with, if there is one, comes along as
    `crossing`, and what executions are charged as `rates`.
    """
    side = request.side if request.side in OrderSide else ""
    has_limit = request.limit_price is not None
    given = {"account_id": account_id, "limit_price": request.limit_price, "trade_date": trade_date(now)}
    try:
        return _ASSET.first("id", side, has_limit, wanted=UUID(request.symbol), **given)
    except ValueError:
        return _ASSET.first("symbol", side, has_limit, wanted=request.symbol.replace(" ", ""), **given)


def _asset(column: str, side: str, has_limit: bool) -> QuerySet[Asset]:
    limit_price = Slot("limit_price", PriceField()) if has_limit else None
    crossing = crossing_orders(Slot("account_id", UUIDField()), OuterRef("pk"), side, limit_price)
    of_class = OuterRef("asset_class")
    rates = rates_in_force(Slot("trade_date", DateField()), asset_class=of_class, exchange=PAPER_EXCHANGE)
    assets = Asset.objects.select_related(*MARKET).exclude(pk=USD_ID)
    wanted = Slot("wanted", UUIDField() if column == "id" else CharField())
    return assets.annotate(crossing=Subquery(crossing[:1]), rates=rates).filter(**{column: wanted})


_ASSET = PreparedQuery(_asset)


def insert_order(
    account: Account,
    asset: Asset,
    actor: User,
    ticket: OrderTicket,
    review: TicketReview,
    now: datetime,
    *,
    replaces: Order | None = None,
) -> Order:
    """Insert an accepted order: a step. One that is to replace another holds what it needs beyond that one."""
    order = new_order(account, asset, actor, ticket, review, now, replaces=replaces)
    try:
        _INSERT.write([order])
    except IntegrityError as clash:
        if ONE_USE not in str(clash):
            raise
        reused = ClientOrderIdReused()
        if asset.is_option:
            explain(reused, review.intent, review.intent_reason)
        raise reused from None
    return order


_INSERT = PreparedInsert(Order)


def new_order(
    account: Account,
    asset: Asset,
    actor: User,
    ticket: OrderTicket,
    review: TicketReview,
    now: datetime,
    *,
    replaces: Order | None = None,
) -> Order:
    """Answer an accepted order as it would be inserted."""
    is_routed = market_calendar.is_open(now) and replaces is None
    order_id = time_ordered_id()
    return Order(
        id=order_id,
        account=account,
        correspondent_id=account.correspondent_id,
        asset=asset,
        client_order_id=ticket.client_order_id or str(order_id),
        **{name: getattr(ticket, name) for name in ASKED},
        position_intent=review.intent,
        strategy=review.strategy,
        status=OrderStatus.PENDING_NEW if is_routed else OrderStatus.ACCEPTED,
        hold_asset_id=review.hold_asset_id,
        hold_per_unit=review.hold_per_unit,
        hold_quantity=max(review.hold_quantity - (replaces.hold_quantity if replaces else 0), Decimal(0)),
        replaces=replaces,
        submitted_by=actor,
        submitted_at=now,
        updated_at=now,
        expires_at=expires_at(ticket.time_in_force, now),
    )


@transaction.atomic(durable=True)
def cancel_order(*, actor: User, account_id: UUID, order_id: UUID) -> Order:
    """Ask for the cancellation of an open order; the venue confirms it after the commit.

    An order that was never routed is cancelled at once. Raises `OrderNotFound`, and
    `OrderAlreadyFinal` where it has ended.
    """
    actor.require(Permission.CANCEL_ORDERS)
    account = lock_account(actor, account_id)
    order = get_order(account, order_id)
    if order.status == OrderStatus.PENDING_CANCEL:
        return order
    ask_to_cancel(account, order, clock.now())
    return order


def ask_to_cancel(account: Account, order: Order, at: datetime) -> None:
    """Ask the venue to cancel an open order, or cancel it where it was never routed: a step, under the lock."""
    if order.status == OrderStatus.ACCEPTED:
        finish_order(account, order, OrderStatus.CANCELED, at)
        return
    order.status = require_move(order.status, OrderStatus.PENDING_CANCEL)
    order.updated_at = at
    order.save(update_fields=["status", "updated_at"])
    record_event("order.pending_cancel", account=account, subject=order, at=at, payload=order_event(order))
    after_commit(cancel_at_venue, order)


def get_order(account: Account, order_id: UUID) -> Order:
    """Answer an order of the account with its asset, or raise `OrderNotFound`."""
    order = Order.objects.filter(account=account, pk=order_id).select_related("asset__contract__underlying").first()
    if order is None:
        raise OrderNotFound(order_id=str(order_id))
    return order
