"""What is kept of what the market said, when its source counts as stale, and whose data account is asked."""

from dataclasses import dataclass
from typing import Any

COMPUTED, REPLAY, ALPACA = "synthetic", "replay", "alpaca"
MOVED = "strikebook_market"  # The channel that says that something is quoted anew, or was traded.


@dataclass(frozen=True)
class MarketData:
    """How the stored market is fed and kept; a number of days counts those of the calendar.

    A source that has said nothing for `stale_seconds` of an open session is stale. `url` is where the
    data account is asked: at the vendor's own, where it is empty.
    """

    quote_days: int
    trade_days: int
    bar_days: int
    stale_seconds: int
    poll_seconds: float
    key_id: str
    secret: str
    option_feed: str
    stock_feed: str
    url: str


def market_data_from(env: Any) -> MarketData:
    """Read it from the environment."""
    return MarketData(
        quote_days=env.int("MARKET_QUOTE_DAYS", default=7),
        trade_days=env.int("MARKET_TRADE_DAYS", default=35),
        bar_days=env.int("MARKET_BAR_DAYS", default=400),
        stale_seconds=env.int("MARKET_STALE_SECONDS", default=60),
        poll_seconds=env.float("MARKET_POLL_SECONDS", default=1.0),
        key_id=env.str("ALPACA_DATA_KEY", default=""),
        secret=env.str("ALPACA_DATA_SECRET", default=""),
        option_feed=env.str("ALPACA_OPTION_FEED", default="opra"),
        stock_feed=env.str("ALPACA_STOCK_FEED", default="sip"),
        url=env.str("ALPACA_DATA_URL", default=""),
    )
