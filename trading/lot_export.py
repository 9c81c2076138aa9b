"""An account's lots as files: exactly what the URL filters, in its order, and last a row with the totals."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from accounts.models import Account
from brokerage.keyset import read_chunks
from brokerage.tabular import Cell
from trading import lot_book
from trading.lot_book import CLOSED_KEYS, OPEN_KEYS, ClosedLine, LotFilter, OpenLine

Chunks = Iterator[list[list[Cell]]]
CHUNK = 1000
ZERO = Decimal(0)
OPEN: Mapping[str, int] = {
    "Account number": 14,
    "Symbol": 22,
    "Name": 30,
    "Opened": 12,
    "Days held": 10,
    "Term": 12,
    "Long-term from": 14,
    "Opened quantity": 14,
    "Quantity": 12,
    "Cost per share": 14,
    "Cost basis": 16,
    "Price": 12,
    "Market value": 16,
    "Unrealized": 16,
}
REALIZED: Mapping[str, int] = {
    "Account number": 14,
    "Symbol": 22,
    "Name": 30,
    "Side": 8,
    "Quantity": 12,
    "Opened": 12,
    "Closed": 12,
    "How": 12,
    "Proceeds": 16,
    "Cost basis": 16,
    "Gain": 16,
    "Term": 12,
    "Possible wash sale": 34,
    "Order ID": 36,
    "Transaction ID": 36,
}


def open_of(account: Account, wanted: LotFilter) -> Chunks:
    """Yield the open lots, each marked when its chunk is made; last what they come to."""
    cost, value, gain = ZERO, ZERO, ZERO
    is_priced = True
    for chunk in read_chunks(lot_book.open_lots(account, wanted), OPEN_KEYS, size=CHUNK):
        lines = lot_book.mark(chunk)
        for line in lines:
            cost += line.lot.cost_amount
            is_priced = is_priced and line.valuation.market_value is not None
            value, gain = value + (line.valuation.market_value or ZERO), gain + (line.valuation.unrealized or ZERO)
        yield [_open(account, line) for line in lines]
    total: dict[str, Cell] = {"Account number": "Total", "Cost basis": cost}
    if is_priced:
        total |= {"Market value": value, "Unrealized": gain}
    yield [[total.get(column) for column in OPEN]]


def realized_of(account: Account, wanted: LotFilter) -> Chunks:
    """Yield what was closed, newest first; last what it comes to by term, and in all."""
    sums: dict[str, list[Decimal]] = {"Short-term": [ZERO] * 3, "Long-term": [ZERO] * 3}
    for chunk in read_chunks(lot_book.closings(account, wanted), CLOSED_KEYS, size=CHUNK):
        lines = lot_book.describe(account, chunk)
        for line in lines:
            if line.term:
                amounts = (line.proceeds, line.cost, line.closing.gain_amount or ZERO)
                sums[line.term] = [sum_ + amount for sum_, amount in zip(sums[line.term], amounts, strict=True)]
        yield [_closed(account, line) for line in lines]
    every = [sum(column, ZERO) for column in zip(*sums.values(), strict=True)]
    yield [_total(f"Total, {term.lower()}", term, amounts) for term, amounts in sums.items()]
    yield [_total("Total", None, every)]


def _open(account: Account, line: OpenLine) -> list[Cell]:
    lot, numbers = line.lot, line.valuation
    return [
        *(account.account_number, lot.asset.symbol, lot.asset.name, lot.opened_on, line.days),
        "Long-term" if line.is_long_term else "Short-term",
        line.long_term_from,
        *(lot.opened_quantity, lot.quantity, numbers.average_entry_price, lot.cost_amount),
        *(numbers.current_price, numbers.market_value, numbers.unrealized),
    ]


def _closed(account: Account, line: ClosedLine) -> list[Cell]:
    closing, again = line.closing, line.replacement
    moved = closing.gain_amount is None
    return [
        *(account.account_number, closing.asset.symbol, closing.asset.name),
        *("short" if line.is_short else "long", closing.quantity, closing.opened_on, closing.closed_on, line.how),
        *((None, None, None, "In the shares") if moved else (line.proceeds, line.cost, closing.gain_amount, line.term)),
        f"{again.symbol} opened {again.opened_on.isoformat()}" if again else None,
        str(line.order_id) if line.order_id else None,
        str(closing.transaction_id),
    ]


def _total(said: str, term: str | None, amounts: list[Decimal]) -> list[Cell]:
    proceeds, cost, gain = amounts
    row: dict[str, Cell] = {
        "Account number": said,
        "Proceeds": proceeds,
        "Cost basis": cost,
        "Gain": gain,
        "Term": term,
    }
    return [row.get(column) for column in REALIZED]
