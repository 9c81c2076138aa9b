"""The clearing house's confirmation of exercises, as a file: one row for each day and series.

    exercise_date,symbol,quantity
    2026-01-15,QS    260116C00006500,12

The symbol is the 21 characters of the clearing files or the compact form. The clearing house knows
the firm, not its customers: a row confirms all of the firm's exercises of that series on that day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from options.errors import BadRow, InvalidContractSymbol
from options.rules.contracts import compact_symbol, parse_symbol

COLUMNS = ("exercise_date", "symbol", "quantity")
Series = tuple[date, str]


@dataclass(frozen=True)
class Mismatch:
    """A series of which the firm exercised `ours` contracts on a day, and the clearing house `theirs`."""

    exercise_date: date
    symbol: str
    ours: Decimal
    theirs: Decimal


def parse_confirmation(line: int, cells: Mapping[str, str | None]) -> tuple[Series, Decimal]:
    """Answer which series of which day a row confirms, and how many contracts; or raise `BadRow`."""
    said = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    try:
        day = date.fromisoformat(said["exercise_date"])
    except ValueError:
        raise BadRow(line=line, problem=f"exercise_date {said['exercise_date']!r} must be YYYY-MM-DD") from None
    try:
        symbol = compact_symbol(parse_symbol(said["symbol"]))
    except InvalidContractSymbol:
        raise BadRow(line=line, problem=f"symbol {said['symbol']!r} is not an option symbol") from None
    try:
        quantity = Decimal(said["quantity"])
    except InvalidOperation:
        quantity = Decimal(0)
    if not (quantity.is_finite() and 0 < quantity <= 10**9 and quantity == quantity.to_integral_value()):
        raise BadRow(line=line, problem=f"quantity {said['quantity']!r} must be a whole number above 0")
    return (day, symbol), quantity


def parse_confirmations(rows: Sequence[tuple[int, Mapping[str, str | None]]]) -> dict[Series, Decimal]:
    """Answer what a file confirms, by day and series; or raise `BadRow`, also where a series comes twice."""
    found: dict[Series, Decimal] = {}
    for line, cells in rows:
        series, quantity = parse_confirmation(line, cells)
        if series in found:
            raise BadRow(line=line, problem=f"{series[1]} of {series[0]} comes twice")
        found[series] = quantity
    return found


def compare(ours: Mapping[Series, Decimal], theirs: Mapping[Series, Decimal]) -> list[Mismatch]:
    """Answer every series that differs, those that only one side knows included, by day and symbol."""
    zero = Decimal(0)
    return [
        Mismatch(*series, ours=ours.get(series, zero), theirs=theirs.get(series, zero))
        for series in sorted(ours.keys() | theirs.keys())
        if ours.get(series, zero) != theirs.get(series, zero)
    ]
