"""What is wrong with a query of market data, in its answer: without a database, which no bad query reaches."""

import pytest
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from brokerage.api import exception_handler
from options.api.data_parameters import (
    read_chain,
    read_history,
    read_latest,
    read_snapshots,
    read_stock_history,
    read_stock_latest,
)
from options.api.data_tokens import Pages
from options.api.data_views import DataView
from options.data_errors import DataQueryInvalid
from tests.market import CALL

PAGES, OF_BARS = Pages("one list"), Pages("one list of bars", of_bars=True)
A_TIME = "must be a time in RFC 3339 or a date, from 1900 to 2100"
A_TIMEFRAME = "timeframe: must be 1 to 59Min, 1 to 23Hour, 1Day, 1Week, or 1, 2, 3, 4, 6 or 12Month"
TOO_MANY = ",".join(f"AAPL240126C{number:08d}" for number in range(1, 102))


def latest(query):
    return read_latest(query)


def trades(query):
    return read_history(query, PAGES)


def bars(query):
    return read_history(query, OF_BARS)


def snapshots(query):
    return read_snapshots(query, PAGES)


def chain(query):
    return read_chain(query, "AAPL", PAGES)


def stocks(query):
    return read_stock_latest(query)


def stock_bars(query):
    return read_stock_history(query, OF_BARS)


def refusal(read, said):
    """Answer the body that a query is refused with."""
    query = QueryDict(mutable=True)
    for name, value in said.items():
        query[name] = value
    with pytest.raises((ValidationError, DataQueryInvalid)) as caught:
        read(query)
    response = exception_handler(caught.value, {"view": DataView()})
    assert (response.status_code, response.data["code"]) == (400, 40010001)
    return response.data


@pytest.mark.parametrize(
    ("read", "query", "said"),
    [
        (latest, {}, "symbols: is required"),
        (latest, {"symbols": ","}, "symbols: is required"),
        (latest, {"symbols": TOO_MANY}, "symbols: must be at most 100, found 101"),
        (latest, {"symbols": CALL, "feed": "sip"}, 'feed: must be a known value, found "sip"'),
        (trades, {"symbols": CALL, "limit": "0"}, "limit: must be at least 1"),
        (trades, {"symbols": CALL, "limit": "10001"}, "limit: must be at most 10000"),
        (trades, {"symbols": CALL, "limit": "many"}, "limit: must be a whole number"),
        (trades, {"symbols": CALL, "sort": "up"}, 'sort: must be a known value, found "up"'),
        (trades, {"symbols": CALL, "start": "yesterday"}, f"start: {A_TIME}"),
        (trades, {"symbols": CALL, "start": "2024-01-24T10:00:00"}, f"start: {A_TIME}"),
        (trades, {"symbols": CALL, "end": "2024-02-30"}, f"end: {A_TIME}"),
        (trades, {"symbols": CALL, "start": "0001-01-01"}, f"start: {A_TIME}"),
        (trades, {"symbols": CALL, "page_token": "QUFQTA=="}, "page_token: is not valid for this query"),
        (trades, {"symbols": CALL, "page_token": "x" * 501}, "page_token: is not valid for this query"),
        (bars, {"symbols": CALL}, "timeframe: is required"),
        *((bars, {"symbols": CALL, "timeframe": text}, A_TIMEFRAME) for text in ("60Min", "24H", "2D", "5M", "min")),
        (snapshots, {"symbols": CALL, "limit": "1001"}, "limit: must be at most 1000"),
        (snapshots, {"symbols": CALL, "updated_since": "now"}, f"updated_since: {A_TIME}"),
        (chain, {"strike_price_gte": "nan"}, "strike_price_gte: must be a number"),
        (chain, {"strike_price_lte": "Infinity"}, "strike_price_lte: must be a number"),
        (chain, {"type": "straddle"}, 'type: must be a known value, found "straddle"'),
        (chain, {"expiration_date": "Friday"}, "expiration_date: must be a date such as 2026-01-31"),
        (stocks, {"symbols": "AAPL", "feed": "opra"}, 'feed: must be a known value, found "opra"'),
        (stocks, {"symbols": "AAPL", "currency": "EUR"}, 'currency: must be a known value, found "EUR"'),
        (
            stock_bars,
            {"symbols": "AAPL", "timeframe": "1Day", "adjustment": "no"},
            'adjustment: must be a known value, found "no"',
        ),
        (stock_bars, {"symbols": "AAPL", "timeframe": "1Day", "asof": "-"}, "asof: must be a date such as 2026-01-31"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_bad_query_is_told_what_is_wrong_with_it(read, query, said):
    assert refusal(read, query)["message"] == said


def test_every_fault_is_named_at_once():
    body = refusal(bars, {"symbols": "", "limit": "0", "timeframe": "1Year"})

    assert set(body["errors"]) == {"symbols", "limit", "timeframe"}


def test_symbols_are_taken_once_and_in_order():
    assert latest(QueryDict(f"symbols=B240126C00050000,{CALL}&symbols={CALL},")).symbols == (CALL, "B240126C00050000")
