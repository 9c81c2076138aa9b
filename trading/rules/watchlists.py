"""What a watchlist may be called and hold (contract/trading.md 8.2)."""

from collections.abc import Iterable

LONGEST_NAME = 64
MOST_SYMBOLS = 1_000
MOST_WATCHLISTS = 200


def tidy_symbols(symbols: Iterable[str]) -> tuple[str, ...]:
    """Answer the symbols in capitals, each once, in the order in which they first stand."""
    return tuple(dict.fromkeys(symbol.strip().upper() for symbol in symbols))


def watchlist_faults(name: str | None, symbols: Iterable[str] | None) -> dict[str, list[str]]:
    """Answer what is wrong by field; None is what is not said."""
    found: dict[str, list[str]] = {}
    if name is not None and not name.strip():
        found["name"] = ["is required"]
    elif name is not None and len(name.strip()) > LONGEST_NAME:
        found["name"] = [f"must have at most {LONGEST_NAME} characters"]
    if symbols is not None and len(tuple(symbols)) > MOST_SYMBOLS:
        found["symbols"] = [f"must be at most {MOST_SYMBOLS}"]
    return found
