"""The stored market: the same answers as of any moment, however far its bars are built and its player has come."""

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from functools import partial

import pytest

from accounts.services.users import system_user
from options.market.computed import computed_prices
from options.market.interface import Place, Window
from options.market.silent import SilentMarket
from options.market.stored import StoredMarket
from options.market.synthetic import SyntheticMarket
from options.models import DailyBar, LatestValue, MarketStanding, MinuteBar
from options.rules.bars import bars_of_trades
from options.rules.timeframes import DAY, MINUTE, parse_timeframe
from options.services.market import market_source, release_quotes
from options.services.market_bars import build_bars
from options.services.market_intake import take_in
from tests.market import make_trader, pin
from tests.market import trade as trade_order
from tests.options.contracts import list_contracts
from tests.options.market_data import contract, made_up_trades, new_york, quote, share, trade
from trading.expiration_tasks import review_expirations, start_review
from trading.models import ExpiringPosition

pytestmark = pytest.mark.django_db
FED, PLAYED = StoredMarket(is_played=False), StoredMarket(is_played=True)
AAPL, TSLA, CALL = share("AAPL"), share("TSLA"), contract("AAPL240126C00190000")
DAYS = ("2024-01-23", "2024-01-24")
TIMEFRAMES = ["1Min", "7Min", "1Hour", "1Day", "1Week", "2Month"]
BUILT = {"not at all": (), "in part": DAYS[:1], "whole": DAYS}
MOMENTS = ["2024-01-24 09:29", "2024-01-24 09:34:20", "2024-01-24 12:00", "2024-01-24 16:00", "2024-01-25 08:00"]


def build_all(at="2024-01-26 08:00"):
    while build_bars(at=new_york(at)):
        pass


@pytest.fixture
def histories():
    """Two days of three symbols."""
    made = {one: made_up_trades(seed, *DAYS) for seed, one in enumerate((AAPL, TSLA, CALL))}
    take_in(trades=[(one.symbol, trade) for one, trades in made.items() for trade in trades])
    return {one.symbol: trades for one, trades in made.items()}


def window(start="2024-01-22", end="2024-01-27", limit=10_000, **columns):
    return Window(new_york(start), new_york(end), limit, **columns)


def spoken(bar):
    """A bar whose average is rounded once more: a day is summed from its minutes."""
    return replace(bar, vwap=bar.vwap.quantize(Decimal("0.001")))


def expected(histories, timeframe, asked, days=DAYS):
    found = []
    for symbol in sorted(histories):
        known = [one for one in histories[symbol] if one.at <= asked.known_until and str(one.at.date()) in days]
        bars = [bar for bar in bars_of_trades(known, timeframe) if asked.start <= bar.at <= asked.end]
        found += [(symbol, spoken(bar)) for bar in (reversed(bars) if asked.newest_first else bars)]
    return found


# --- Bars and trades -----------------------------------------------------------------------------


@pytest.mark.parametrize("built", ["not at all", "in part", "whole"])
def test_bars_are_what_the_trades_until_then_amount_to(histories, built):
    if built != "not at all":
        build_all("2024-01-24 08:00" if built == "in part" else "2024-01-26 08:00")
    for text in TIMEFRAMES:
        timeframe = parse_timeframe(text)
        for moment in MOMENTS:
            asked = window(start="2024-01-01", as_of=new_york(moment), newest_first=moment > "2024-01-25")

            found = PLAYED.bars([AAPL, TSLA, CALL], timeframe, asked)

            # A day that is over is told once it is built.
            days = DAYS if timeframe.is_within_a_day else (*BUILT[built], moment[:10])
            assert [(symbol, spoken(bar)) for symbol, bar in found] == expected(histories, timeframe, asked, days), text


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_put_together_are_the_whole(histories, newest_first):
    build_all()
    whole = window(start="2024-01-23 09:31", end="2024-01-24 15:00", newest_first=newest_first)
    reads = {"trades": partial(FED.trades, [TSLA, CALL, AAPL])}
    reads |= {text: partial(FED.bars, [TSLA, CALL, AAPL], parse_timeframe(text)) for text in ("1Min", "30T", "1D")}
    for name, read in reads.items():
        pages, after = [], None
        while page := read(replace(whole, limit=7, after=after)):
            pages += page
            after = Place(page[-1][0], page[-1][1].at, getattr(page[-1][1], "number", 0))

        assert pages == read(whole), name
        assert pages, name


