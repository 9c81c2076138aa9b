"""What may be agreed about market data, what a month costs, and how usage is drawn."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from brokerage.market_calendar import NEW_YORK
from options.choices import DataFeed
from options.rules.data_access import (
    EntitlementTicket,
    MonthlyPrice,
    PriceTicket,
    Term,
    days_of,
    draw_days,
    entitlement_faults,
    feeds_held,
    month_costs,
    price_faults,
    price_in,
    read_month,
)

TODAY, MONTH = date(2026, 1, 15), date(2026, 1, 1)
SIGNED = {"signed_by": "Ada Park", "signed_on": TODAY}
OPRA, INDICATIVE, NONE = DataFeed.OPRA, DataFeed.INDICATIVE, DataFeed.NONE


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"feed": "opra", **SIGNED}, []),
        ({"feed": "none"}, []),
        ({"feed": "indicative", **SIGNED, "effective_on": date(2026, 1, 16)}, []),
        ({"feed": "sip"}, ["feed"]),
        ({"feed": "opra"}, ["signed_by", "signed_on"]),
        ({"feed": "opra", "signed_by": "Ada Park"}, ["signed_on"]),
        ({"feed": "opra", "signed_on": TODAY}, ["signed_by"]),
        ({"feed": "none", "signed_by": "Ada Park"}, ["signed_on"]),
        ({"feed": "none", "signed_on": TODAY}, ["signed_by"]),
        ({"feed": "none", "signed_by": "x" * 121, "signed_on": TODAY}, ["signed_by"]),
        ({"feed": "opra", **SIGNED, "signed_on": date(2026, 1, 16)}, ["signed_on"]),
        ({"feed": "none", "effective_on": TODAY}, ["effective_on"]),
        ({"feed": "none", "effective_on": date(2027, 1, 17)}, ["effective_on"]),
    ],
)
def test_the_opra_agreement_says_who_and_when_and_nothing_holds_from_the_past(said, fields):
    ticket = EntitlementTicket(**{"reason": "agreed"} | said)

    assert [field for field, _ in entitlement_faults(ticket, TODAY)] == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"month": date(2026, 12, 1), "monthly_amount": Decimal(0)}, []),
        ({"feed": "none"}, ["feed"]),
        ({"monthly_amount": Decimal("-0.01")}, ["monthly_amount"]),
        ({"month": date(2025, 12, 1)}, ["month"]),
        ({"month": TODAY}, ["month"]),
        ({"month": date(2027, 2, 1)}, ["month"]),
    ],
)
def test_a_price_is_of_a_feed_from_a_month_on(changes, fields):
    ticket = {"feed": "opra", "month": MONTH, "monthly_amount": Decimal("99.50"), "reason": "list"} | changes

    assert [field for field, _ in price_faults(PriceTicket(**ticket), TODAY)] == fields


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("terms", "held"),
    [
        ([], {NONE}),
        ([Term(OPRA, at("2025-06-01"))], {OPRA}),
        ([Term(OPRA, at("2026-01-01"))], {OPRA}),
        ([Term(OPRA, at("2026-01-31T23:59"))], {NONE, OPRA}),
        ([Term(OPRA, at("2026-02-01"))], {NONE}),
        ([Term(OPRA, at("2025-06-01")), Term(NONE, at("2025-12-31"))], {NONE}),
        ([Term(OPRA, at("2026-01-05")), Term(INDICATIVE, at("2026-01-05"))], {NONE, INDICATIVE}),
    ],
)
def test_a_feed_held_in_a_month_that_it_touched(terms, held):
    assert feeds_held(terms, MONTH, NONE) == held


PRICES = [
    MonthlyPrice(OPRA, date(2025, 12, 1), Decimal(100)),
    MonthlyPrice(OPRA, date(2026, 2, 1), Decimal(150)),
    MonthlyPrice(INDICATIVE, date(2026, 1, 1), Decimal(30)),
    MonthlyPrice(OPRA, date(2026, 2, 1), Decimal(160)),
]


def test_a_price_holds_from_its_month_until_the_next_and_the_newest_of_a_month_counts():
    found = [price_in(PRICES, OPRA, date(year, month, 1)) for year, month in [(2025, 11), (2026, 1), (2026, 2)]]

    assert found == [None, Decimal(100), Decimal(160)]


@pytest.mark.parametrize(
    ("feeds", "cost"), [({OPRA, INDICATIVE, NONE}, Decimal(100)), ({INDICATIVE, NONE}, Decimal(30)), ({NONE}, None)]
)
def test_a_month_costs_the_dearest_feed_that_held_in_it(feeds, cost):
    assert month_costs(feeds, PRICES, MONTH) == cost


def test_a_month_is_drawn_day_by_day_and_what_is_not_nothing_is_seen():
    days = draw_days({date(2026, 2, 1): 10_000, date(2026, 2, 28): 1, date(2026, 3, 1): 99}, date(2026, 2, 1))

    assert [(one.day.day, one.count, one.left, one.top, one.height) for one in days if one.count] == [
        (1, 10_000, 0, 0, 100),
        (28, 1, 540, 99, 1),
    ]
    assert [one.height for one in draw_days({}, MONTH)] == [0] * 31


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2025-12", date(2025, 12, 1)),
        ("2026-02", MONTH),
        ("1999-12", MONTH),
        ("2025-1", MONTH),
        ("2025-13", MONTH),
        ("0000-01", MONTH),
        ("", MONTH),
    ],
)
def test_a_month_is_read_from_an_address_and_is_never_one_to_come(text, month):
    assert read_month(text, TODAY) == month


def test_a_month_knows_its_days():
    assert (len(days_of(date(2024, 2, 1))), len(days_of(date(2026, 12, 1)))) == (29, 31)
