"""Option symbols: the compact form on the wire, the 21 characters of the clearing files, and the name.

Both forms follow the OCC Options Symbology Initiative (domain rules SY-1 to SY-4): root,
expiration as YYMMDD, `C` or `P`, strike times 1000 in eight digits. The root is not the
underlying: a trailing digit marks an adjusted series, whose underlying the contract record names.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from brokerage.money import plain
from options.choices import Right
from options.errors import InvalidContractSymbol, InvalidContractTerms

ROOT_WIDTH = 6
STRIKE_STEP = Decimal("0.001")
HIGHEST_STRIKE = Decimal("99999.999")
FIRST_YEAR, LAST_YEAR = 2000, 2099

_ROOT = re.compile(r"[A-Z]{1,5}[0-9]?|[A-Z]{6}")
_SYMBOL = re.compile(rf"({_ROOT.pattern}) *([0-9]{{6}})([CP])([0-9]{{8}})")
_RIGHTS = {"C": Right.CALL, "P": Right.PUT}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class ContractTerms:
    """What an option symbol says. Raises `InvalidContractTerms` for what no symbol could say."""

    root: str
    expiration_date: date
    right: Right
    strike_price: Decimal

    def __post_init__(self) -> None:
        if isinstance(self.strike_price, float):
            raise TypeError("a strike is an exact decimal, never a float")
        for is_wrong, detail in (
            (not _ROOT.fullmatch(self.root), f"root {self.root!r} is not one to six letters"),
            (not FIRST_YEAR <= self.expiration_date.year <= LAST_YEAR, "the year must be from 2000 to 2099"),
            (not STRIKE_STEP <= self.strike_price <= HIGHEST_STRIKE, "the strike must be from 0.001 to 99999.999"),
            (self.strike_price % STRIKE_STEP != 0, "the strike must have at most three decimal places"),
        ):
            if is_wrong:
                raise InvalidContractTerms(detail=detail)


def is_contract_symbol(symbol: str) -> bool:
    """Say whether `symbol` has the shape of an option symbol, compact or padded."""
    return _split(symbol) is not None


def parse_symbol(symbol: str) -> ContractTerms:
    """Read the terms from an option symbol, compact or with its root padded to 21 characters.

    Raises `InvalidContractSymbol` for anything else: another shape, no such day, a strike of zero.
    """
    parts = _split(symbol)
    if parts is None:
        raise InvalidContractSymbol(symbol=symbol)
    root, day, letter, strike = parts
    try:
        expiration_date = date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
        return ContractTerms(root, expiration_date, _RIGHTS[letter], Decimal(int(strike)) / 1000)
    except (ValueError, InvalidContractTerms):
        raise InvalidContractSymbol(symbol=symbol) from None


def _split(symbol: str) -> tuple[str, ...] | None:
    found = _SYMBOL.fullmatch(symbol)
    is_padded = " " in symbol
    if found is None or (is_padded and len(symbol) != ROOT_WIDTH + 15):
        return None
    return found.groups()


def compact_symbol(terms: ContractTerms) -> str:
    """Write the symbol without spaces, as it is stored and travels: `AAPL240223C00095000`."""
    return terms.root + _after_root(terms)


def osi_key(terms: ContractTerms) -> str:
    """Write the 21 characters of the clearing files: `AAPL  240223C00095000`. One contract, one key."""
    return terms.root.ljust(ROOT_WIDTH) + _after_root(terms)


def _after_root(terms: ContractTerms) -> str:
    return f"{terms.expiration_date:%y%m%d}{terms.right.value[0].upper()}{int(terms.strike_price * 1000):08d}"


def contract_name(terms: ContractTerms) -> str:
    """Write the contract as people say it: `AAPL Feb 23 2024 95 Call`."""
    day = terms.expiration_date
    return f"{terms.root} {_MONTHS[day.month - 1]} {day:%d %Y} {plain(terms.strike_price)} {terms.right.label}"


def name_of(symbol: str) -> str:
    """Answer the name of the contract with that symbol; what is no contract's symbol stays as it is."""
    try:
        return contract_name(parse_symbol(symbol))
    except InvalidContractSymbol:
        return symbol