def test_a_minute_that_began_before_the_window_is_not_in_it():
    take_in(trades=[("AAPL", trade("2024-01-24 10:00:40", "190"))])
    late = window(start="2024-01-24 10:00:30", as_of=new_york("2024-01-24 10:00:50"))
    whole = replace(late, start=new_york("2024-01-24 10:00"))

    assert FED.bars([AAPL], MINUTE, late) == []
    assert [bar.at for _, bar in FED.bars([AAPL], MINUTE, whole)] == [whole.start]


def test_a_minute_that_waits_hides_no_loaded_bars_of_others():
    take_in(trades=[("TSLA", trade("2024-01-24 09:30", "1"))])
    prices = {"open": 10, "high": 12, "low": 9, "close": 11, "volume": 5, "trades": 1, "vwap": 10}
    MinuteBar.objects.create(symbol="AAPL", at=new_york("2024-01-24 10:00"), **prices)
    asked = window(as_of=new_york("2024-01-24 11:00"))

    found = {text: PLAYED.bars([AAPL, TSLA], parse_timeframe(text), asked) for text in ("1Min", "1Hour", "1Day")}
    latest = PLAYED.latest_bars([AAPL, TSLA], asked.known_until)

    for text, bars in found.items():
        assert [(symbol, bar.close) for symbol, bar in bars] == [("AAPL", 11), ("TSLA", 1)], text
    assert (latest["AAPL"].minute.close, latest["TSLA"].minute.close) == (11, 1)


def test_trades_end_where_history_does(histories):
    asked = window(as_of=new_york("2024-01-24 09:40"))

    found = PLAYED.trades([AAPL], asked)

    assert [one for _, one in found] == [one for one in histories["AAPL"] if one.at <= asked.known_until]


def test_the_latest_bars_are_those_of_the_moment(histories):
    build_all()
    for moment in MOMENTS:
        at = new_york(moment)
        known = {symbol: [one for one in trades if one.at <= at] for symbol, trades in histories.items()}

        found = PLAYED.latest_bars([AAPL, TSLA, CALL], at)

        for symbol, trades in known.items():
            days = [spoken(bar) for bar in bars_of_trades(trades, DAY)]
            minute = spoken([*bars_of_trades(trades, MINUTE)][-1])
            said = found[symbol]
            assert (spoken(said.minute), spoken(said.daily)) == (minute, days[-1]), moment
            assert (spoken(said.previous_daily) if said.previous_daily else None) == (days[-2] if days[1:] else None)


def test_loaded_bars_serve_where_there_are_no_trades():
    prices = {"open": 10, "high": 12, "low": 9, "close": 11, "volume": 5, "trades": 1, "vwap": 10}
    take_in(quotes=[quote("TSLA", "2024-01-24 10:00", "1", "2")])  # makes the day
    MinuteBar.objects.create(symbol="AAPL", at=new_york("2024-01-24 10:00"), **prices)
    DailyBar.objects.create(symbol="AAPL", date="2024-01-23", **prices)
    within, after = new_york("2024-01-24 10:00:59"), new_york("2024-01-24 10:01")

    early, late = (PLAYED.latest_bars([AAPL], at)["AAPL"] for at in (within, after))

    assert (early.minute, early.daily.at, early.previous_daily) == (None, new_york("2024-01-23").astimezone(UTC), None)
    assert (late.minute.close, late.daily.at) == (11, new_york("2024-01-24"))
    assert [PLAYED.quotes([AAPL], at).get("AAPL") for at in (within,)] == [None]
    assert PLAYED.quotes([AAPL], after)["AAPL"].last == 11
    assert PLAYED.closing_prices([AAPL], new_york("2024-01-23").date()) == {"AAPL": 11}


