"""Market data of contracts over HTTP."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiKey
from brokerage.market_calendar import NEW_YORK
from options.rules.tape import EXCHANGES, QUOTE_CONDITIONS, TRADE_CONDITIONS
from tests.cast import ApiClient
from tests.factories import make_account, make_account_key
from tests.market import CALL, LONG_CALL, PUT, SMALL_PUT, pin
from tests.options.contracts import list_contracts
from tests.options.entitled import entitle

DATA = "/v1beta1/options"
LIVELY = "AAPL240126C00190000", "AAPL240126P00190000"
SYMBOLS = ",".join(LIVELY)
UNKNOWN = "AAPL240126C00999000"


@pytest.fixture
def lively(overview_market, clock_at):
    """Two contracts at the money that the market makes up, on the morning of the overview's samples."""
    list_contracts(*LIVELY)
    clock_at("2024-01-24 11:00")


def asked(api, path, **query):
    """Answer what a good query is answered with."""
    response = api.get(f"{DATA}/{path}", query)
    assert response.status_code == 200, response.json()
    return response.json()


def paged(api, path, name, **query):
    """Answer all rows of a list by symbol, read page by page, and how long each page was."""
    rows, lengths, token = {}, [], None
    while token or not lengths:
        page = asked(api, path, **query, **({"page_token": token} if token else {}))
        lengths.append(sum(len(found) for found in page[name].values()))
        for symbol, found in page[name].items():
            rows.setdefault(symbol, []).extend(found)
        token = page["next_page_token"]
    return rows, lengths


# --- The newest ----------------------------------------------------------------------------------


def test_a_token_leads_on_in_its_own_query_alone(acme_api, lively):
    query = {"symbols": f"{CALL},{SMALL_PUT}", "start": "2024-01-23", "limit": 2}
    token = asked(acme_api, "trades", **query)["next_page_token"]

    assert asked(acme_api, "trades", **query | {"limit": 5}, page_token=token)["trades"]
    for other in ({"sort": "desc"}, {"start": "2024-01-22"}, {"symbols": CALL}):
        response = acme_api.get(f"{DATA}/trades", query | other | {"page_token": token})
        assert (response.status_code, response.json()["message"]) == (400, "page_token: is not valid for this query")


def test_a_pin_without_a_last_price_leaves_the_newest_trade_as_it_was(acme_api, lively):
    before = asked(acme_api, "trades/latest", symbols=CALL)

    pin(CALL, "1.20", "1.25")

    assert asked(acme_api, "trades/latest", symbols=CALL) == before


def test_a_quote_has_short_names_and_numbers(acme_api, overview_market):
    quotes = asked(acme_api, "quotes/latest", symbols=f"{CALL},{SMALL_PUT},{CALL}")["quotes"]

    assert list(quotes) == [CALL, SMALL_PUT]
    assert quotes[CALL] == {
        "t": "2024-01-24T15:00:00Z",
        "bx": "",
        "bp": 140.0,
        "bs": 10,
        "ax": "",
        "ap": 140.5,
        "as": 10,
        "c": " ",
    }


def test_a_pinned_last_price_is_a_trade_of_the_moment_it_was_pinned_at(acme_api, overview_market, clock_at):
    clock_at("2024-01-24 10:30")

    trades = asked(acme_api, "trades/latest", symbols=LONG_CALL)["trades"]

    assert (trades[LONG_CALL]["p"], trades[LONG_CALL]["s"]) == (5.34, 1)
    assert trades[LONG_CALL]["t"] == "2024-01-24T15:00:00Z"
    assert set(trades[LONG_CALL]) == {"t", "x", "p", "s", "c"}


def test_a_side_that_nobody_quotes_is_none_for_none(acme_api, overview_market):
    pin(CALL, None, "0.05")

    quote = asked(acme_api, "quotes/latest", symbols=CALL)["quotes"][CALL]
    snapshot = asked(acme_api, "snapshots", symbols=CALL)["snapshots"][CALL]

    assert (quote["bp"], quote["bs"], quote["ap"], quote["as"]) == (0.0, 0, 0.05, 10)
    assert "greeks" not in snapshot
    assert "impliedVolatility" not in snapshot


def test_what_is_unknown_or_expired_has_no_quote_and_keeps_its_history(acme_api, lively, clock_at):
    clock_at("2024-01-26 15:59")
    last_day = asked(acme_api, "trades", symbols=LIVELY[0])["trades"][LIVELY[0]]
    clock_at("2024-01-29 11:00")

    assert asked(acme_api, "quotes/latest", symbols=f"{LIVELY[0]},{UNKNOWN}") == {"quotes": {}}
    assert asked(acme_api, "trades", symbols=UNKNOWN) == {"trades": {}, "next_page_token": None}
    kept = asked(acme_api, "trades", symbols=LIVELY[0], start="2024-01-26", end="2024-01-26")["trades"][LIVELY[0]]
    assert kept[: len(last_day)] == last_day
    assert "latestQuote" not in asked(acme_api, "snapshots", symbols=LIVELY[0])["snapshots"].get(LIVELY[0], {})


