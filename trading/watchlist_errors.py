"""What is refused of a watchlist (contract/trading.md 8.2)."""

from brokerage.errors import InvalidInput, InvalidParameter, NotFound, StateConflict


class WatchlistNotFound(NotFound):
    """No such watchlist in the account."""

    reason = "watchlist_not_found"
    message = "watchlist not found for {watchlist_id}"


class WatchlistInputInvalid(InvalidInput):
    """Name or symbols are not what a watchlist can have."""

    reason = "watchlist_input_invalid"


class WatchlistNameTaken(InvalidParameter):
    """Another watchlist of the account has the name."""

    reason = "watchlist_name_taken"
    message = "watchlist name must be unique"
    field = "name"


class WatchlistSymbolMissing(NotFound):
    """The symbol is not on the watchlist."""

    reason = "watchlist_symbol_missing"
    message = "symbol not found: {symbol}"
    field = "symbol"


class TooManyWatchlists(StateConflict):
    """The account has as many watchlists as may be."""

    reason = "too_many_watchlists"
    message = "the account has {most} watchlists, which is the most: delete one first"
