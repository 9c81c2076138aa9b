"""What is refused of a question about equity over time (contract/trading.md 8.1)."""

from brokerage.errors import InvalidInput


class HistoryQueryInvalid(InvalidInput):
    """Period, timeframe, bounds or the rest of a portfolio history are not what can be asked for."""

    reason = "history_query_invalid"
