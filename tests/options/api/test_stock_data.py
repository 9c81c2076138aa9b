"""Market data of shares over HTTP."""

from itertools import pairwise

import pytest

from options.services.entitlements import FeedName
from tests.market import CALL, pin
from tests.options.contracts import list_contracts
from tests.options.entitled import entitle

DATA = "/v2/stocks"
BOTH = "AAPL,TSLA"
REFUSED_FEEDS = ("boats", "overnight", "otc")


@pytest.fixture
def lively(overview, clock_at):
    """Shares that the market makes up, on the morning of the overview's samples."""
    clock_at("2024-01-24 11:00")


def asked(api, path, **query):
    """Answer what a good query is answered with."""
    response = api.get(f"{DATA}/{path}", query)
    assert response.status_code == 200, response.json()
    return response.json()


def test_a_shares_quote_and_trade_list_their_conditions_and_name_their_tape(acme_api, overview_market):
    quote = asked(acme_api, "quotes/latest", symbols="AAPL")["quotes"]["AAPL"]
    trade = asked(acme_api, "trades/latest", symbols="AAPL")["trades"]["AAPL"]

    assert (quote["bp"], quote["bs"], quote["ap"], quote["as"]) == (189.9, 10, 190.1, 10)
    assert (quote["c"], quote["z"]) == (["R"], "C")
    assert (trade["p"], trade["s"], trade["c"], trade["z"]) == (190.0, 1, ["@"], "C")
    assert set(trade) == {"t", "x", "p", "s", "c", "i", "z"}


@pytest.mark.parametrize("kind", ["quote", "trade", "bar"])
def test_the_share_in_a_path_is_answered_alone(acme_api, lively, kind):
    listed = asked(acme_api, f"{kind}s/latest", symbols=f"{BOTH},NONE")[f"{kind}s"]

    assert list(listed) == ["AAPL", "TSLA"]
    assert asked(acme_api, f"TSLA/{kind}s/latest") == {"symbol": "TSLA", kind: listed["TSLA"]}


@pytest.mark.parametrize("kind", ["quote", "trade", "bar"])
def test_an_unknown_share_in_a_path_is_not_found(acme_api, lively, kind):
    response = acme_api.get(f"{DATA}/NONE/{kind}s/latest")

    assert (response.status_code, response.json()) == (
        404,
        {"code": 40410000, "message": f"no {kind} found for NONE"},
    )


def test_a_snapshot_stands_under_its_symbol_alone_and_agrees_with_the_rest(acme_api, lively):
    found = asked(acme_api, "snapshots", symbols=BOTH)

    assert list(found) == ["AAPL", "TSLA"]
    for symbol, one in found.items():
        assert set(one) == {"latestQuote", "latestTrade", "minuteBar", "dailyBar", "prevDailyBar"}
        assert one["latestQuote"] == asked(acme_api, f"{symbol}/quotes/latest")["quote"]
        assert one["latestTrade"] == asked(acme_api, f"{symbol}/trades/latest")["trade"]
        assert one["minuteBar"] == asked(acme_api, f"{symbol}/bars/latest")["bar"]
        days = asked(acme_api, "bars", symbols=symbol, timeframe="1Day", start="2024-01-23")["bars"][symbol]
        assert [one["prevDailyBar"], one["dailyBar"]] == days


@pytest.mark.parametrize(("name", "more"), [("trades", {}), ("quotes", {}), ("bars", {"timeframe": "5Min"})])
@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_history_pages_by_symbol_and_time(acme_api, lively, name, more, sort):
    query = {"symbols": BOTH, "sort": sort, "start": "2024-01-24T15:30:00Z", **more}
    whole = asked(acme_api, name, limit=10_000, **query)

    first = asked(acme_api, name, limit=len(whole[name]["AAPL"]) - 1, **query)
    second = asked(acme_api, name, limit=10_000, page_token=first["next_page_token"], **query)

    assert (list(first[name]), list(second[name])) == (["AAPL"], ["AAPL", "TSLA"])
    assert first[name]["AAPL"] + second[name]["AAPL"] == whole[name]["AAPL"]
    assert second[name]["TSLA"] == whole[name]["TSLA"]
    assert second["next_page_token"] is whole["next_page_token"] is None
    times = [row["t"] for row in whole[name]["TSLA"]]
    assert times == sorted(times, reverse=sort == "desc")


