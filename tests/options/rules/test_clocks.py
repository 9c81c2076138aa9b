"""Fifteen days, by the calendar of New York."""

from datetime import UTC, datetime, timedelta

import pytest

from brokerage.market_calendar import NEW_YORK
from options.rules.clocks import MARKS, due_at, is_background, mark_at, marks_due


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("started", "ends"),
    [
        ("2024-01-02 09:30", "2024-01-17 23:59:59.999999"),
        ("2024-01-02 00:00", "2024-01-17 23:59:59.999999"),
        ("2024-01-02 23:59", "2024-01-17 23:59:59.999999"),
        ("2024-03-01 12:00", "2024-03-16 23:59:59.999999"),  # the hour of 10 March is lost on the way
        ("2024-10-25 12:00", "2024-11-09 23:59:59.999999"),  # that of 3 November comes twice
        ("2024-12-20 12:00", "2025-01-04 23:59:59.999999"),
    ],
)
def test_all_of_the_fifteenth_day_is_in_time(started, ends):
    assert due_at(at(started)) == at(ends)


def test_an_evening_in_new_york_is_the_next_day_in_utc_and_counts_as_its_own():
    evening = at("2024-01-02 21:00")

    assert evening.astimezone(UTC).day == 3
    assert due_at(evening.astimezone(UTC)) == at("2024-01-17 23:59:59.999999")
    assert mark_at(evening.astimezone(UTC), 10) == at("2024-01-12 00:00")


@pytest.mark.parametrize(
    ("moment", "warned_day", "due"),
    [
        ("2024-01-02 12:00", 0, ()),
        ("2024-01-11 23:59:59", 0, ()),  # day 9, to its end
        ("2024-01-12 00:00", 0, (10,)),
        ("2024-01-12 00:00", 10, ()),
        ("2024-01-15 23:59:59", 10, ()),  # day 13
        ("2024-01-16 00:00", 10, (14,)),
        ("2024-01-17 00:00", 14, (15,)),
        ("2024-01-17 23:59:59", 15, ()),
        ("2024-02-20 12:00", 0, (10, 14, 15)),
        ("2024-02-20 12:00", 15, ()),
        ("2023-12-20 12:00", 0, ()),
    ],
)
def test_days_10_14_and_15_are_told_each_once(moment, warned_day, due):
    assert marks_due(at("2024-01-02 15:00"), warned_day=warned_day, at=at(moment)) == due


def test_however_often_one_looks_every_mark_comes_once_and_at_its_day():
    started = at("2024-03-01 18:00")
    warned, seen = 0, []
    for hour in range(24 * 20):
        moment = started + timedelta(hours=hour)
        for mark in marks_due(started, warned_day=warned, at=moment):
            warned = mark
            seen.append((mark, (moment.astimezone(NEW_YORK).date() - started.date()).days))

    assert seen == [(mark, mark) for mark in MARKS]


@pytest.mark.parametrize(
    ("changed", "is_it"),
    [
        (["suitability.annual_income_min"], True),
        (["contact.city", "disclosures.employment_status"], True),
        (["identity.funding_source"], True),
        (["identity.family_name", "contact.email_address", "agreements", "enabled_assets"], False),
        ([], False),
    ],
)
def test_background_and_financial_information_is_verified_and_nothing_else(changed, is_it):
    assert is_background(changed) is is_it