# --- Quotes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("played_at", [None, "2024-01-24 09:50", "2024-01-24 10:02", "2024-01-24 11:00"])
def test_quotes_are_as_of_any_moment_wherever_the_player_is(played_at):
    bids = {f"2024-01-24 10:0{minute}": str(190 + minute) for minute in range(6)}
    for at, bid in bids.items():
        if played_at is not None and at <= played_at:
            take_in(quotes=[quote("AAPL", at, bid, None)])
    latest = list(LatestValue.objects.all())
    take_in(quotes=[quote("AAPL", at, bid, None) for at, bid in bids.items()])
    LatestValue.objects.all().delete()
    LatestValue.objects.bulk_create(latest)
    MarketStanding.objects.update(played_at=played_at and new_york(played_at))

    for moment in ("2024-01-24 09:59", "2024-01-24 10:01:30", "2024-01-24 10:04", "2024-01-24 12:00"):
        known = [Decimal(bid) for at, bid in bids.items() if at <= moment]
        found = PLAYED.quotes([AAPL], new_york(moment))
        assert [one.bid for one in found.values()] == known[-1:], moment


def test_a_fed_market_answers_a_late_feed_from_its_history():
    take_in(
        quotes=[quote("AAPL", f"2024-01-24 10:{at}", bid, "200") for at, bid in [("00", "190"), ("20", "191")]],
        trades=[("AAPL", trade(f"2024-01-24 10:{at}", price, 3)) for at, price in [("01", "195"), ("21", "196")]],
    )

    now, late = (FED.quotes([AAPL], new_york(at))["AAPL"] for at in ("2024-01-24 10:25", "2024-01-24 10:10"))

    assert (now.bid, now.last, now.volume) == (191, 196, 6)
    assert (late.bid, late.last, late.volume, late.at) == (190, 195, 3, new_york("2024-01-24 10:00"))
    assert FED.latest_trades([AAPL], late.at + timedelta(minutes=1))["AAPL"] == trade("2024-01-24 10:01", "195", 3)


def test_an_expired_contract_has_no_quote():
    take_in(quotes=[quote(CALL.symbol, "2024-01-26 15:59", "1", "2")])

    assert list(FED.quotes([CALL], new_york("2024-01-26 15:59:30"))) == [CALL.symbol]
    assert FED.quotes([CALL], new_york("2024-01-26 16:00")) == {}


def test_past_quotes_come_by_symbol_and_time():
    said = [quote(symbol, f"2024-01-24 10:0{minute}", "1", "2") for symbol in ("TSLA", "AAPL") for minute in range(3)]
    take_in(quotes=said)

    found = FED.past_quotes([TSLA, AAPL], window(limit=4, as_of=new_york("2024-01-24 10:01")))

    assert [(symbol, one.at.minute) for symbol, one in found] == [("AAPL", 0), ("AAPL", 1), ("TSLA", 0), ("TSLA", 1)]


def test_the_close_is_what_was_last_paid_in_the_session():
    list_contracts(CALL.symbol)
    take_in(trades=[("AAPL", trade(f"2024-01-24 {at}", price)) for at, price in [("16:00", "190"), ("17:00", "180")]])

    assert FED.closing_prices([AAPL, TSLA], new_york("2024-01-24").date()) == {"AAPL": 190}
    assert FED.closing_prices([AAPL], new_york("2024-01-27").date()) == {}


