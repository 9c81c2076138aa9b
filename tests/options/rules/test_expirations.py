from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.market_calendar import NEW_YORK, session_on
from options.rules.expirations import (
    Cycle,
    first_live_date,
    is_expired,
    listed_expirations,
    stops_trading_at,
    third_friday,
    upcoming_weekend,
)

days = st.dates(date(2020, 1, 1), date(2027, 6, 30))


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("expiration_date", "close"),
    [
        (date(2024, 1, 26), "2024-01-26 16:00"),
        (date(2026, 11, 27), "2026-11-27 13:00"),
        (date(2014, 1, 18), "2014-01-17 16:00"),
        (date(2031, 1, 17), "2031-01-17 16:00"),
    ],
    ids=["a Friday", "a half day", "a Saturday of old", "beyond the calendar"],
)
def test_a_contract_stops_trading_at_the_close_of_its_last_session(expiration_date, close):
    assert stops_trading_at(expiration_date) == new_york(close)


def test_a_contract_is_over_at_the_close_and_not_a_moment_before():
    expiration_date = date(2024, 1, 26)

    assert not is_expired(expiration_date, new_york("2024-01-26 15:59:59"))
    assert is_expired(expiration_date, new_york("2024-01-26 16:00"))


def test_a_contract_lives_through_the_morning_of_its_last_day():
    assert first_live_date(new_york("2024-01-26 08:00")) == date(2024, 1, 26)


def test_over_a_weekend_the_next_session_is_the_first_that_still_trades():
    assert first_live_date(new_york("2024-01-27 12:00")) == date(2024, 1, 29)


@given(days, st.integers(0, 86_399))
def test_one_date_parts_the_living_from_the_expired(expiration_date, second):
    at = datetime(2024, 1, 24, tzinfo=UTC) + timedelta(seconds=second)

    assert is_expired(expiration_date, at) == (stops_trading_at(expiration_date) <= at)


@pytest.mark.parametrize(
    ("day", "sunday"),
    [
        (date(2024, 1, 24), date(2024, 1, 28)),
        (date(2024, 1, 26), date(2024, 1, 28)),
        (date(2024, 1, 27), date(2024, 2, 4)),
        (date(2024, 1, 28), date(2024, 2, 4)),
        (date(2024, 1, 29), date(2024, 2, 4)),
    ],
    ids=["Wednesday", "Friday", "Saturday", "Sunday", "Monday"],
)
def test_the_upcoming_weekend_has_a_week_of_trading_before_it(day, sunday):
    assert upcoming_weekend(day) == sunday


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2024, 1, 19), (2026, 11, 20), (2026, 5, 15), (2024, 3, 15), (2027, 1, 15)],
)
def test_the_third_friday_is_from_the_15th_to_the_21st(year, month, day):
    assert third_friday(year, month) == date(year, month, day)


@pytest.mark.parametrize(
    ("listed_on", "expiration_date"),
    [
        (date(2025, 4, 1), date(2025, 4, 17)),
        (date(2026, 6, 1), date(2026, 6, 18)),
        (date(2027, 6, 1), date(2027, 6, 17)),
    ],
)
def test_a_month_whose_friday_is_a_holiday_expires_the_day_before(listed_on, expiration_date):
    found = listed_expirations(Cycle.MONTHLY, listed_on)

    assert found[0] == expiration_date


def test_a_monday_without_a_session_moves_forward_and_a_friday_back():
    found = listed_expirations(Cycle.MONDAY_WEDNESDAY_FRIDAY, date(2024, 5, 24))

    assert date(2024, 5, 28) in found, "Memorial Day is a Monday"
    assert date(2024, 3, 28) in listed_expirations(Cycle.WEEKLY, date(2024, 3, 18)), "Good Friday"


def test_a_dense_cycle_is_listed_two_weeks_out_and_fridays_five():
    found = listed_expirations(Cycle.DAILY, date(2024, 1, 22))

    assert found[:12] == [
        *(date(2024, 1, day) for day in (22, 23, 24, 25, 26, 29, 30, 31)),
        *(date(2024, 2, day) for day in (1, 2, 9, 16)),
    ]


@given(days, st.sampled_from(Cycle))
def test_every_listed_expiration_has_a_session_and_is_not_past(day, cycle):
    found = listed_expirations(cycle, day)

    assert found == sorted(set(found))
    assert all(session_on(one) is not None and one >= day for one in found)
