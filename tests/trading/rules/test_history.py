"""Equity over time: which times are asked for, and what profit is."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from brokerage.market_calendar import NEW_YORK, session_on
from trading.history_errors import HistoryQueryInvalid
from trading.rules.history import ALL_FLOWS, Flow, HistoryQuery, Span, Worth, items_of, span_of

NOW = datetime(2024, 1, 24, 11, 7, 30, tzinfo=NEW_YORK)


def at(text):
    return datetime.fromisoformat(f"2024-01-{text}").replace(tzinfo=NEW_YORK)


def span(**query):
    return span_of(HistoryQuery(**query), NOW)


@pytest.mark.parametrize(
    ("query", "starts", "timeframe"),
    [
        ({}, "2023-12-24 00:00", "1D"),
        ({"period": "1D"}, "2024-01-24 00:00", "1Min"),
        ({"period": "2D"}, "2024-01-23 00:00", "1Min"),
        ({"period": "6D", "timeframe": "1H"}, "2024-01-17 00:00", "1H"),
        ({"period": "1W"}, "2024-01-17 00:00", "15Min"),
        ({"period": "29D"}, "2023-12-12 00:00", "15Min"),
        ({"period": "1M", "timeframe": "5Min"}, "2023-12-24 00:00", "5Min"),
        ({"period": "3m"}, "2023-10-24 00:00", "1D"),
        ({"period": "1A"}, "2023-01-24 00:00", "1D"),
        ({"period": "9999A"}, "1990-01-10 00:00", "1D"),
        ({"start": at("22T10:07:31")}, "2024-01-22 10:07", "1Min"),
        ({"start": at("22T10:07:31"), "timeframe": "15Min"}, "2024-01-22 10:00", "15Min"),
        ({"start": at("02T10:07:31"), "timeframe": "1D"}, "2024-01-02 00:00", "1D"),
    ],
)
def test_a_query_means_these_times(query, starts, timeframe):
    found = span(**query)

    assert (f"{found.starts_at.astimezone(NEW_YORK):%Y-%m-%d %H:%M}", found.timeframe) == (starts, timeframe)
    assert found.ends_at == NOW


def test_the_end_is_now_at_the_latest_and_a_period_ends_it_after_a_start():
    assert span(end=datetime(9999, 12, 31, tzinfo=NEW_YORK)).ends_at == NOW
    assert span(start=at("02T00:00:00"), period="1W").ends_at == at("09T00:00:00")
    assert span(start=at("22T00:00:00"), period="9999A").ends_at == NOW
    month_end = span_of(HistoryQuery(), datetime(2024, 3, 31, 12, tzinfo=NEW_YORK))
    assert month_end.starts_at == datetime(2024, 2, 29, tzinfo=NEW_YORK)
    assert span_of(HistoryQuery(period="1D"), datetime(2024, 1, 21, 12, tzinfo=NEW_YORK)).starts_at == at("19T00:00:00")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "1Y"}, "period"),
        ({"period": "0D"}, "period"),
        ({"period": "month"}, "period"),
        ({"timeframe": "2Min"}, "timeframe"),
        ({"period": "31D", "timeframe": "15Min"}, "timeframe"),
        ({"period": "2M", "timeframe": "1H"}, "timeframe"),
        ({"start": at("01T00:00:00"), "end": NOW, "period": "1W"}, "period"),
        ({"start": at("25T00:00:00")}, "start"),
        ({"start": at("23T00:00:00"), "end": at("22T00:00:00")}, "start"),
        ({"intraday_reporting": "always"}, "intraday_reporting"),
        ({"pnl_reset": "weekly"}, "pnl_reset"),
        ({"cashflow_types": ("JNLC", "FILL")}, "cashflow_types"),
        ({"cashflow_types": ("ALL", "CSD")}, "cashflow_types"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_name(query, field):
    with pytest.raises(HistoryQueryInvalid) as refusal:
        span(**query)

    assert list(refusal.value.errors) == [field]


def test_flows_are_those_asked_for():
    assert span(cashflow_types=("ALL",)).flow_types == ALL_FLOWS
    assert span(cashflow_types=("CSD", "JNLC", "CSD")).flow_types == ("CSD", "JNLC")
    assert span(cashflow_types=("NONE",)).flow_types == ()
    assert span(cashflow_types=("DIVNRA",)).flow_types == ("DIVNRA",)


def worth(text, equity):
    moment = at(text)
    return Worth(moment, moment.date(), Decimal(equity))


CLOSE = worth("22T16:00:00", "1000")
VALUES = [
    worth("23T09:30:00", "1000"),
    worth("23T09:35:00.4", "1010"),
    worth("23T12:03:00", "1510"),
    worth("23T16:00:00", "1505"),
    worth("24T09:35:00", "1500"),
]
FLOWS = [Flow(at("23T12:00:00"), "JNLC", Decimal(500)), Flow(at("23T12:01:00"), "FEE", Decimal(-1))]


def lines(timeframe, base=CLOSE, *, resets=True, values=VALUES):
    items = items_of(Span(at("22T00:00:00"), NOW, timeframe, resets, ()), values, FLOWS, base)
    return [(f"{one.label.astimezone(NEW_YORK):%d %H:%M}", str(one.worth.equity), str(one.profit)) for one in items]


def test_a_window_is_named_by_its_beginning_and_profit_leaves_out_what_came_in():
    assert lines("5Min") == [
        ("23 09:30", "1010", "10"),
        ("23 12:00", "1510", "10"),
        ("23 15:55", "1505", "5"),
        ("24 09:30", "1500", "-5"),
    ]
    assert lines("5Min", resets=False)[-1] == ("24 09:30", "1500", "0")
    assert [line[0] for line in lines("1H")] == ["23 09:30", "23 11:30", "23 15:30", "24 09:30"]


def test_a_day_is_worth_what_it_closed_at_and_profit_runs_on():
    closes = [VALUES[3], VALUES[4]]

    assert lines("1D", values=closes) == [("23 00:00", "1505", "5"), ("24 00:00", "1500", "0")]


def test_without_a_close_before_profit_is_measured_from_the_first_value():
    assert [line[2] for line in lines("5Min", None)] == ["0", "0", "-5", "-5"]


def test_the_ratio_is_to_what_was_put_in_and_unknown_where_that_is_nothing():
    items = items_of(Span(at("22T00:00:00"), NOW, "5Min", False, ()), VALUES, FLOWS, CLOSE)
    nothing = items_of(Span(at("22T00:00:00"), NOW, "1D", False, ()), [worth("23T16:00:00", "0")], [], None)

    assert items[0].ratio == Decimal("0.01")
    assert items[1].ratio == Decimal("0.00666667")
    assert nothing[0].ratio is None


def test_a_half_day_has_its_own_last_window():
    half = session_on(date(2024, 7, 3))
    value = Worth(half.closes_at, half.date, Decimal(1))
    (item,) = items_of(Span(half.opens_at, half.closes_at, "15Min", True, ()), [value], [], None)

    assert f"{item.label.astimezone(NEW_YORK):%H:%M}" == "12:45"


def test_no_values_are_no_windows():
    assert items_of(Span(at("22T00:00:00"), NOW, "1D", True, ()), [], FLOWS, CLOSE) == []
