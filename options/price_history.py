"""What an asset was paid over a period, for its chart."""

from datetime import date, datetime
from decimal import Decimal

from brokerage.market_calendar import previous_session
from options.market.interface import Window
from options.models import Asset
from options.rules.expirations import stops_trading_at
from options.rules.price_charts import PERIODS, PriceChart, draw_prices, sessions_of
from options.services.market import closing_prices, get_bars

MOST_BARS = 1_000  # More than any period has.


def read_prices(asset: Asset, name: str, at: datetime) -> PriceChart:
    """Answer the chart of an asset, a share or a contract fetched with its underlying, over a named period.

    That of a contract whose last session is over ends there. The chart of a day also knows the
    close before it.
    """
    period = PERIODS[name]
    end = min(at, stops_trading_at(asset.contract.expiration_date)) if asset.is_option else at
    sessions = sessions_of(period, end)
    if not sessions:
        return draw_prices(name, (), (), None)
    start = period.timeframe.start_of(sessions[0].opens_at)
    bars = get_bars([asset], period.timeframe, Window(start, end, MOST_BARS, as_of=at))
    before = _close_before(asset, sessions[0].date) if len(sessions) == 1 else None
    return draw_prices(name, sessions, [bar for _, bar in bars], before)


def _close_before(asset: Asset, day: date) -> Decimal | None:
    return closing_prices([asset], previous_session(day).date).get(asset.id)
