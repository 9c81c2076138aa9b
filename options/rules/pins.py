"""Which quotes may be pinned by hand in the sandbox."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class QuoteToPin:
    """A quote as somebody wants it. What is left out is not quoted."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    bid_size: int | None = None
    ask_size: int | None = None
    last: Decimal | None = None


def faults(quote: QuoteToPin) -> dict[str, str]:
    """Answer a sentence for each field at fault; none for a quote that may stand."""
    found = {
        field: "must be above zero"
        for field, price in (("ask", quote.ask), ("last", quote.last))
        if price is not None and price <= 0
    }
    if quote.bid is not None and quote.bid < 0:
        found["bid"] = "must not be negative"
    found |= {
        field: "must not be negative"
        for field, size in (("bid_size", quote.bid_size), ("ask_size", quote.ask_size))
        if size is not None and size < 0
    }
    if quote.bid is None and quote.ask is None and quote.last is None:
        found["bid"] = "a quote needs a bid, an ask or a last price"
    elif quote.bid is not None and quote.ask is not None and quote.bid > quote.ask:
        found["bid"] = f"the bid {quote.bid} is above the ask {quote.ask}"
    return found