def test_all_contracts_of_a_query_are_found_by_one_other(acme_api, lively):
    for path in ("quotes/latest", "trades/latest", "snapshots", "trades", "bars"):
        with CaptureQueriesContext(connection) as queries:
            asked(acme_api, path, symbols=f"{SYMBOLS},{CALL},{PUT}", timeframe="1Day")
        assert sum("options_asset" in query["sql"] for query in queries) == 1, path


# --- History -------------------------------------------------------------------------------------


def test_the_days_trades_come_by_symbol_and_time_a_page_at_a_time(acme_api, lively):
    whole = asked(acme_api, "trades", symbols=SYMBOLS, limit=10_000)
    rows, lengths = paged(acme_api, "trades", "trades", symbols=SYMBOLS, limit=20)

    assert (rows, whole["next_page_token"]) == (whole["trades"], None)
    assert list(rows) == list(LIVELY)
    assert lengths[:-1] == [20] * (len(lengths) - 1)
    assert len(lengths) > 2
    assert rows[LIVELY[0]][0]["t"] == "2024-01-24T14:30:00Z"
    assert all(earlier["t"] <= later["t"] for found in rows.values() for earlier, later in pairwise(found))
    assert {trade["x"] for found in rows.values() for trade in found} <= set(EXCHANGES)
    assert {trade["c"] for found in rows.values() for trade in found} <= set(TRADE_CONDITIONS)


def test_the_newest_first_is_the_same_list_backwards(acme_api, lively):
    forward = asked(acme_api, "trades", symbols=SYMBOLS, limit=10_000)["trades"]
    backward, _ = paged(acme_api, "trades", "trades", symbols=SYMBOLS, limit=47, sort="desc")

    assert {symbol: found[::-1] for symbol, found in backward.items()} == forward


def test_bars_add_up_to_the_trades_and_page_like_them(acme_api, lively):
    trades = asked(acme_api, "trades", symbols=SYMBOLS, limit=10_000)["trades"]
    minutes, lengths = paged(acme_api, "bars", "bars", symbols=SYMBOLS, timeframe="1Min", limit=50)
    days = asked(acme_api, "bars", symbols=SYMBOLS, timeframe="1Day")["bars"]

    assert lengths[0] == 50
    for symbol, (day,) in days.items():
        assert day["t"] == "2024-01-24T05:00:00Z"
        assert day["v"] == sum(bar["v"] for bar in minutes[symbol]) == sum(trade["s"] for trade in trades[symbol])
        assert day["n"] == sum(bar["n"] for bar in minutes[symbol]) == len(trades[symbol])
        assert (day["o"], day["c"]) == (trades[symbol][0]["p"], trades[symbol][-1]["p"])
        assert set(day) == {"t", "o", "h", "l", "c", "v", "n", "vw"}


def test_a_window_holds_both_its_ends(acme_api, lively):
    trades = asked(acme_api, "trades", symbols=LIVELY[0], limit=10)["trades"][LIVELY[0]]
    start, end = trades[2]["t"], trades[7]["t"]

    within = asked(acme_api, "trades", symbols=LIVELY[0], start=start, end=end)["trades"][LIVELY[0]]

    assert within == trades[2:8]


def test_a_token_leads_on_in_the_list_that_it_came_from_only(acme_api, lively):
    token = asked(acme_api, "trades", symbols=SYMBOLS, limit=1)["next_page_token"]

    assert refusal(acme_api, "bars", symbols=SYMBOLS, timeframe="1Min", page_token=token) == BAD_TOKEN
    assert refusal(acme_api, "trades", symbols=SYMBOLS, page_token=token[:-1] + "~") == BAD_TOKEN
    assert refusal(acme_api, "trades", symbols=SYMBOLS, page_token="WyJBQVBMIl0=") == BAD_TOKEN
    assert refusal(acme_api, "snapshots", symbols=SYMBOLS, page_token=token) == BAD_TOKEN


# --- Snapshots and the chain ---------------------------------------------------------------------


