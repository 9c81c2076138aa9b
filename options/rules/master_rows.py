"""What a row of an asset or contract file says, checked. A field left out says nothing.

The shape is the asset master's (options overview): strings or JSON values, extra fields ignored.
A contract's row may carry its symbol alone, since the symbol says the terms; what it says
besides must agree with the symbol.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from options.choices import AssetClass, AssetStatus, Exchange, ExerciseStyle, Right, TickClass
from options.errors import BadRow, InvalidContractSymbol
from options.rules.contracts import ContractTerms, compact_symbol, is_contract_symbol, parse_symbol

SHARE_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,31}")
HIGHEST_COUNT = 2**31 - 1
HIGHEST_PRICE = Decimal(10**14)
TRUTHS = {"true": True, "false": False, "1": True, "0": False, "t": True, "f": False}

Value = TypeVar("Value")


@dataclass(frozen=True)
class AssetRow:
    """A share, as a file lists it."""

    line: int
    symbol: str
    id: UUID | None
    name: str | None
    exchange: Exchange | None
    status: AssetStatus | None
    tradable: bool | None
    marginable: bool | None
    shortable: bool | None
    easy_to_borrow: bool | None
    fractionable: bool | None
    tick_class: TickClass | None
    ppind: bool | None


@dataclass(frozen=True)
class ContractRow:
    """An option contract, as a file lists it."""

    line: int
    symbol: str
    terms: ContractTerms
    id: UUID | None
    name: str | None
    status: AssetStatus | None
    tradable: bool | None
    underlying_symbol: str
    underlying_id: UUID | None
    style: ExerciseStyle | None
    multiplier: int | None
    deliverable: int | None
    deliverable_cash_amount: Decimal | None
    open_interest: int | None
    open_interest_date: date | None
    close_price: Decimal | None
    close_price_date: date | None
    ppind: bool | None


def parse_asset(line: int, values: Mapping[str, Any]) -> AssetRow:
    """Answer what a row says of a share, or raise `BadRow` with its line and the first fault."""
    cells = _Cells(line, values)
    symbol = cells.require("symbol")
    if is_contract_symbol(symbol):
        raise BadRow(line=line, problem=f"{symbol} is an option contract, not a share")
    if not SHARE_SYMBOL.fullmatch(symbol):
        raise BadRow(line=line, problem=f"symbol {symbol!r} is not one of capital letters and digits")
    wire_class = "class" if "class" in values else "asset_class"
    if cells.choice(wire_class, AssetClass) not in (None, AssetClass.US_EQUITY):
        raise BadRow(line=line, problem=f"{wire_class} must be us_equity")
    return AssetRow(
        line=line,
        symbol=symbol,
        id=cells.uuid("id"),
        name=cells.text("name"),
        exchange=cells.choice("exchange", Exchange),
        status=cells.choice("status", AssetStatus),
        tradable=cells.truth("tradable"),
        marginable=cells.truth("marginable"),
        shortable=cells.truth("shortable"),
        easy_to_borrow=cells.truth("easy_to_borrow"),
        fractionable=cells.truth("fractionable"),
        tick_class=cells.choice("tick_class", TickClass),
        ppind=cells.truth("ppind"),
    )


def parse_contract(line: int, values: Mapping[str, Any]) -> ContractRow:
    """Answer what a row says of a contract, or raise `BadRow` with its line and the first fault."""
    cells = _Cells(line, values)
    text = cells.require("symbol")
    try:
        terms = parse_symbol(text)
    except InvalidContractSymbol:
        raise BadRow(line=line, problem=f"symbol {text!r} is not an option symbol") from None
    _require_agreement(cells, terms)
    underlying_symbol = _underlying(cells, terms)
    shares, cash = _deliverables(cells, underlying_symbol)
    return ContractRow(
        line=line,
        symbol=compact_symbol(terms),
        terms=terms,
        id=cells.uuid("id"),
        name=cells.text("name"),
        status=cells.choice("status", AssetStatus),
        tradable=cells.truth("tradable"),
        underlying_symbol=underlying_symbol,
        underlying_id=cells.uuid("underlying_asset_id"),
        style=cells.choice("style", ExerciseStyle),
        multiplier=cells.count("multiplier", least=1),
        deliverable=shares,
        deliverable_cash_amount=cash,
        open_interest=cells.count("open_interest"),
        open_interest_date=cells.day("open_interest_date"),
        close_price=cells.price("close_price"),
        close_price_date=cells.day("close_price_date"),
        ppind=cells.truth("ppind"),
    )


def _require_agreement(cells: "_Cells", terms: ContractTerms) -> None:
    for field, said, meant in (
        ("root_symbol", cells.text("root_symbol"), terms.root),
        ("expiration_date", cells.day("expiration_date"), terms.expiration_date),
        ("type", cells.choice("type", Right), terms.right),
        ("strike_price", cells.price("strike_price"), terms.strike_price),
    ):
        if said is not None and said != meant:
            raise BadRow(line=cells.line, problem=f"{field} {said} differs from {meant} in the symbol")


def _deliverables(cells: "_Cells", underlying_symbol: str) -> tuple[int | None, Decimal | None]:
    """Answer the shares and the dollars of one contract: by `size` and `deliverable_cash`, or by the list that the
    API shows, `deliverables`, which says both.
    """
    listed = cells.values.get("deliverables")
    if not listed:
        shares, cash = cells.count("size"), cells.dollars("deliverable_cash")
    else:
        shares, cash = _listed(cells.line, listed, underlying_symbol)
        if cells.count("size") not in (None, shares):
            raise BadRow(line=cells.line, problem=f"size differs from the {shares} shares in deliverables")
    if shares == 0 and not cash:
        raise BadRow(line=cells.line, problem="size must be a whole number of at least 1 where no cash is delivered")
    return shares, cash


def _listed(line: int, listed: Any, underlying_symbol: str) -> tuple[int, Decimal]:
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise BadRow(line=line, problem="deliverables must be a list of objects")
    found: dict[str, _Cells] = {}
    for one in listed:
        kind = str(one.get("type"))
        if kind not in ("equity", "cash") or kind in found:
            raise BadRow(line=line, problem="deliverables must be one of equity and one of cash at most")
        found[kind] = _Cells(line, one)
        if one.get("amount") in (None, ""):
            raise BadRow(line=line, problem=f"the amount of the {kind} in deliverables is not known yet")
    shares, cash = found.get("equity"), found.get("cash")
    if shares and shares.text("symbol") != underlying_symbol:
        raise BadRow(line=line, problem=f"deliverables name other shares than {underlying_symbol}")
    return (shares.count("amount") or 0) if shares else 0, (cash.dollars("amount") or Decimal(0)) if cash else Decimal(
        0
    )


def _underlying(cells: "_Cells", terms: ContractTerms) -> str:
    named = cells.text("underlying_symbol")
    if named is None and terms.root[-1].isdigit():
        # A digit marks an adjusted series (domain rule SY-4): only the record knows its underlying.
        raise BadRow(line=cells.line, problem=f"underlying_symbol is required for the adjusted root {terms.root}")
    symbol = named or terms.root
    if not SHARE_SYMBOL.fullmatch(symbol):
        raise BadRow(line=cells.line, problem=f"underlying_symbol {symbol!r} is not one of capital letters and digits")
    return symbol


@dataclass(frozen=True)
class _Cells:
    """The cells of one row, each read as what it should be; None where it is left out."""

    line: int
    values: Mapping[str, Any]

    def text(self, field: str) -> str | None:
        value = self.values.get(field)
        if value is None or value == "":
            return None
        if isinstance(value, bool | str | int | Decimal):
            return str(value).strip()
        raise BadRow(line=self.line, problem=f"{field} must be a single value")

    def require(self, field: str) -> str:
        text = self.text(field)
        if text is None:
            raise BadRow(line=self.line, problem=f"{field} is required")
        return text

    def choice(self, field: str, choices: Callable[[str], Value]) -> Value | None:
        return self._read(field, choices, f"must be one of {', '.join(filter(None, choices))}")  # type: ignore[call-overload]

    def uuid(self, field: str) -> UUID | None:
        return self._read(field, UUID, "must be a UUID")

    def truth(self, field: str) -> bool | None:
        return self._read(field, lambda text: TRUTHS[text.lower()], "must be true or false")

    def day(self, field: str) -> date | None:
        return self._read(field, date.fromisoformat, "must be a date as YYYY-MM-DD")

    def count(self, field: str, least: int = 0) -> int | None:
        def read(text: str) -> int:
            number = Decimal(text)
            if number != number.to_integral_value() or not least <= number <= HIGHEST_COUNT:
                raise ValueError
            return int(number)

        return self._read(field, read, f"must be a whole number of at least {least}")

    def price(self, field: str) -> Decimal | None:
        def read(text: str) -> Decimal:
            number = Decimal(text)
            if not 0 <= number < HIGHEST_PRICE or number != number.quantize(Decimal("0.0001")):
                raise ValueError
            return number

        return self._read(field, read, "must be a price with at most four decimal places")

    def dollars(self, field: str) -> Decimal | None:
        def read(text: str) -> Decimal:
            number = Decimal(text)
            if not 0 <= number < HIGHEST_PRICE or number != number.quantize(Decimal("0.01")):
                raise ValueError
            return number

        return self._read(field, read, "must be dollars with at most two decimal places")

    def _read(self, field: str, read: Callable[[str], Value], must: str) -> Value | None:
        text = self.text(field)
        if text is None:
            return None
        try:
            return read(text)
        except (ValueError, KeyError, InvalidOperation):
            raise BadRow(line=self.line, problem=f"{field} {text!r} {must}") from None