def test_quotes_of_the_past_hold_the_trades_of_then(acme_api, lively):
    """A trade is made at the bid, at the offer or between: those that stood within ten seconds of it, a cent aside."""
    window = {"symbols": "AAPL", "start": "2024-01-24T15:00:00Z", "end": "2024-01-24T15:20:00Z", "limit": 10_000}
    quotes = asked(acme_api, "quotes", **window)["quotes"]["AAPL"]
    trades = asked(acme_api, "trades", **window)["trades"]["AAPL"]

    assert len(quotes) == 121
    assert quotes[-1] == asked(acme_api, "quotes", symbols="AAPL", start=quotes[-1]["t"], limit=1)["quotes"]["AAPL"][0]
    for before, after in pairwise(quotes):
        assert before["bp"] < before["ap"]
        for trade in (one for one in trades if before["t"] <= one["t"] <= after["t"]):
            assert min(before["bp"], after["bp"]) - 0.011 <= trade["p"] <= max(before["ap"], after["ap"]) + 0.011


def test_a_pin_is_no_part_of_the_past(acme_api, lively):
    before = asked(acme_api, "trades", symbols="AAPL")

    pin("AAPL", "9.00", "9.10", last="9.05")

    assert asked(acme_api, "trades", symbols="AAPL") == before


def test_the_tape_is_that_of_the_listing(acme_api, clock_at):
    clock_at("2024-01-24 11:00")
    list_contracts("AAPL240126C00190000", "F240126C00011000", "SPY240126C00485000")

    quotes = asked(acme_api, "quotes/latest", symbols="AAPL,F,SPY")["quotes"]

    assert {symbol: quote["z"] for symbol, quote in quotes.items()} == {"AAPL": "C", "F": "A", "SPY": "B"}


# --- Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("quotes/latest", {"symbols": CALL}, f"invalid symbol: {CALL}"),
        ("aapl/quotes/latest", {}, "invalid symbol: aapl"),
        ("quotes", {"symbols": "AAPL", "start": "2024-01-24", "end": "2024-01-23"}, "end should not be before start"),
    ],
    ids=str,
)
def test_a_bad_query_is_told_what_is_wrong_with_it(acme_api, db, path, query, said):
    response = acme_api.get(f"{DATA}/{path}", query)

    assert (response.status_code, response.json()["code"], response.json()["message"]) == (400, 40010001, said)


@pytest.mark.parametrize("feed", REFUSED_FEEDS)
def test_a_feed_without_a_source_is_refused(acme_api, overview, feed):
    response = acme_api.get(f"{DATA}/quotes/latest", {"symbols": "AAPL", "feed": feed})

    assert (response.status_code, response.json()) == (
        403,
        {"code": 40310000, "message": f"subscription does not permit querying {feed} data"},
    )


def test_without_the_right_to_this_moment_the_tape_answers_for_what_is_over(acme, acme_api, lively):
    entitle(acme.correspondent, "indicative", signed_by="", signed_on=None)
    window = {"symbols": "AAPL", "timeframe": "1Min", "start": "2024-01-24T15:30:00Z", "feed": "sip"}
    recent = [("bars", window | {"end": "2024-01-24T15:46:00Z"}), ("quotes/latest", {"symbols": "AAPL", "feed": "sip"})]

    assert asked(acme_api, "bars", **window, end="2024-01-24T15:45:00Z")["bars"]["AAPL"]
    for path, query in recent:
        response = acme_api.get(f"{DATA}/{path}", query)
        assert (response.status_code, response.json()) == (
            403,
            {"code": 42210000, "message": "subscription does not permit querying recent SIP data"},
        )


def test_the_delayed_feed_is_fifteen_minutes_late(acme_api, lively, clock_at):
    late = asked(acme_api, "snapshots", symbols=BOTH, feed=FeedName.DELAYED_SIP.value)
    clock_at("2024-01-24 10:45")

    assert late == asked(acme_api, "snapshots", symbols=BOTH)
