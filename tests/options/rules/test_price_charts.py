"""Where bars stand on a chart of prices, and the curves of volatility: numbers alone."""

from datetime import date
from decimal import Decimal

import pytest

from brokerage.market_calendar import sessions_between
from options.rules.bars import Bar
from options.rules.curves import Value, draw_curve, round_numbers
from options.rules.price_charts import PERIODS, draw_prices, sessions_of
from options.rules.volatility import SmileRow, at_the_money
from tests.options.market_data import new_york

FRIDAY = date(2024, 1, 26)


def bar(at, close, volume=10):
    price = Decimal(close)
    return Bar(new_york(at), price, price + 1, price - 1, price, volume, 1, price)


def session(day):
    return list(sessions_between(day, day))


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [("1D", 1, "2024-01-26"), ("5D", 5, "2024-01-22"), ("1M", 21, "2023-12-27"), ("1Y", 252, "2023-01-26")],
)
def test_a_period_ends_with_the_session_that_opened_last(name, count, first):
    found = sessions_of(PERIODS[name], new_york("2024-01-28 12:00"))

    assert (len(found), found[0].date, found[-1].date) == (count, date.fromisoformat(first), FRIDAY)


def test_a_day_has_a_slot_for_every_two_minutes_and_one_for_the_closing_auction():
    bars = [bar(f"2024-01-26 {time}", 100) for time in ("09:28", "09:30", "10:00", "15:58", "16:00", "16:02")]

    chart = draw_prices("1D", session(FRIDAY), bars, None)

    assert [one.slot for one in chart.points] == [0, 15, 194, 195]
    assert chart.slots == 196
    assert chart.marks[0] == (15, "10:00")
    assert chart.marks[-1] == (195, "16:00")


def test_the_nights_between_sessions_take_no_room():
    sessions = sessions_of(PERIODS["5D"], new_york("2024-01-26 12:00"))

    chart = draw_prices("5D", sessions, [bar("2024-01-22 16:00", 100), bar("2024-01-23 09:30", 101)], None)

    assert [one.slot for one in chart.points] == [39, 40]
    assert [label for _, label in chart.marks] == ["Jan 22", "Jan 23", "Jan 24", "Jan 25", "Jan 26"]


def test_a_half_day_is_as_long_as_it_is():
    assert draw_prices("1D", session(date(2023, 11, 24)), [], None).slots == 106


def test_a_year_is_marked_by_its_months():
    sessions = sessions_of(PERIODS["1Y"], new_york("2024-01-26 12:00"))

    chart = draw_prices("1Y", sessions, [bar("2024-01-26 00:00", 100)], None)

    assert chart.points[0].slot == 251
    assert [label for _, label in chart.marks][:2] == ["Feb", "Mar"]
    assert chart.marks[-1].label == "2024"


def test_a_day_is_measured_from_the_close_before_and_a_longer_period_from_its_first_price():
    bars = [bar("2024-01-26 09:30", 100), bar("2024-01-26 10:00", 103)]

    day, longer = (draw_prices("1D", session(FRIDAY), bars, before) for before in (Decimal(98), None))

    assert (day.change, day.before_y) == (5, Decimal(150))
    assert (longer.change, longer.change_ratio) == (3, Decimal("0.03"))
    assert (day.low, day.high, day.volume) == (99, 104, 20)
    assert longer.line == "0.00,150.00 46.15,0.00"
    assert longer.volume_bars == "M0.00 36v-36.00M46.15 36v-36.00"


def test_one_price_is_drawn_in_the_middle_and_none_not_at_all():
    one, none = (draw_prices("1D", session(FRIDAY), bars, None) for bars in ([bar("2024-01-26 09:30", 100)], []))

    assert one.line == "0.00,75.00"
    assert (none.line, none.volume_bars, none.change, none.low) == ("", "", None, None)


# --- Curves --------------------------------------------------------------------------------------


def values(*pairs):
    return [Value(Decimal(x), Decimal(y), "") for x, y in pairs]


def test_a_curve_stays_within_its_box_and_marks_where_the_price_is():
    curve = draw_curve(values((180, 30), (190, 25), (200, 28)), unit="%", here=Decimal(190))

    assert (curve.points[0].x, curve.points[-1].x) == (curve.left, curve.right)
    assert all(curve.top < one.y < curve.bottom for one in curve.points)
    assert curve.here == curve.points[1].x
    assert [tick.label for tick in curve.x_ticks] == ["180", "185", "190", "195", "200"]
    assert [tick.label for tick in curve.y_ticks] == ["26%", "28%", "30%"]


def test_a_small_change_does_not_look_like_a_large_one():
    drawn = draw_curve(values((1, 25), (2, "25.1")), unit="%", least=Decimal(4))

    assert [tick.label for tick in drawn.y_ticks] == ["23%", "24%", "25%", "26%", "27%"]
    assert abs(drawn.points[0].y - drawn.points[1].y) < 5


def test_labels_have_as_many_places_and_the_room_they_need_and_do_not_leave_the_drawing():
    ends = [(Decimal(1), "Sep 21, 2023"), (Decimal(2), "Jan 26, 2024")]
    fine, large = (draw_curve(values((1, 1), (2, high)), x_labels=ends) for high in ("1.2", 2_000_000))

    assert [tick.label for tick in fine.y_ticks] == ["1.00", "1.05", "1.10", "1.15", "1.20"]
    assert large.left > fine.left
    assert [tick.anchor for tick in fine.x_ticks] == ["", "end"]


@pytest.mark.parametrize("found", [(), [(180, 30)], [(180, 30), (180, 31)]])
def test_a_line_needs_two_places(found):
    assert draw_curve(values(*found)) is None


def test_what_never_changes_has_room_around_it_and_a_place_out_of_reach_is_left_out():
    flat = draw_curve(values((1, 0), (2, 0)), here=Decimal(3), x_labels=[(Decimal(1), "a"), (Decimal(9), "b")])

    assert flat.here is None
    assert [tick.label for tick in flat.x_ticks] == ["a"]
    assert round_numbers(Decimal(1), Decimal(1), 5) == []


def smile(strike, call, put):
    read = [None if one is None else Decimal(one) for one in (call, put)]
    return SmileRow(Decimal(strike), None, None, *read)


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ([smile(185, 30, 30), smile(195, 20, 20)], 25),
        ([smile(190, 30, 20), smile(195, 10, 10)], 25),
        ([smile(185, None, 30), smile(195, 20, None)], 25),
        ([smile(185, None, None), smile(195, 20, 22)], 21),
        ([smile(185, None, None)], None),
        ([], None),
    ],
)
def test_the_level_at_the_money_lies_between_the_strikes_around_it(rows, level):
    assert at_the_money(rows, Decimal(190)) == level


def test_out_of_the_money_are_puts_below_the_price_and_calls_from_it_on():
    rows = [smile(strike, 1, 2) for strike in (189, 190, 191)]

    assert [row.drawn(Decimal(190)) for row in rows] == [2, 1, 1]
