"""How long an order lives (contract/trading.md 2.4)."""

from datetime import UTC, datetime, time, timedelta

from brokerage import market_calendar
from brokerage.market_calendar import NEW_YORK
from trading.choices import TimeInForce

GTC_DAYS = timedelta(days=90)
GTC_ENDS = time(16, 15)


def expires_at(time_in_force: TimeInForce, at: datetime) -> datetime:
    """Answer when an order entered at `at` ends by itself.

    A day order at the close of the session it can trade in; one that is good till canceled in New
    York's afternoon of the ninetieth day after.
    """
    if time_in_force is TimeInForce.DAY:
        return market_calendar.current_or_next_session(at).closes_at
    ends_on = at.astimezone(NEW_YORK).date() + GTC_DAYS
    return datetime.combine(ends_on, GTC_ENDS, NEW_YORK).astimezone(UTC)