def test_a_snapshot_agrees_with_everything_it_shows(acme_api, lively):
    found = asked(acme_api, "snapshots", symbols=SYMBOLS)["snapshots"]

    for symbol in LIVELY:
        one = found[symbol]
        assert one["latestQuote"] == asked(acme_api, "quotes/latest", symbols=symbol)["quotes"][symbol]
        assert one["latestTrade"] == asked(acme_api, "trades/latest", symbols=symbol)["trades"][symbol]
        minutes = asked(acme_api, "bars", symbols=symbol, timeframe="1Min", limit=10_000)["bars"][symbol]
        days = asked(acme_api, "bars", symbols=symbol, timeframe="1D", start="2024-01-22")["bars"][symbol]
        assert (one["minuteBar"], one["dailyBar"], one["prevDailyBar"]) == (minutes[-1], days[-1], days[-2])
        assert set(one["greeks"]) == {"delta", "gamma", "theta", "vega", "rho"}
        assert 0.15 < one["impliedVolatility"] < 0.35
        assert {one["latestQuote"]["bx"], one["latestQuote"]["ax"]} <= set(EXCHANGES)
        assert one["latestQuote"]["c"] in QUOTE_CONDITIONS
    call, put = (found[symbol]["greeks"]["delta"] for symbol in LIVELY)
    assert 0 < call < 1
    assert call - put == pytest.approx(1, abs=0.01)


def test_greeks_are_absent_on_the_day_of_expiration(acme_api, lively, clock_at):
    clock_at("2024-01-26 11:00")

    found = asked(acme_api, "snapshots", symbols=SYMBOLS)["snapshots"]

    assert set(found) == set(LIVELY)
    assert not any("greeks" in one or "impliedVolatility" in one for one in found.values())


def test_greeks_are_absent_where_no_trade_in_the_share_is_known(acme_api, lively):
    pin("AAPL", "189.90", "190.10")

    named = asked(acme_api, "snapshots", symbols=SYMBOLS)["snapshots"]
    chain = asked(acme_api, "snapshots/AAPL", strike_price_gte="190")["snapshots"]

    assert set(named) == set(LIVELY)
    assert named == chain
    assert not any("greeks" in one or "impliedVolatility" in one for one in named.values())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {CALL, *LIVELY}),
        ({"type": "put"}, {LIVELY[1]}),
        ({"strike_price_lte": 50.0}, {CALL}),
        ({"strike_price_gte": 50.01, "strike_price_lte": "190"}, set(LIVELY)),
        ({"expiration_date": "2024-01-26", "type": "call"}, {CALL, LIVELY[0]}),
        ({"expiration_date_gte": "2024-01-27"}, set()),
        ({"expiration_date_lte": "2024-01-25"}, set()),
        ({"root_symbol": "AAPL1"}, set()),
        ({"updated_since": "2024-01-24T16:00:01Z"}, set()),
        ({"updated_since": "2024-01-24"}, {CALL, *LIVELY}),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_the_chain_of_a_share_is_narrowed(acme_api, lively, query, found):
    assert set(asked(acme_api, "snapshots/AAPL", **query)["snapshots"]) == found


def test_the_chain_pages_and_shows_what_snapshots_show(acme_api, lively):
    whole = asked(acme_api, "snapshots/AAPL")
    first = asked(acme_api, "snapshots/AAPL", limit=2)
    second = asked(acme_api, "snapshots/AAPL", limit=2, page_token=first["next_page_token"])
    named = asked(acme_api, "snapshots", symbols=f"{CALL},{SYMBOLS}", limit=2)
    rest = asked(acme_api, "snapshots", symbols=f"{CALL},{SYMBOLS}", limit=2, page_token=named["next_page_token"])

    assert whole["next_page_token"] is second["next_page_token"] is rest["next_page_token"] is None
    assert list(first["snapshots"]) == [CALL, LIVELY[0]]
    assert first["snapshots"] | second["snapshots"] == whole["snapshots"]
    assert named["snapshots"] | rest["snapshots"] == whole["snapshots"]


def test_a_longer_chain_costs_no_more_queries(acme_api, lively):
    counts = []
    for limit in (1, 1, 100):
        with CaptureQueriesContext(connection) as queries:
            asked(acme_api, "snapshots/AAPL", limit=limit)
        counts.append(len(queries))

    assert counts[1] == counts[2]


def test_a_share_without_contracts_has_no_chain(acme_api, lively):
    assert asked(acme_api, "snapshots/NONE") == {"snapshots": {}, "next_page_token": None}


def test_the_codes_are_named(acme_api, db):
    exchanges = asked(acme_api, "meta/exchanges")

    assert (exchanges["A"], exchanges["Q"]) == ("NYSE American Options", "Nasdaq Options")
    assert asked(acme_api, "meta/conditions/trade")["I"] == "AUTO - Executed electronically"
    assert asked(acme_api, "meta/conditions/quote")["F"] == "Not firm"


