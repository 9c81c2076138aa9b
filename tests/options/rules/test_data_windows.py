"""Which part of a history a query means."""

from datetime import UTC, date, datetime, timedelta

import pytest

from brokerage.market_calendar import NEW_YORK
from options.data_errors import DataSymbolInvalid, DataWindowInvalid
from options.rules.data_symbols import require_contract_symbols, require_share_symbols
from options.rules.data_windows import window_of

NOW = datetime(2024, 1, 24, 10, 0, tzinfo=NEW_YORK)
YESTERDAY, TODAY = date(2024, 1, 23), date(2024, 1, 24)
TICK = timedelta(microseconds=1)


def new_york(day, hour=0, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("start", "end", "meant"),
    [
        (None, None, (new_york(TODAY), NOW)),
        (YESTERDAY, None, (new_york(YESTERDAY), NOW)),
        (YESTERDAY, YESTERDAY, (new_york(YESTERDAY), new_york(TODAY) - TICK)),
        (YESTERDAY, TODAY, (new_york(YESTERDAY), NOW)),
        (None, NOW + timedelta(days=9), (new_york(TODAY), NOW)),
        (NOW, NOW, (NOW, NOW)),
    ],
)
def test_a_window_ends_now_at_the_latest_and_a_date_is_a_whole_day(start, end, meant):
    assert window_of(start, end, NOW) == meant


def test_a_day_begins_in_new_york_whatever_day_it_is_in_london():
    evening = datetime(2024, 1, 25, 1, 0, tzinfo=UTC)

    assert window_of(None, None, evening) == (new_york(TODAY), evening)


@pytest.mark.parametrize(
    ("start", "end"), [(NOW, NOW - TICK), (TODAY, YESTERDAY), (NOW + TICK, None), (None, YESTERDAY)]
)
def test_a_window_that_ends_before_it_begins_is_refused(start, end):
    with pytest.raises(DataWindowInvalid, match="end should not be before start"):
        window_of(start, end, NOW)


@pytest.mark.parametrize(
    "symbol",
    ["AAPL", "aapl240126C00050000", "AAPL  240126C00050000", "AAPL240230C00050000", "AAPL240126C00000000", "Ä"],
)
def test_only_the_compact_symbol_of_a_contract_is_one(symbol):
    with pytest.raises(DataSymbolInvalid, match="invalid symbol: "):
        require_contract_symbols(["AAPL240126C00050000", symbol])


@pytest.mark.parametrize("symbol", ["AAPL240126C00050000", "aapl", "-", "A" * 33, "A B"])
def test_only_what_a_share_could_be_called_is_its_symbol(symbol):
    with pytest.raises(DataSymbolInvalid, match="invalid symbol: "):
        require_share_symbols(["BRK.B", symbol])
