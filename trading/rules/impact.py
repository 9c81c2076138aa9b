"""What another options level means for what is open and held: opening stops, nothing is stranded (AA-14)."""

from decimal import Decimal

from options.choices import Right, Strategy
from options.rules.levels import REQUIRED_LEVEL

PLEDGED = {Right.CALL: "The shares behind it stay", Right.PUT: "The cash behind it stays"}


def is_barred(strategy: Strategy, level: int) -> bool:
    """Say whether an order of this strategy, still open, could not be sent again at `level`."""
    return REQUIRED_LEVEL[strategy] > level


def opened_by(right: Right, quantity: Decimal) -> Strategy:
    """Answer the strategy that more of a position in a contract would be opened by."""
    if quantity > 0:
        return Strategy.LONG_CALL if right is Right.CALL else Strategy.LONG_PUT
    return Strategy.COVERED_CALL if right is Right.CALL else Strategy.CASH_SECURED_PUT


def way_out(right: Right, quantity: Decimal) -> str:
    """Answer what can still become of a position at any level, in a sentence."""
    if quantity > 0:
        return "Can be sold, exercised, or left to expire."
    return f"Can be bought back, be assigned, or expire. {PLEDGED[right]} pledged until then."
