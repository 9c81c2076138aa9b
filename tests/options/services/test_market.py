from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brokerage.errors import NotPermitted
from options.errors import QuotesInvalid
from options.market.interface import Window
from options.models import Asset, PinnedQuote
from options.rules.pins import QuoteToPin
from options.rules.timeframes import MINUTE
from options.services.contracts import import_contracts
from options.services.dollars import dollars
from options.services.market import (
    closing_prices,
    get_bars,
    get_chain_latest_trades,
    get_latest_bars,
    get_latest_trades,
    get_quote,
    get_quotes,
    get_trades,
    instrument_of,
    market_source,
    pin_quotes,
    release_quotes,
)
from tests.options.contracts import SAMPLE, get_asset, list_contracts, rows

CALL, PUT = "AAPL240126C00050000", "TSLA240126P00210000"
NEAR = "AAPL240126C00190000"
SAMPLE_PIN = QuoteToPin(Decimal("189.90"), Decimal("190.10"), 10, 20, Decimal("190.00"))


@pytest.fixture
def now(overview, clock_at):
    return clock_at("2024-01-24 10:00")


def test_without_a_pin_the_market_source_answers(now):
    share, call = get_quote(get_asset("AAPL"), now), get_quote(get_asset(CALL), now)

    assert Decimal(180) < share.bid < share.ask < Decimal(200)
    assert share.bid - 50 - 1 < call.bid < call.ask < share.ask - 50 + 1


def test_a_pinned_quote_stands_until_it_is_let_go(acme, now):
    before = get_quote(get_asset("AAPL"), now)

    pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN})
    pinned = get_quote(get_asset("AAPL"), now)
    release_quotes(actor=acme.api_user)

    assert (pinned.bid, pinned.ask, pinned.last) == (Decimal("189.90"), Decimal("190.10"), Decimal(190))
    assert (pinned.bid_size, pinned.ask_size, pinned.at) == (10, 20, now)
    assert get_quote(get_asset("AAPL"), now) == before


def test_a_pinned_share_moves_its_contracts(acme, now):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": QuoteToPin(last=Decimal(250))})

    call = get_quote(get_asset(CALL), now)

    assert call.bid < Decimal(200) < call.ask


def test_without_a_last_price_the_middle_moves_the_contracts(acme, now):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": QuoteToPin(bid=Decimal(249), ask=Decimal(251))})

    call = get_quote(get_asset(CALL), now)

    assert call.bid < Decimal(200) < call.ask


def test_a_pinned_contract_stands_beside_a_moving_share(acme, now):
    pin_quotes(actor=acme.api_user, quotes={PUT: QuoteToPin(bid=Decimal("6.90"), ask=Decimal("7.00"))})

    put = get_quote(get_asset(PUT), now)

    assert (put.bid, put.ask, put.last) == (Decimal("6.90"), Decimal("7.00"), None)
    assert put.bid_size == put.ask_size == 1_000
    assert put.mark == Decimal("6.95")


def test_a_side_that_is_not_pinned_is_not_quoted(acme, now):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": QuoteToPin(bid=Decimal(0), last=Decimal(190))})

    found = get_quote(get_asset("AAPL"), now)

    assert (found.bid, found.bid_size, found.ask, found.ask_size) == (None, 0, None, 0)


def test_the_latest_trade_is_the_one_that_the_quote_says(now):
    assets = [get_asset("AAPL"), get_asset(PUT)]

    quotes, trades, bars = (ask(assets, now) for ask in (get_quotes, get_latest_trades, get_latest_bars))

    assert {trade.price for trade in trades.values()} == {quote.last for quote in quotes.values()}
    assert {symbol: one.daily.close for symbol, one in bars.items()} == {
        symbol: trade.price for symbol, trade in trades.items()
    }
    assert get_trades(assets, Window(now - timedelta(days=1), now, 10_000))[-1] == (PUT, trades[PUT])


def test_the_last_price_of_a_pinned_quote_is_a_trade_of_its_moment(acme, now, clock_at):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN, PUT: QuoteToPin(bid=Decimal("6.90"))})
    later = clock_at("2024-01-24 11:00")
    share, put = get_asset("AAPL"), get_asset(PUT)

    found = get_latest_trades([share, put], later)

    assert (found["AAPL"].price, found["AAPL"].at) == (Decimal(190), now)
    chain = {put.id: instrument_of(put)}
    own = market_source().latest_trades(chain.values(), later, spots={"AAPL": Decimal(190)})
    assert found[PUT] == own[PUT]  # a pin without a last price says nothing of what was paid
    assert get_chain_latest_trades(put.contract.underlying, chain, later) == own


def test_a_pinned_share_moves_the_latest_trades_of_its_contracts(acme, now):
    list_contracts(NEAR)
    pin_quotes(actor=acme.api_user, quotes={"AAPL": QuoteToPin(last=Decimal(250))})
    near = get_asset(NEAR)

    trade = get_latest_trades([near], now)[near.symbol]

    assert Decimal(60) <= trade.price < Decimal(61)
    assert get_quote(near, now).last == trade.price
    assert get_chain_latest_trades(get_asset("AAPL"), {near.id: instrument_of(near)}, now) == {near.symbol: trade}


def test_a_pin_leaves_history_as_it_is(acme, now):
    share, window = get_asset("AAPL"), Window(now - timedelta(days=2), now, 10_000)
    before = get_trades([share], window), get_bars([share], MINUTE, window), get_latest_bars([share], now)

    pin_quotes(actor=acme.api_user, quotes={"AAPL": QuoteToPin(last=Decimal(250))})

    assert (get_trades([share], window), get_bars([share], MINUTE, window), get_latest_bars([share], now)) == before


