"""Make contracts and files of them."""

from typing import Any

from options.files import Row
from options.models import Asset
from options.services.contracts import Import, import_contracts

# The contract that the options overview prints, as it stands there.
SAMPLE: dict[str, Any] = {
    "id": "1fb904df-961a-4a07-a924-53a437626db2",
    "symbol": "AAPL240223C00095000",
    "name": "AAPL Feb 23 2024 95 Call",
    "status": "active",
    "tradable": True,
    "expiration_date": "2024-02-23",
    "root_symbol": "AAPL",
    "underlying_symbol": "AAPL",
    "underlying_asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
    "type": "call",
    "style": "american",
    "strike_price": "95",
    "size": "100",
    "open_interest": "12",
    "open_interest_date": "2024-02-22",
    "close_price": "89.35",
    "close_price_date": "2024-02-22",
}
MARKET = ("pinned_quote", "contract__underlying__pinned_quote")


def rows(*values: dict[str, Any]) -> list[Row]:
    """Answer rows on lines 1, 2, 3 …"""
    return [Row(line, one) for line, one in enumerate(values, start=1)]


def list_contracts(*symbols: str) -> Import:
    """List contracts by their symbols alone."""
    return import_contracts(rows=rows(*({"symbol": symbol} for symbol in symbols)))


def get_asset(symbol: str) -> Asset:
    """Answer an asset as an order would fetch it."""
    return Asset.objects.select_related(*MARKET).get(symbol=symbol)
