"""The hours of an expiration day."""

from datetime import date, datetime

import pytest

from brokerage.market_calendar import NEW_YORK, session_on
from trading.rules.cutoffs import filing_deadline, hour_of, instruction_cutoff, review_starts


def new_york(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("day", "review", "cutoff", "filing"),
    [
        ("2024-01-26", "15:00", "17:30", "19:30"),
        ("2024-07-12", "15:00", "17:30", "19:30"),  # in summer time
        ("2024-11-29", "12:00", "14:30", "16:30"),  # the half day after Thanksgiving
    ],
)
def test_the_hours_follow_the_close(day, review, cutoff, filing):
    session = session_on(date.fromisoformat(day))

    hours = [review_starts(session), instruction_cutoff(session), filing_deadline(session)]

    assert hours == [new_york(f"{day} {hour}") for hour in (review, cutoff, filing)]
    assert hour_of(hours[1]) == f"{cutoff} ET"
