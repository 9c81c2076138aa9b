"""How amounts, prices, quantities, ratios and instants are written on pages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from brokerage.templatetags.formats import direction, money, percent, price, quantity, sentence, signed, when


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "0.00"),
        ("1234.5", "1,234.50"),
        ("-1234567.891", "−1,234,567.89"),
        ("0.005", "0.01"),
        ("-0.004", "0.00"),
        (None, "—"),
    ],
)
def test_money_groups_thousands_and_carries_a_true_minus(amount, written):
    assert money(amount and Decimal(amount)) == written


def test_the_dollar_mark_comes_after_the_sign():
    assert money(Decimal("-14118"), "$") == "−$14,118.00"


@pytest.mark.parametrize(
    ("change", "written"), [("12", "+12.00"), ("-12", "−12.00"), ("0", "0.00"), ("0.001", "0.00"), (None, "—")]
)
def test_a_change_is_signed_both_ways(change, written):
    assert signed(change and Decimal(change)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("6.9", "6.90"), ("0.3125", "0.3125"), ("190", "190.00"), ("1234.505", "1,234.505"), (None, "—")],
)
def test_a_price_has_two_places_at_least_and_four_at_most(value, written):
    assert price(value and Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("100.000000000", "100"), ("1200", "1,200"), ("0.500000000", "0.5"), ("-2", "−2"), ("1E+3", "1,000"), (None, "—")],
)
def test_a_quantity_drops_the_zeros_that_say_nothing(value, written):
    assert quantity(value and Decimal(value)) == written


@pytest.mark.parametrize(
    ("ratio", "style", "written"),
    [
        ("-0.1173553719008264", "signed", "−11.74%"),
        ("0.0138", "signed", "+1.38%"),
        ("0.0138", "", "1.38%"),
        ("0", "signed", "0.00%"),
        (None, "signed", "—"),
    ],
)
def test_a_ratio_is_written_as_a_percentage(ratio, style, written):
    assert percent(ratio and Decimal(ratio), style) == written


@pytest.mark.parametrize(
    ("change", "named"), [("1", "up"), ("-1", "down"), ("0", "flat"), ("0.004", "flat"), (None, "flat")]
)
def test_a_change_that_is_written_as_nothing_has_no_direction(change, named):
    assert direction(change and Decimal(change)) == named


def test_an_instant_is_written_in_new_york_time_and_names_its_zone():
    moment = datetime(2024, 1, 24, 20, 59, 8, tzinfo=UTC)

    assert when(moment) == (
        '<time datetime="2024-01-24T20:59:08Z" title="Jan 24, 2024 15:59:08 EST">Jan 24, 2024 15:59</time>'
    )
    assert "Jan 24, 2024 15:59:08</time>" in when(moment, "second")
    assert ">Jan 24, 2024</time>" in when(moment, "day")
    assert "Jan 24, 2024 15:59 EST</time>" in when(moment, "zone")


def test_an_instant_of_the_night_belongs_to_the_new_york_day():
    assert ">Jul 3, 2024</time>" in when(datetime(2024, 7, 4, 3, 59, tzinfo=UTC), "day")


def test_a_market_date_is_written_as_it_is():
    assert when(date(2024, 1, 26)) == '<time datetime="2024-01-26">Jan 26, 2024</time>'
    assert when(None) == "—"


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("Action Required", "Action required"),
        ("partially_filled", "Partially filled"),
        ("W-8BEN", "W-8BEN"),
        ("CIP result", "CIP result"),
        ("", ""),
    ],
)
def test_labels_made_from_names_are_written_as_prose(label, written):
    assert sentence(label) == written
