"""Which symbols the market data endpoints take: a text that no asset could have is refused, not merely unknown."""

from collections.abc import Iterable

from options.data_errors import DataSymbolInvalid
from options.errors import InvalidContractSymbol
from options.rules.contracts import parse_symbol
from options.rules.master_rows import SHARE_SYMBOL


def require_contract_symbols(symbols: Iterable[str]) -> None:
    """Raise `DataSymbolInvalid` for the first that is not the compact symbol of a contract."""
    for symbol in symbols:
        if not _is_contract(symbol):
            raise DataSymbolInvalid(symbol=symbol)


def require_share_symbols(symbols: Iterable[str]) -> None:
    """Raise `DataSymbolInvalid` for the first that is not what a share could be called."""
    for symbol in symbols:
        if not SHARE_SYMBOL.fullmatch(symbol) or _is_contract(symbol):
            raise DataSymbolInvalid(symbol=symbol)


def _is_contract(symbol: str) -> bool:
    if " " in symbol:
        return False
    try:
        parse_symbol(symbol)
    except InvalidContractSymbol:
        return False
    return True