def test_history_ends_now_and_not_with_the_minute(now, clock_at):
    share, at = get_asset("AAPL"), clock_at("2024-01-24 10:00:20")
    minute = Window(now, at + timedelta(hours=1), 10)

    ((_, half),) = get_bars([share], MINUTE, minute)
    clock_at("2024-01-24 12:00")
    whole = dict(get_bars([share], MINUTE, replace(minute, end=now)))

    assert half.volume < whole["AAPL"].volume
    assert get_trades([dollars()], minute) == get_bars([dollars()], MINUTE, minute) == []


def test_what_is_paid_is_valued_at_a_side_that_it_lies_beyond(acme, now):
    pins = {"190.00": "190.00", "189.00": "189.90", "191.00": "190.10"}

    for last, mark in pins.items():
        quote = QuoteToPin(Decimal("189.90"), Decimal("190.10"), last=Decimal(last))
        pin_quotes(actor=acme.api_user, quotes={"AAPL": quote})
        assert get_quote(get_asset("AAPL"), now).mark == Decimal(mark)


def test_an_expired_contract_is_not_quoted_even_where_it_is_pinned(acme, now, clock_at):
    pin_quotes(actor=acme.api_user, quotes={CALL: QuoteToPin(last=Decimal(1))})

    assert get_quote(get_asset(CALL), clock_at("2024-01-26 15:59")) is not None
    assert get_quote(get_asset(CALL), clock_at("2024-01-26 16:00")) is None


def test_dollars_are_not_quoted(now):
    assert get_quotes([dollars()], now) == {}


@pytest.mark.parametrize(
    ("quotes", "said"),
    [
        ({}, "at least one symbol is needed"),
        ({"NOPE": SAMPLE_PIN}, "NOPE: no such symbol"),
        ({"USD": SAMPLE_PIN}, "USD: no such symbol"),
        ({"AAPL260116C00190000": SAMPLE_PIN}, "AAPL260116C00190000: no such symbol"),
        ({CALL: QuoteToPin(Decimal(2), Decimal(1))}, f"{CALL}.bid: the bid 2 is above the ask 1"),
        ({"TSLA": QuoteToPin(ask=Decimal(-1))}, "TSLA.ask: must be above zero"),
    ],
)
def test_one_bad_quote_and_nothing_is_pinned(acme, now, quotes, said):
    with pytest.raises(QuotesInvalid) as refused:
        pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN, **quotes} if quotes else {})

    assert str(refused.value) == said
    assert not PinnedQuote.objects.exists()


def test_a_later_pin_replaces_the_earlier_whole(acme, now):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN})
    pin_quotes(actor=acme.api_user, quotes={"AAPL": QuoteToPin(last=Decimal(200))})

    pin = PinnedQuote.objects.get()
    assert (pin.bid_price, pin.ask_price, pin.last_price, pin.bid_size) == (None, None, Decimal(200), None)


def test_only_the_named_quotes_are_let_go(acme, now):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN, "TSLA": SAMPLE_PIN})

    release_quotes(actor=acme.api_user, symbols=["TSLA", "NOPE"])

    assert list(PinnedQuote.objects.values_list("asset__symbol", flat=True)) == ["AAPL"]


def test_a_reader_moves_no_market(acme, reader, now):
    with pytest.raises(NotPermitted):
        pin_quotes(actor=reader, quotes={"AAPL": SAMPLE_PIN})
    pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN})
    with pytest.raises(NotPermitted):
        release_quotes(actor=reader)

    assert PinnedQuote.objects.count() == 1


def test_assets_fetched_with_their_market_cost_no_query(acme, now):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN})
    assets = [get_asset(symbol) for symbol in ("AAPL", CALL, PUT)]

    with CaptureQueriesContext(connection) as queries:
        quotes = get_quotes(assets, now)

    assert (len(queries), len(quotes)) == (0, 3)
    assert quotes[assets[0].id].last == Decimal(190)


@pytest.mark.parametrize("symbols", [["AAPL", CALL], ["AAPL", "QS", "TSLA", CALL, PUT, "QS240126P00006500"]])
def test_assets_fetched_without_cost_three_queries_whatever_their_number(now, symbols):
    assets = list(Asset.objects.filter(symbol__in=symbols))

    with CaptureQueriesContext(connection) as queries:
        quotes = get_quotes(assets, now)

    assert (len(queries), len(quotes)) == (3, len(symbols))


def test_in_production_nothing_is_quoted_or_pinned(acme, now, settings):
    pin_quotes(actor=acme.api_user, quotes={"AAPL": SAMPLE_PIN})
    settings.STRIKEBOOK_MODE = "production"

    assert get_quotes([get_asset("AAPL"), get_asset(CALL)], now) == {}


def test_a_close_comes_from_the_source(now):
    share, call = get_asset("AAPL"), get_asset(CALL)

    closes = closing_prices([share, call, dollars()], date(2024, 1, 23))

    assert set(closes) == {share.id, call.id}
    assert abs(closes[call.id] - (closes[share.id] - 50)) < 1


def test_the_contract_masters_close_counts_on_its_own_date(now):
    import_contracts(rows=rows(SAMPLE))
    call = get_asset(SAMPLE["symbol"])

    assert closing_prices([call], date(2024, 2, 22)) == {call.id: Decimal("89.35")}
    assert closing_prices([call], date(2024, 2, 21))[call.id] != Decimal("89.35")
