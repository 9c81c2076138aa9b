"""Exports of the lists over all accounts: exactly what the URL filters and in its order."""

from collections.abc import Iterator, Mapping
from typing import Any

from accounts.models import User
from brokerage.keyset import read_chunks
from brokerage.tabular import Cell, local
from brokerage.templatetags.formats import sentence
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading import blotter, position_book, refusal_book
from trading.choices import OrderStatus
from trading.instruments import MARKET
from trading.models import Order
from trading.position_book import BookLine
from trading.refusal_book import RefusalLine

Chunks = Iterator[list[list[Cell]]]
CHUNK = 2000
ASSETS_AT_ONCE = 250  # each is quoted
ORDERS: Mapping[str, int] = {
    "Order ID": 36,
    "Submitted (New York)": 20,
    "Account": 32,
    "Number": 12,
    "Correspondent": 14,
    "Side": 6,
    "Intent": 14,
    "Quantity": 10,
    "Symbol": 22,
    "Name": 30,
    "Type": 8,
    "Limit price": 11,
    "Time in force": 13,
    "Status": 16,
    "Filled": 10,
    "Average price": 13,
    "Held": 12,
    "Unit": 22,
    "Client order ID": 36,
    "Updated (New York)": 20,
}
POSITIONS: Mapping[str, int] = {
    "Symbol": 22,
    "Name": 30,
    "Expires": 12,
    "Long": 10,
    "Short": 10,
    "Accounts": 10,
    "Held by orders": 14,
    "Pledged": 10,
    "Price": 10,
    "Long value": 14,
    "Short value": 14,
    "Net value": 14,
}
REFUSALS: Mapping[str, int] = {
    "Refused (New York)": 20,
    "Account": 32,
    "Number": 12,
    "Correspondent": 14,
    "Who": 28,
    "Asked for": 40,
    "Terms": 18,
    "Symbol": 22,
    "Message": 60,
    "Reason": 28,
    "Intent inferred": 16,
    "Why that intent": 40,
}


def orders_of(actor: User, wanted: blotter.BlotterFilter) -> Chunks:
    """Yield the rows of the blotter, a chunk and a statement at a time."""
    rows = blotter.filter_orders(actor, wanted).select_related(*blotter.JOINED)
    for chunk in read_chunks(rows, blotter.keys_of(actor, wanted), size=CHUNK):
        yield [_order(order) for order in chunk]


def positions_of(actor: User, wanted: position_book.BookFilter) -> Chunks:
    """Yield the rows of the book, each asset at what it is quoted when its chunk is made."""
    assets: Any = position_book.filter_assets(actor, wanted).select_related(*MARKET)
    for chunk in read_chunks(assets, ("symbol",), size=ASSETS_AT_ONCE):
        yield [_position(line) for line in position_book.describe(actor, wanted, chunk)]


def refusals_of(actor: User, wanted: refusal_book.RefusalFilter) -> Chunks:
    """Yield the refusals, newest first."""
    for chunk in refusal_book.all_refusals(actor, wanted):
        yield [_refusal(refusal_book.describe(one)) for one in chunk]


def _order(order: Order) -> list[Cell]:
    holds = bool(order.hold_quantity)
    return [
        str(order.pk),
        local(order.submitted_at),
        order.account.name,
        order.account.account_number,
        order.correspondent.code,
        order.side,
        order.position_intent,
        order.quantity,
        *(order.asset.symbol, order.asset.name),
        order.type,
        order.limit_price,
        order.time_in_force,
        sentence(OrderStatus(order.status).label),
        order.filled_quantity,
        order.filled_average_price,
        order.hold_quantity if holds else None,
        _unit(order.hold_asset) if holds else None,
        order.client_order_id,
        local(order.updated_at),
    ]


def _unit(asset: Asset) -> str:
    """Answer in words what an amount is of."""
    if asset.pk == USD_ID:
        return "US dollars"
    return f"{asset.symbol} contracts" if asset.is_option else f"{asset.symbol} shares"


def _position(line: BookLine) -> list[Cell]:
    return [
        *(line.asset.symbol, line.asset.name, _expires(line.asset)),
        *(line.long, line.short, line.accounts, line.held, line.pledged),
        *(line.price, line.long_value, line.short_value, line.value),
    ]


def _refusal(line: RefusalLine) -> list[Cell]:
    refusal = line.refusal
    return [
        local(refusal.refused_at),
        refusal.account.name,
        refusal.account.account_number,
        refusal.correspondent.code,
        str(refusal.actor),
        line.asked,
        line.beneath,
        refusal.symbol,
        refusal.message,
        refusal.reason,
        line.intent,
        line.intent_reason,
    ]


def _expires(asset: Asset) -> Cell:
    return asset.contract.expiration_date.isoformat() if asset.is_option else None
