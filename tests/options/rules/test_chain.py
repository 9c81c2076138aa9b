from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from options.choices import ExerciseStyle, Right
from options.rules.chain import (
    ListedContract,
    age_in_words,
    around_the_money,
    days_until,
    in_the_money,
    lay_out,
    money_place,
    within_bounds,
)
from options.rules.contracts import ContractTerms, compact_symbol

FIRST, SECOND = date(2024, 1, 26), date(2024, 2, 2)


def listed(strike: int, right: Right = Right.CALL, day: date = FIRST, root: str = "AAPL", deliverable: int = 100):
    terms = ContractTerms(root, day, right, Decimal(strike))
    return ListedContract(
        *(uuid4(), compact_symbol(terms), True, root, day, right.value, Decimal(strike)),
        *(ExerciseStyle.AMERICAN, 100, deliverable, 12),
    )


def strikes(section):
    return [int(row.strike_price) for row in section.rows]


def test_calls_and_puts_of_a_strike_share_its_row_by_expiration_and_strike():
    contracts = [listed(200, day=SECOND), listed(195), listed(190), listed(190, Right.PUT)]

    first, second = lay_out(contracts)

    assert (first.expiration_date, strikes(first)) == (FIRST, [190, 195])
    assert (first.rows[0].call, first.rows[0].put) == (contracts[2], contracts[3])
    assert first.rows[1].put is None
    assert (second.expiration_date, strikes(second)) == (SECOND, [200])


def test_an_adjusted_series_stands_apart_and_compares_its_strikes_with_what_it_delivers():
    plain, adjusted = lay_out([listed(190, root="AAPL1", deliverable=150), listed(190)])

    assert (plain.root_symbol, adjusted.root_symbol) == ("AAPL", "AAPL1")
    assert plain.unit_price(Decimal(150)) == 150
    assert adjusted.unit_price(Decimal(150)) == 225


@pytest.mark.parametrize(
    ("spot", "each_side", "kept"),
    [
        ("102", 2, [99, 102, 105, 108]),
        ("101.99", 2, [96, 99, 102, 105]),
        ("50", 2, [90, 93]),
        ("500", 2, [108, 111]),
        ("102", None, list(range(90, 112, 3))),
        (None, 2, list(range(90, 112, 3))),
    ],
)
def test_strikes_are_kept_around_the_money(spot, each_side, kept):
    (section,) = lay_out(listed(strike) for strike in range(90, 112, 3))

    assert strikes(around_the_money(section, Decimal(spot) if spot else None, each_side)) == kept


@pytest.mark.parametrize(
    ("strike", "price", "right", "place"),
    [("189.99", "190", Right.CALL, 1), ("190", "190", None, 1), ("190.01", "190", Right.PUT, 0)],
)
def test_a_cent_decides_what_is_in_the_money(strike, price, right, place):
    assert in_the_money(Decimal(strike), Decimal(price)) is right
    assert money_place([Decimal(strike)], Decimal(price)) == place
    assert in_the_money(Decimal(strike), None) is None


@pytest.mark.parametrize(("most", "left"), [(4, 2), (3, 1), (2, 1), (1, 1)])
def test_one_view_holds_whole_expirations_and_the_nearest_in_any_case(most, left):
    sections = lay_out(listed(strike, day=day) for day in (FIRST, SECOND) for strike in (190, 195))

    assert within_bounds(sections, most) == sections[:left]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60, None), (61, "1 minute"), (3_599, "59 minutes"), (7_200, "2 hours"), (90_000, "1 day"), (-5, None)],
)
def test_what_is_older_than_a_minute_says_how_old_it_is(seconds, said):
    assert age_in_words(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(("day", "said"), [(FIRST, "today"), (SECOND, "7 days"), (date(2024, 1, 27), "1 day")])
def test_an_expiration_says_how_far_off_it_is(day, said):
    assert days_until(day, FIRST) == said