# --- Refusals ------------------------------------------------------------------------------------

BAD_TOKEN = (400, 40010001, "page_token: is not valid for this query")
NOT_SIGNED = (403, 40310000, "OPRA agreement is not signed")


def refusal(api, path, **query):
    """Answer status, code and message."""
    response = api.get(f"{DATA}/{path}", query)
    return response.status_code, response.json().get("code"), response.json().get("message")


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("quotes/latest", {"symbols": f"{CALL},AAPL"}, "invalid symbol: AAPL"),
        ("trades", {"symbols": CALL, "start": "2024-01-24", "end": "2024-01-23"}, "end should not be before start"),
        ("snapshots/" + CALL, {}, f"invalid symbol: {CALL}"),
        ("meta/conditions/bar", {}, "ticktype: must be trade or quote"),
    ],
    ids=str,
)
def test_a_bad_query_is_told_what_is_wrong_with_it(acme_api, db, path, query, said):
    assert refusal(acme_api, path, **query) == (400, 40010001, said)


def test_nobody_and_a_key_without_the_scope_are_kept_out(acme, client, acme_api):
    nobody = client.get(f"{DATA}/quotes/latest", {"symbols": CALL})
    ApiKey.objects.filter(pk=acme.key.pk).update(scopes={"trading": "write"})

    assert (nobody.status_code, nobody.json()["message"]) == (401, "unauthorized")
    assert refusal(acme_api, "quotes/latest", symbols=CALL)[:2] == (403, 40310000)


def test_a_key_of_one_account_sees_the_same(acme, acme_api, overview_market):
    own_api = ApiClient(*make_account_key(make_account(acme.correspondent)))

    for path in ("quotes/latest", "snapshots/AAPL"):
        assert asked(own_api, path, symbols=CALL) == asked(acme_api, path, symbols=CALL)


def test_each_answer_says_what_is_left_of_the_minute(acme_api, overview_market):
    response = acme_api.get(f"{DATA}/quotes/latest", {"symbols": CALL})

    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(response.headers)


# --- Who may see what ----------------------------------------------------------------------------


def test_the_indicative_feed_is_fifteen_minutes_late(acme_api, lively, clock_at):
    clock_at("2024-01-24 10:45")
    then = asked(acme_api, "snapshots", symbols=SYMBOLS, feed="opra")
    clock_at("2024-01-24 11:00")

    late = asked(acme_api, "snapshots", symbols=SYMBOLS, feed="indicative")

    assert late == then
    assert asked(acme_api, "snapshots", symbols=SYMBOLS) == asked(acme_api, "snapshots", symbols=SYMBOLS, feed="opra")
    assert datetime.fromisoformat(late["snapshots"][LIVELY[0]]["latestQuote"]["t"]) == datetime(
        2024, 1, 24, 10, 45, tzinfo=NEW_YORK
    ).astimezone(UTC)


def test_without_the_right_to_this_moment_the_late_feed_is_shown_and_no_window_reaches_beyond_it(
    acme, acme_api, lively
):
    entitle(acme.correspondent, "indicative", signed_on=date(2024, 1, 2))
    late = {"symbols": SYMBOLS, "feed": "indicative"}

    assert asked(acme_api, "snapshots", symbols=SYMBOLS) == asked(acme_api, "snapshots", **late)
    newest = asked(acme_api, "trades", symbols=SYMBOLS, sort="desc", limit=1)["trades"][LIVELY[0]][0]
    assert newest["t"] < "2024-01-24T15:45:00Z"
    assert refusal(acme_api, "quotes/latest", symbols=CALL, feed="opra") == NOT_SIGNED
    assert refusal(acme_api, "trades", symbols=CALL, end="2024-01-24T15:46:00Z") == NOT_SIGNED
    assert asked(acme_api, "trades", symbols=CALL, end="2024-01-24T15:45:00Z")["next_page_token"] is None


def test_without_any_right_nothing_is_shown_but_the_names_of_codes(acme, acme_api, lively):
    entitle(acme.correspondent, "none", signed_on=date(2024, 1, 2))

    for path in ("quotes/latest", "trades/latest", "trades", "bars", "snapshots", "snapshots/AAPL"):
        status, code, message = refusal(acme_api, path, symbols=CALL, timeframe="1Day")
        assert (status, code) == (403, 40310000), path
        assert message.startswith("market data is not part of")
    assert acme_api.get("/v2/stocks/AAPL/quotes/latest").status_code == 403
    assert asked(acme_api, "meta/exchanges")["C"] == "Cboe Options"
