"""Sessions, half days, and when things settle."""

from datetime import UTC, date, datetime, timedelta

import pytest

from brokerage import market_calendar
from brokerage.management.commands.write_calendar import sessions
from brokerage.market_calendar import NEW_YORK, Instrument, settlement_date


def new_york(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


def test_the_file_is_what_the_library_says():
    written = market_calendar.CSV_FILE.read_text().splitlines()[1:]

    assert written == [",".join(session) for session in sessions()]


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2024-01-24 09:29:59", False),
        ("2024-01-24 09:30", True),
        ("2024-01-24 15:59:59", True),
        ("2024-01-24 16:00", False),
        ("2026-11-27 12:59:59", True),
        ("2026-11-27 13:00", False),
        ("2026-11-26 12:00", False),
        ("2026-11-22 12:00", False),
    ],
)
def test_the_market_is_open_from_the_open_to_just_before_the_close(at, is_open):
    assert market_calendar.is_open(new_york(at)) is is_open


def test_hours_follow_daylight_saving():
    winter, summer = market_calendar.session_on(date(2024, 1, 24)), market_calendar.session_on(date(2024, 7, 24))

    assert (winter.opens_at.hour, summer.opens_at.hour) == (14, 13)


def test_half_days_are_known():
    halves = [
        session.date
        for session in market_calendar.sessions_between(date(2026, 11, 1), date(2026, 12, 31))
        if session.is_half_day
    ]

    assert halves == [date(2026, 11, 27), date(2026, 12, 24)]


@pytest.mark.parametrize(
    ("at", "last_close", "next_open"),
    [
        ("2024-01-26 16:00", "2024-01-26 16:00", "2024-01-29 09:30"),
        ("2024-01-26 15:59", "2024-01-25 16:00", "2024-01-29 09:30"),
        ("2024-01-27 12:00", "2024-01-26 16:00", "2024-01-29 09:30"),
        ("2024-01-29 09:29", "2024-01-26 16:00", "2024-01-29 09:30"),
    ],
)
def test_the_closes_and_opens_around_an_instant(at, last_close, next_open):
    assert market_calendar.last_close(new_york(at)) == new_york(last_close)
    assert market_calendar.next_session(new_york(at)).opens_at == new_york(next_open)


@pytest.mark.parametrize(
    ("trade_date", "instrument", "settles"),
    [
        ("2024-05-24", Instrument.EQUITY, "2024-05-29"),
        ("2024-05-28", Instrument.EQUITY, "2024-05-29"),
        ("2024-01-26", Instrument.EQUITY, "2024-01-30"),
        ("2024-01-26", Instrument.OPTION, "2024-01-29"),
        ("2025-10-10", Instrument.OPTION, "2025-10-14"),
        ("2026-11-10", Instrument.OPTION, "2026-11-12"),
    ],
)
def test_trades_settle_on_a_day_on_which_banks_are_open(trade_date, instrument, settles):
    assert settlement_date(date.fromisoformat(trade_date), instrument) == date.fromisoformat(settles)


def test_no_session_is_longer_than_the_regular_one():
    for session in market_calendar.sessions_between(date(2020, 1, 1), date(2029, 12, 31)):
        assert timedelta(hours=3) <= session.closes_at - session.opens_at <= timedelta(hours=6, minutes=30)
