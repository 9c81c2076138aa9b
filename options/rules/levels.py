"""Which options level a strategy needs (options overview, trading levels).

Closing needs none: a lowered level blocks opening and never strands a position (domain rule AA-14).
"""

from collections.abc import Iterable

from accounts.choices import EnabledAsset
from options.choices import Strategy
from options.errors import LevelTooLow

REQUIRED_LEVEL: dict[Strategy, int] = {
    Strategy.COVERED_CALL: 1,
    Strategy.CASH_SECURED_PUT: 1,
    Strategy.LONG_CALL: 2,
    Strategy.LONG_PUT: 2,
    Strategy.LONG_SHARES: 0,
    Strategy.CLOSING: 0,
}


def level_to_open(trading_level: int, enabled_assets: Iterable[str]) -> int:
    """Answer the level at which an account may open option positions: none while `us_option` is not enabled."""
    return trading_level if EnabledAsset.US_OPTION in enabled_assets else 0


def require_level(strategy: Strategy, level: int) -> None:
    """Raise `LevelTooLow` where the account's options trading level does not allow the strategy."""
    needed = REQUIRED_LEVEL[strategy]
    if level < needed:
        raise LevelTooLow(level=needed)
