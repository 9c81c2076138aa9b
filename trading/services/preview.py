"""What an order would amount to: the submit path without the write."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.locking import read_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from brokerage.errors import BrokerageError
from options.choices import Strategy
from options.rules.levels import REQUIRED_LEVEL, level_to_open
from trading.errors import ClientOrderIdReused
from trading.instruments import instrument_of
from trading.models import Order
from trading.rules import outcomes
from trading.rules.buying_power import buying_power_after, buying_power_of
from trading.rules.fees import total
from trading.rules.holdings import ZERO
from trading.rules.preview import OrderPreview
from trading.rules.ticket_form import OrderRequest
from trading.services.lots import cost_of_leaving
from trading.services.orders import Decision, decide, new_order
from trading.services.refusals import first_said, was_used_before
from trading.services.replacing import Changes, decide_replacement


def preview_order(*, actor: User, account_id: UUID, request: OrderRequest) -> OrderPreview:
    """Answer what the order that `request` asks for would be, need, hold and cost, or raise what submitting raises.

    Nothing is written, and a refusal is not kept.
    """
    return estimate_order(actor=actor, account_id=account_id, request=request)[1]


@transaction.atomic(durable=True)
def estimate_order(*, actor: User, account_id: UUID, request: OrderRequest) -> tuple[Order, OrderPreview]:
    """Answer the order as it would be accepted, which is not stored, and its preview.

    The account is not locked: what a preview says holds for the moment, and submitting asks again.
    Everything that it decides on is read by the statements of the submit path.
    """
    actor.require(Permission.SUBMIT_ORDERS)
    account = read_account(actor, account_id)
    now = clock.now()
    try:
        decided = decide(account, request, now)
    except BrokerageError as refusal:
        raise first_said(refusal, account_id, request.client_order_id) from None
    if was_used_before(account_id, request.client_order_id):
        raise ClientOrderIdReused
    order = new_order(account, decided.asset, actor, decided.ticket, decided.review, now)
    return order, _preview(account, decided)


@transaction.atomic(durable=True)
def preview_replacement(*, actor: User, account_id: UUID, order_id: UUID, changes: Changes) -> OrderPreview:
    """Answer what the order would be that takes the place of another, or raise what replacing raises.

    What is previewed is what is still to fill, and before it the order holds what it holds. Nothing
    is written, and a refusal is not kept.
    """
    actor.require(Permission.SUBMIT_ORDERS)
    account = read_account(actor, account_id)
    order, decided = decide_replacement(account, order_id, changes, clock.now())
    with_order = decided.holdings.without_hold(
        order.hold_asset_id, -order.hold_quantity, traded_id=order.asset_id, closing=ZERO
    )
    return replace(_preview(account, decided), buying_power_before=buying_power_of(with_order).available)


def _preview(account: Account, decided: Decision) -> OrderPreview:
    review, need = decided.review, decided.review.need
    instrument = instrument_of(decided.asset)
    charged = total(need.fees)
    order = outcomes.Order(decided.ticket, instrument, review.price, charged, _cost_each(account, decided))
    return OrderPreview(
        intent=review.intent,
        intent_reason=review.intent_reason,
        strategy=review.strategy,
        level_needed=REQUIRED_LEVEL[review.strategy],
        level_there=level_to_open(account.options_trading_level, account.enabled_assets),
        price=review.price,
        needs=need.lines,
        held_quantity=need.quantity,
        held_unit=need.unit,
        fees=need.fees,
        fees_amount=charged,
        buying_power_before=buying_power_of(decided.holdings).available,
        buying_power_after=buying_power_after(need, decided.holdings),
        outcome=outcomes.outcome_of(order, review.strategy),
    )


def _cost_each(account: Account, decided: Decision) -> Decimal | None:
    """Answer what a share behind a call, or a unit of what is closed, cost: of the oldest, which leave first.

    None where nothing is known of it.
    """
    asset_id, quantity = decided.asset.pk, decided.ticket.quantity
    if decided.review.strategy is Strategy.COVERED_CALL:
        contract = decided.asset.contract
        asset_id, quantity = contract.underlying_id, quantity * contract.deliverable
    elif decided.review.strategy is not Strategy.CLOSING:
        return None
    cost = cost_of_leaving(account.pk, asset_id, quantity)
    return cost / quantity if cost else None
