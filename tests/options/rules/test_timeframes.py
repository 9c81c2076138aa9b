from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.market_calendar import NEW_YORK
from options.rules.timeframes import DAY, MINUTE, Timeframe, Unit, parse_timeframe

WRITTEN = {
    "1Min": MINUTE,
    "59T": Timeframe(59, Unit.MINUTE),
    "1Hour": Timeframe(1, Unit.HOUR),
    "23H": Timeframe(23, Unit.HOUR),
    "1Day": DAY,
    "1D": DAY,
    "1Week": Timeframe(1, Unit.WEEK),
    "1W": Timeframe(1, Unit.WEEK),
    "3Month": Timeframe(3, Unit.MONTH),
    "12M": Timeframe(12, Unit.MONTH),
}
NO_TIMEFRAMES = [
    "",
    "Min",
    "0Min",
    "60Min",
    "01Min",
    "24Hour",
    "2Day",
    "2W",
    "5Month",
    "13M",
    "1min",
    "1 Min",
    "1Min\n",
]

timeframes = st.sampled_from([*WRITTEN.values(), Timeframe(7, Unit.MINUTE), Timeframe(5, Unit.HOUR)])
moments = st.integers(0, 1_500 * 86_400).map(
    lambda passed: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=passed)
)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_timeframe_is_read_long_and_short(text):
    assert parse_timeframe(text) == WRITTEN[text]


@pytest.mark.parametrize("text", NO_TIMEFRAMES)
def test_what_names_no_timeframe_is_not_read(text):
    assert parse_timeframe(text) is None


@pytest.mark.parametrize(
    ("text", "at", "begins", "ends"),
    [
        ("1Min", "2026-11-20 09:30:59", "2026-11-20 09:30", "2026-11-20 09:31"),
        ("7Min", "2026-11-20 09:30", "2026-11-20 09:27", "2026-11-20 09:34"),
        ("7Min", "2026-11-20 23:58", "2026-11-20 23:55", "2026-11-21 00:00"),
        ("1Hour", "2026-11-20 09:30", "2026-11-20 09:00", "2026-11-20 10:00"),
        ("5Hour", "2026-11-20 21:00", "2026-11-20 20:00", "2026-11-21 00:00"),
        ("1Day", "2026-11-20 19:30", "2026-11-20 00:00", "2026-11-21 00:00"),
        ("1Week", "2026-11-22 23:59", "2026-11-16 00:00", "2026-11-23 00:00"),
        ("1Month", "2026-11-30 23:59", "2026-11-01 00:00", "2026-12-01 00:00"),
        ("3Month", "2026-11-20 12:00", "2026-10-01 00:00", "2027-01-01 00:00"),
        ("12Month", "2026-11-20 12:00", "2026-01-01 00:00", "2027-01-01 00:00"),
        # The clocks of New York are turned on 8 March and 1 November 2026.
        ("1Day", "2026-03-08 12:00", "2026-03-08 00:00", "2026-03-09 00:00"),
        ("1Week", "2026-11-01 12:00", "2026-10-26 00:00", "2026-11-02 00:00"),
        ("5Hour", "2026-03-08 09:30", "2026-03-08 05:00", "2026-03-08 10:00"),
    ],
)
def test_a_bar_begins_and_ends_by_the_clocks_of_new_york(text, at, begins, ends):
    timeframe = parse_timeframe(text)

    begun = timeframe.start_of(new_york(at))

    assert begun == new_york(begins)
    assert timeframe.end_of(begun) == new_york(ends)
    assert begun.tzinfo is UTC


@given(timeframes, moments)
def test_bars_follow_one_another_without_a_gap(timeframe, at):
    start = timeframe.start_of(at)
    end = timeframe.end_of(start)

    assert start <= at < end
    assert timeframe.start_of(start) == start
    assert timeframe.start_of(end) == end
    assert timeframe.start_of(end - timedelta(microseconds=1)) == start


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)
