"""What moves from whose book to whose, in value objects: the double entry of each act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from brokerage.market_calendar import NEW_YORK
from brokerage.money import to_cents
from trading.choices import HouseBook

Book = UUID | HouseBook
OPENING_REFERENCE = "opening"  # of a firm's first deposit, which the sandbox clock may be set back behind


@dataclass(frozen=True)
class Move:
    """`quantity` (above zero) of an asset, from a book to another: an account's id or a house book."""

    source: Book
    destination: Book
    asset_id: UUID
    quantity: Decimal


def purchase(
    account_id: UUID, asset_id: UUID, usd_id: UUID, *, quantity: Decimal, price: Decimal, multiplier: int
) -> list[Move]:
    """Moves of a purchase from the street: the thing in, quantity x price x multiplier dollars out."""
    amount = to_cents(quantity * price * multiplier)
    return [
        Move(HouseBook.STREET, account_id, asset_id, quantity),
        *([Move(account_id, HouseBook.STREET, usd_id, amount)] if amount else []),
    ]


def sale(
    account_id: UUID, asset_id: UUID, usd_id: UUID, *, quantity: Decimal, price: Decimal, multiplier: int
) -> list[Move]:
    """Moves of a sale to the street: the reverse of a purchase."""
    bought = purchase(account_id, asset_id, usd_id, quantity=quantity, price=price, multiplier=multiplier)
    return reversed_moves(bought)


def fee(account_id: UUID, usd_id: UUID, amount: Decimal) -> list[Move]:
    """Moves of a fee to those it is owed to; below zero it is paid back."""
    if amount < 0:
        return [Move(HouseBook.FEES, account_id, usd_id, -amount)]
    return [Move(account_id, HouseBook.FEES, usd_id, amount)]


def reversed_moves(moves: Iterable[Move]) -> list[Move]:
    """Answer the moves the other way round: what takes them back."""
    return [Move(move.destination, move.source, move.asset_id, move.quantity) for move in moves]


def changes(moves: Iterable[Move]) -> dict[tuple[UUID, UUID], Decimal]:
    """Answer by how much each (account, asset) changes; house books are the outside and left out."""
    change: dict[tuple[UUID, UUID], Decimal] = {}
    for move in moves:
        for book, quantity in ((move.destination, move.quantity), (move.source, -move.quantity)):
            if isinstance(book, UUID):
                key = (book, move.asset_id)
                change[key] = change.get(key, Decimal(0)) + quantity
    return change


def trade_date(at: datetime) -> date:
    """Answer the business date of an act: its date in New York."""
    return at.astimezone(NEW_YORK).date()


def activity_stamp(at: datetime, *, is_trade: bool, on: date | None = None) -> str:
    """Answer the 17 digits of New York time that begin an activity's id (contract/trading.md 5.2).

    Rows that are no trades carry the date and a time of zero: their own date, `on`, where that is another.
    """
    if not is_trade:
        return f"{on or trade_date(at):%Y%m%d}000000000"
    return f"{at.astimezone(NEW_YORK):%Y%m%d%H%M%S}{at.microsecond // 1000:03d}"
