"""What is refused of a question about what was: equity over time (contract/trading.md 8.1), events of activities."""

from brokerage.errors import InvalidInput, InvalidParameter, NotFound


class HistoryQueryInvalid(InvalidInput):
    """Period, timeframe, bounds or the rest of a portfolio history are not what can be asked for."""

    reason = "history_query_invalid"


class ActivityEventNotFound(NotFound):
    """The account has no activity that was announced under this id."""

    reason = "activity_event_not_found"
    message = "activity event not found for {event_id}"


class LedgerTransactionNotFound(NotFound):
    """No ledger transaction of an account that this actor may see."""

    reason = "ledger_transaction_not_found"
    message = "ledger transaction not found for {transaction_id}"


class BreakNotFound(NotFound):
    """No open break that this actor may see: it may be over."""

    reason = "break_not_found"
    message = "break not found for {break_id}"


class BreakNoteInvalid(InvalidParameter):
    """A note on a break says something, and no more than fits."""

    reason = "break_note_invalid"
    message = "note must have 2 to {most} characters, found {found}"
    field = "note"
