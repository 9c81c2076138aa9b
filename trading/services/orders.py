"""Accept, refuse and cancel orders. What happens to an accepted one is in `services/fills.py`."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from celery import Task
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from accounts.errors import AccountNotFound
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock, market_calendar
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.events import record_event
from brokerage.ids import time_ordered_id
from options.models import Asset
from options.rules.asset_ids import USD_ID
from options.rules.contracts import is_contract_symbol
from options.rules.levels import level_to_open
from options.services.market import get_quote
from trading.choices import OrderStatus
from trading.errors import (
    AccountMayNotTrade,
    AssetUnknown,
    ClientOrderIdReused,
    ContractUnknown,
    NoVenue,
)
from trading.instruments import MARKET, instrument_of, read_holdings
from trading.models import Order, Refusal
from trading.order_errors import (
    OrderNotFound,
)
from trading.order_wire import order_event
from trading.rules.holdings import Holdings
from trading.rules.order_status import require_move
from trading.rules.order_times import expires_at
from trading.rules.ticket_form import OrderRequest, to_ticket
from trading.rules.tickets import Instrument, Market, OrderTicket, TicketReview, review_ticket
from trading.services.endings import finish_order
from trading.tasks import cancel_at_venue, send_to_venue
from trading.venues import find_venue
from trading.wash import crossing_orders, require_none

ASKED = ("side", "type", "time_in_force", "quantity", "limit_price")
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
        refusal = ClientOrderIdReused() if was_used_before(account_id, request.client_order_id) else found
        keep_refusal(actor, account_id, asdict(request), refusal)
        raise refusal from None


@transaction.atomic(durable=True)
def _accept(*, actor: User, account_id: UUID, request: OrderRequest) -> Order:
    actor.require(Permission.SUBMIT_ORDERS)
    account = lock_account(actor, account_id)
    asset = _find_asset(account_id, request)
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

    now = clock.now()
    holdings = read_holdings(account.pk, _touched(instrument_of(asset)))
    found = review(account, asset, ticket, holdings, now)
    require_none(getattr(asset, "crossing", None))
    order = insert_order(account, asset, actor, ticket, found, now)
    record_event(f"order.{order.status}", account=account, subject=order, at=now, payload=order_event(order))
    after_commit(send_to_venue, order)
    return order


def review(account: Account, asset: Asset, ticket: OrderTicket, holdings: Holdings, now: datetime) -> TicketReview:
    """Review a ticket of a locked account against the market of this moment: a step of what accepts orders."""
    quote = get_quote(asset, now)
    return review_ticket(
        ticket,
        instrument_of(asset),
        holdings,
        Market(now, quote.bid if quote else None, quote.ask if quote else None),
        level=level_to_open(account.options_trading_level, account.enabled_assets),
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


def _find_asset(account_id: UUID, request: OrderRequest) -> Asset | None:
    """Answer the asset with that symbol (a contract's also with its root padded) or id, with its market.

    The account's order that the one asked for could trade with, if there is one, comes along as `crossing`.
    """
    crossing = crossing_orders(account_id, OuterRef("pk"), request.side, request.limit_price)
    assets = Asset.objects.select_related(*MARKET).exclude(pk=USD_ID)
    assets = assets.annotate(crossing=Subquery(crossing[:1]))
    try:
        return assets.filter(pk=UUID(request.symbol)).first()
    except ValueError:
        return assets.filter(symbol=request.symbol.replace(" ", "")).first()


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
    is_routed = market_calendar.is_open(now) and replaces is None
    order_id = time_ordered_id()
    order = Order(
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
    try:
        order.save(force_insert=True)
    except IntegrityError as clash:
        if ONE_USE in str(clash):
            raise ClientOrderIdReused from None
        raise
    return order


def was_used_before(account_id: UUID, client_order_id: str) -> bool:
    """Say whether the client sends an id again: then that is what is wrong, whatever else is."""
    used = Order.objects.filter(account_id=account_id, client_order_id=client_order_id)
    return bool(client_order_id) and used.exists()


def keep_refusal(actor: User, account_id: UUID, request: dict[str, Any], refusal: BrokerageError) -> None:
    """Keep who was refused what, why and when: books and records."""
    asked = {name: str(value) for name, value in request.items() if value not in ("", None, False)}
    owner_id = actor.correspondent_id or Account.objects.values_list("correspondent_id", flat=True).get(pk=account_id)
    Refusal.objects.create(
        account_id=account_id,
        correspondent_id=owner_id,
        symbol=asked.get("symbol", "")[:64],
        actor=actor,
        ticket=asked,
        reason=refusal.reason,
        message=str(refusal),
        facts=refusal.body(),
        refused_at=clock.now(),
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
    now = clock.now()
    if order.status == OrderStatus.ACCEPTED:
        finish_order(account, order, OrderStatus.CANCELED, now)
        return order
    order.status = require_move(order.status, OrderStatus.PENDING_CANCEL)
    order.updated_at = now
    order.save(update_fields=["status", "updated_at"])
    record_event("order.pending_cancel", account=account, subject=order, at=now, payload=order_event(order))
    after_commit(cancel_at_venue, order)
    return order


def get_order(account: Account, order_id: UUID) -> Order:
    """Answer an order of the account with its asset, or raise `OrderNotFound`."""
    order = Order.objects.filter(account=account, pk=order_id).select_related("asset").first()
    if order is None:
        raise OrderNotFound(order_id=str(order_id))
    return order
