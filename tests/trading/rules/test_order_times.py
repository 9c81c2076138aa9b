"""When an order ends by itself."""

from datetime import datetime

import pytest

from brokerage.market_calendar import NEW_YORK
from trading.choices import TimeInForce
from trading.rules.order_times import expires_at


def new_york(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("time_in_force", "entered", "ends"),
    [
        ("day", "2024-01-24 10:00", "2024-01-24 16:00"),
        ("day", "2024-01-24 16:00", "2024-01-25 16:00"),
        ("day", "2024-11-29 09:00", "2024-11-29 13:00"),  # the half day after Thanksgiving
        ("gtc", "2024-01-24 10:00", "2024-04-23 16:15"),  # in summer time by then
        ("gtc", "2024-01-24 23:59", "2024-04-23 16:15"),
    ],
)
def test_a_day_order_ends_with_its_session_and_a_lasting_one_on_the_ninetieth_day(time_in_force, entered, ends):
    assert expires_at(TimeInForce(time_in_force), new_york(entered)) == new_york(ends)
