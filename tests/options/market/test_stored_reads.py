"""How much of the stored market is read for an answer."""

from functools import partial

import pytest

from options.market.interface import Place
from options.market.stored import StoredMarket
from options.models import DailyBar, MinuteBar
from options.rules.timeframes import parse_timeframe
from options.services.market_intake import take_in
from tests.options.contracts import list_contracts
from tests.options.market.test_stored import window
from tests.options.market_data import new_york, quote, scanned, share

pytestmark = pytest.mark.django_db
FED = StoredMarket(is_played=False)
AAPL = share("AAPL")
PRICES = {"open": 10, "high": 12, "low": 9, "close": 11, "volume": 5, "trades": 1, "vwap": 10}


@pytest.mark.parametrize(
    ("timeframe", "after", "newest_first", "starts", "rows"),
    [
        ("30Min", "2024-01-24 11:00", False, ["11:30", "12:00", "12:30"], 90),
        ("30Min", "2024-01-24 11:00", True, ["10:30", "10:00"], 60),
        ("1Hour", "2024-01-24 11:20", True, ["11:00", "10:00"], 120),  # where no bar begins
    ],
)
def test_a_page_of_wider_bars_reads_no_minutes_before_it(timeframe, after, newest_first, starts, rows):
    take_in(quotes=[quote("TSLA", "2024-01-24 10:00", "1", "2")])  # makes the day
    minutes = [new_york(f"2024-01-24 {hour}:{minute:02}") for hour in (10, 11, 12) for minute in range(60)]
    MinuteBar.objects.bulk_create(MinuteBar(symbol="AAPL", at=at, **PRICES) for at in minutes)
    asked = window(newest_first=newest_first, after=Place("AAPL", new_york(after), 0))
    read = partial(FED.bars, [AAPL], parse_timeframe(timeframe), asked)

    assert [f"{bar.at.astimezone(asked.start.tzinfo):%H:%M}" for _, bar in read()] == starts
    assert scanned(read, "options_minutebar").rows == rows


@pytest.mark.parametrize(("newest_first", "starts", "rows"), [(False, [22, 29], 8), (True, [8, 1], 10)])
def test_a_page_of_weeks_reads_no_days_before_it(newest_first, starts, rows):
    days = [day for day in range(1, 32) if day not in (6, 7, 13, 14, 20, 21, 27, 28)]
    DailyBar.objects.bulk_create(DailyBar(symbol="AAPL", date=f"2024-01-{day:02}", **PRICES) for day in days)
    after = Place("AAPL", new_york("2024-01-15"), 0)
    asked = window(start="2024-01-01", end="2024-02-10", newest_first=newest_first, after=after)
    read = partial(FED.bars, [AAPL], parse_timeframe("1W"), asked)

    assert [bar.at.astimezone(asked.start.tzinfo).day for _, bar in read()] == starts
    assert scanned(read, "options_dailybar").rows == rows


def test_whether_the_source_spoke_is_asked_once_whatever_is_listed():
    contracts = [f"AAPL240126C0019{strike}000" for strike in range(4)]
    list_contracts(*contracts)
    take_in(quotes=[quote(one, f"2024-01-24 {at}", "1", "2") for one in contracts for at in ("15:00", "16:01")])
    read = partial(FED.closing_prices, [AAPL], new_york("2024-01-24").date())

    assert read() == {}
    assert scanned(read, "options_storedquote") == (2, 1)  # at the close, and once in the session