def test_a_source_that_was_silent_at_the_close_knows_no_closing_price():
    list_contracts(CALL.symbol)
    take_in(
        quotes=[quote("AAPL", "2024-01-24 15:58:59", "190", "191")],
        trades=[("AAPL", trade("2024-01-24 11:00", "190")), (CALL.symbol, trade("2024-01-24 11:00", "2"))],
    )
    build_all()
    silent = FED.closing_prices([AAPL, CALL], new_york("2024-01-24").date())
    take_in(quotes=[quote("AAPL", "2024-01-24 15:59", "190", "191")])

    assert silent == {}
    assert FED.closing_prices([AAPL, CALL], new_york("2024-01-24").date()) == {"AAPL": 190, CALL.symbol: 2}


# --- Standing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("market", "word"), [(FED, "answer"), (PLAYED, "quote or trade")])
def test_a_source_is_stale_when_it_is_silent_in_an_open_session(market, word):
    never = market.standing(new_york("2024-01-24 10:00"))
    take_in(quotes=[quote("AAPL", "2024-01-24 10:00", "1", "2")])
    said = [market.standing(new_york(f"2024-01-24 {at}")).trouble for at in ("10:01", "10:01:01", "16:00")]
    next_day = [market.standing(new_york(f"2024-01-25 {at}")).trouble for at in ("09:31", "09:31:01")]

    silent = f"no {word} since 2024-01-24 10:00:00 New York"
    assert never.trouble == "no quote or trade has come in yet"
    assert said == ["", silent, ""]
    assert next_day == ["", silent]


def test_a_feed_that_answers_is_not_stale_and_a_file_with_a_gap_is():
    """One reads how the feed is; the other looks before the clock, wherever the player is."""
    said = [quote("AAPL", f"2024-01-24 {at}", "1", "2") for at in ("10:00", "12:00")]
    take_in(quotes=said, heard_at=new_york("2024-01-24 12:00"))
    take_in(heard_at=new_york("2024-01-24 12:09:30"))

    fed, played = (
        [one.standing(new_york(f"2024-01-24 {at}")).trouble for at in ("10:00:30", "12:10")] for one in (FED, PLAYED)
    )
    gap = PLAYED.standing(new_york("2024-01-24 11:00")).trouble

    assert fed == ["", ""]
    assert played == ["", "no quote or trade since 2024-01-24 12:00:00 New York"]
    assert gap


def test_a_symbol_that_never_traded_has_no_bars():
    assert FED.latest_bars([AAPL], new_york("2024-01-24 10:00")) == {}


@pytest.mark.parametrize(
    ("mode", "source", "answering"),
    [
        ("sandbox", "replay", StoredMarket),
        ("sandbox", "alpaca", StoredMarket),
        ("production", "alpaca", StoredMarket),
        ("production", "replay", SilentMarket),
    ],
)
def test_the_source_is_the_one_that_is_set_and_a_demo_book_is_made_at_computed_prices(
    settings, mode, source, answering
):
    settings.STRIKEBOOK_MODE, settings.MARKET_SOURCE = mode, source

    assert type(market_source()) is answering
    if mode == "sandbox":
        with computed_prices():
            assert type(market_source()) is SyntheticMarket


def test_healthz_says_that_the_source_is_stale(client, settings, clock_at):
    settings.MARKET_SOURCE = "alpaca"
    clock_at("2024-01-24 10:05")
    take_in(quotes=[quote("AAPL", "2024-01-24 10:00", "1", "2")])

    said = client.get("/healthz").json()["details"]["market"]

    assert said == "no answer since 2024-01-24 10:00:00 New York"


def test_the_expiry_review_names_what_a_silent_source_leaves_unpriced(settings, acme, clock_at):
    clock_at("2024-01-24 10:00")
    list_contracts(CALL.symbol)
    account = make_trader(acme.correspondent, cash="100000")
    pin(CALL.symbol, "1", "1.10")
    trade_order(account, CALL.symbol, "buy")
    release_quotes(actor=system_user())
    settings.MARKET_SOURCE = "replay"
    at = clock_at("2024-01-26 15:10")

    start_review(at)
    review_expirations(at)

    row = ExpiringPosition.objects.get(account=account)
    assert (row.state, row.reason) == ("not_priced", "no price of AAPL")
