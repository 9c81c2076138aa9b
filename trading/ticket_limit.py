"""The limit that the ticket suggests: it belongs to one symbol, and gives way to the next one's unless it was typed."""

from collections.abc import Mapping
from typing import Any

from options.market.interface import Quote
from trading.choices import OrderSide, OrderType
from trading.order_words import as_typed


def fit_limit(typed: Mapping[str, Any], quote: Quote | None, *, is_new: bool) -> dict[str, str]:
    """Answer what was typed with a limit that belongs to its symbol, for which `quote` holds.

    What was suggested for another symbol would be a price of something else: it is replaced, or
    emptied where there is no quote. A ticket that is new is suggested one in any case.
    """
    kept = {name: str(typed[name]) for name in typed}
    symbol = "".join(kept.get("symbol", "").split()).upper()
    if not is_new and not _gives_way(kept, symbol):
        return kept
    limit = _suggested(kept, quote)
    return kept | {"limit_price": limit, "suggested": f"{symbol} {limit}"}


def _gives_way(typed: Mapping[str, str], symbol: str) -> bool:
    """Tell whether the limit is one that nobody typed, and is not this symbol's."""
    if "suggested" not in typed:
        return False
    known, _, limit = typed["suggested"].partition(" ")
    return typed.get("limit_price", "").strip() == limit and (known != symbol or not limit)


def _suggested(typed: Mapping[str, str], quote: Quote | None) -> str:
    """Answer the price at which the order would fill now: what is asked for a purchase, what is bid for a sale."""
    if quote is None or typed.get("type") != OrderType.LIMIT:
        return ""
    return as_typed(quote.bid if typed.get("side") == OrderSide.SELL else quote.ask)
