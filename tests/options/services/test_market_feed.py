"""The feed, from an account with this project's own server: what it says there is what we answer here."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from requests.exceptions import RequestException

from brokerage import clock
from brokerage.market_calendar import NEW_YORK
from brokerage.processes import Processes
from options.market import alpaca, wanted
from options.market.alpaca import FAILURES, AlpacaFeed, _begins, _numbered, _Side, _time_there, _trades
from options.market.interface import LatestBars, Quote, Window
from options.market.stored import StoredMarket
from options.market.synthetic import SyntheticMarket
from options.models import DailyBar, LatestValue, MarketStanding, MinuteBar, StoredQuote, StoredTrade
from options.rules.timeframes import DAY, MINUTE
from options.services.market import instrument_of
from options.services.market_bars import build_bars
from options.services.market_feed import feed_once, traded_until, with_underlyings
from options.services.market_intake import take_in
from tests.factories import make_api_key
from tests.options.contracts import get_asset, list_contracts
from tests.options.market_data import new_york, trade
from trading.market_wanted import wanted_in_trading

CALL = "F261218C00012000"


@pytest.fixture
def account(live_server, acme):
    """A data account at our own server."""
    key, secret = make_api_key(acme.correspondent)
    return replace(configured.MARKET_DATA, key_id=key.key_id, secret=secret, url=live_server.url)


@pytest.mark.django_db(transaction=True)
def test_what_the_vendor_says_is_what_we_answer(account, clock_at):
    list_contracts(CALL)
    vendor, instruments = (
        SyntheticMarket(configured.MARKET_SEED),
        [instrument_of(get_asset(one)) for one in ("F", CALL)],
    )
    feed, fed = AlpacaFeed(account), StoredMarket(is_played=False)
    for text in ("2026-11-23 11:00:00", "2026-11-23 11:04:00"):
        at = clock_at(text)

        taken = feed_once(feed, {CALL}, FAILURES)

        assert taken is not None
        assert taken.refused == 0
        said, known = vendor.quotes(instruments, at), fed.quotes(instruments, at)
        for symbol, quote in said.items():
            mine = known[symbol]
            prices = (mine.bid, mine.ask, mine.bid_size, mine.ask_size, mine.last)
            assert prices == (quote.bid, quote.ask, quote.bid_size, quote.ask_size, quote.last)
    made = [
        one.price for one in StoredTrade.objects.filter(symbol="F", at__gt=at - timedelta(minutes=4)).order_by("at")
    ]
    assert len(made) > 1  # every trade in between, not the newest alone
    assert MarketStanding.objects.get().trouble == ""


@pytest.mark.django_db(transaction=True)
def test_what_was_before_the_feed_began_is_asked_for_once(account, clock_at):
    list_contracts(CALL)
    instruments = [instrument_of(get_asset(one)) for one in ("F", CALL)]
    vendor, fed = SyntheticMarket(configured.MARKET_SEED), StoredMarket(is_played=False)
    ours = {"symbol": "F", "is_built": True} | dict.fromkeys(("open", "high", "low", "close", "vwap"), 7)
    DailyBar.objects.create(date=date(2026, 11, 19), volume=1, trades=1, **ours)
    feed, asked = AlpacaFeed(account), []
    for side in (feed._shares, feed._options):
        side.bars = partial(lambda bars, *asking: asked.append(asking) or bars(*asking), side.bars)
    for text in ("2026-11-23 11:01:06", "2026-11-23 11:02:03", "2026-11-23 11:07:20"):
        at = clock_at(text)
        is_another = text.endswith("20")  # a restart, which fills its gap with trades

        taken = feed_once(AlpacaFeed(account) if is_another else feed, {CALL}, FAILURES)

        assert taken is not None
        assert len(asked) == 4  # of shares and of contracts, minutes and days
        said, known = vendor.latest_bars(instruments, at), fed.latest_bars(instruments, at)
        for symbol, bars in said.items():
            assert rounded(known[symbol]) == rounded(bars)
        for timeframe, start in ((MINUTE, "2026-11-23 00:00"), (DAY, "2026-10-01 00:00")):
            window = Window(new_york(start), at, 10_000)
            theirs = [one for one in vendor.bars(instruments, timeframe, window) if not_ours(one)]
            mine = [one for one in fed.bars(instruments, timeframe, window) if not_ours(one)]
            assert [(symbol, rounded(bar)) for symbol, bar in mine] == [(one, rounded(bar)) for one, bar in theirs]
            while build_bars(at=at):
                pass
    assert not StoredTrade.objects.filter(symbol="F", at__lt=new_york("2026-11-23 11:00")).exists()
    assert DailyBar.objects.get(symbol="F", date=date(2026, 11, 19)).open == 7
    clock_at("2026-11-23 16:05")
    feed_once(feed, {CALL}, FAILURES)
    over = new_york("2026-11-23 16:05")
    while build_bars(at=over):
        pass
    built = DailyBar.objects.get(symbol="F", date=date(2026, 11, 23))
    assert built.is_built
    assert built.volume == vendor.latest_bars(instruments, over)["F"].daily.volume


def rounded(one):
    """Answer a bar, or those of a snapshot, without the last digit of the average that sums of bars round."""
    if isinstance(one, LatestBars):
        return [rounded(bar) for bar in (one.minute, one.daily, one.previous_daily)]
    return replace(one, vwap=round(one.vwap, 4))


def not_ours(one):
    """Say whether a bar is not of the day that was built here."""
    return one[1].at.astimezone(NEW_YORK).date() != date(2026, 11, 19)


@pytest.mark.django_db(transaction=True)
def test_a_failure_of_the_past_throws_the_poll_away_and_it_is_asked_again(account, clock_at):
    list_contracts(CALL)
    clock_at("2026-11-23 11:00:30")
    feed = AlpacaFeed(account)
    answers = feed._options.bars

    def fails(*asking):
        raise RequestException("no answer at /bars")

    feed._options.bars = fails
    assert feed_once(feed, {CALL}, FAILURES) is None
    assert not MinuteBar.objects.exists()
    feed._options.bars = answers
    feed_once(feed, {CALL}, FAILURES)

    assert set(MinuteBar.objects.values_list("symbol", flat=True)) == {"F", CALL}


@pytest.mark.django_db(transaction=True)
def test_of_much_that_is_new_some_is_only_quoted_for_now(account, clock_at, monkeypatch):
    list_contracts(CALL, "AAPL261218C00150000")
    monkeypatch.setattr(alpaca, "BEGUN_AT_ONCE", 1)
    clock_at("2026-11-23 11:00:30")
    feed = AlpacaFeed(account)
    for begun in ({"AAPL"}, {"AAPL", "F"}):
        feed_once(feed, {"AAPL", "F"}, FAILURES)

        assert set(feed._shares.known) == begun
        assert set(MinuteBar.objects.values_list("symbol", flat=True)) == begun
        assert LatestValue.objects.filter(quoted_at__isnull=False).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_vendor_that_refuses_leaves_a_word_and_nothing_else(account, clock_at):
    clock_at("2026-11-23 11:00")
    feed = AlpacaFeed(replace(account, secret="wrong"))

    assert feed_once(feed, {"F"}, FAILURES) is None

    assert MarketStanding.objects.get().trouble.startswith("the data account does not answer: ")
    assert not StoredQuote.objects.exists()
    assert "does not answer" in StoredMarket(is_played=False).standing(new_york("2026-11-23 03:00")).trouble


@pytest.mark.django_db(transaction=True)
def test_what_a_failure_throws_away_is_asked_for_again(account, clock_at):
    list_contracts(CALL)
    feed = AlpacaFeed(account)
    clock_at("2026-11-23 11:00")
    feed_once(feed, {CALL}, FAILURES)
    at, answers = clock_at("2026-11-23 11:04"), feed._options.quotes

    def fails(symbols):
        raise RequestException(f"no answer at /quotes?symbols={symbols}")

    feed._options.quotes = fails
    assert feed_once(feed, {CALL}, FAILURES) is None
    assert MarketStanding.objects.get().trouble == "the data account does not answer: RequestException"
    feed._options.quotes = answers
    feed_once(feed, {CALL}, FAILURES)

    made = StoredTrade.objects.filter(symbol="F", at__gt=at - timedelta(minutes=4), at__lt=at - timedelta(seconds=30))
    assert made.count() > 1
    feed_once(feed, set(), FAILURES)
    assert (feed._shares.known, feed._options.known) == ({}, {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", ["by a restart", "by a database that fails"])
def test_what_was_said_and_never_stored_is_asked_for_again(account, clock_at, lost):
    list_contracts(CALL)
    feed = AlpacaFeed(account)
    clock_at("2026-11-23 11:00")
    feed_once(feed, {CALL}, FAILURES)
    at = clock_at("2026-11-23 11:04")
    if lost == "by a restart":
        feed = AlpacaFeed(account)
    else:
        feed.poll({CALL, "F"}, traded_until)

    feed_once(feed, {CALL}, FAILURES)

    made = StoredTrade.objects.filter(symbol="F", at__gt=at - timedelta(minutes=4), at__lt=at - timedelta(seconds=30))
    assert made.count() > 1


@pytest.mark.django_db(transaction=True)
def test_a_gap_is_filled_from_the_beginning_of_the_day_at_most(account, clock_at):
    list_contracts(CALL)
    clock_at("2026-11-23 10:00")
    take_in(trades=[("F", trade("2026-11-19 15:59", "12"))])

    feed_once(AlpacaFeed(account), {"F"}, FAILURES)

    days = {one.at.astimezone(NEW_YORK).day for one in StoredTrade.objects.all()}
    assert days == {19, 23}
    assert StoredTrade.objects.count() > 3


def test_of_a_gap_over_midnight_the_newest_trade_is_asked_too():
    asked = []

    def since(symbols, start):
        asked.append(start)
        return {"F": []}

    side = _Side(dict, lambda symbols: {"F": {"t": "2026-11-20T20:59:00Z", "p": 12, "s": 1, "i": 3}}, since, dict)
    gaps = {"F": new_york("2026-11-20 15:00")}

    made = list(_trades(side, _begins(side, ["F"], gaps, new_york("2026-11-23 09:00")), gaps))

    assert [(symbol, one.number) for symbol, one in made] == [("F", 3)]
    assert asked == [new_york("2026-11-23 00:00")]


def test_trades_of_one_microsecond_are_told_apart():
    times = ["2026-11-23T16:00:00.000001100Z", "2026-11-23T16:00:00.000001900Z", "2026-11-23T16:00:00.000002Z"]

    made = list(_numbered([{"t": at, "p": 1, "s": 1} for at in times]))

    assert [(one.at.microsecond, one.number) for one in made] == [(1, 0), (1, 1), (2, 0)]


@pytest.mark.django_db
def test_what_is_wanted_is_live_and_comes_with_its_underlying(monkeypatch):
    list_contracts(CALL, "AAPL240126C00050000")
    monkeypatch.setattr(clock, "real_now", lambda: new_york("2026-11-23 11:00"))

    assert with_underlyings({CALL, "AAPL240126C00050000", "TSLA"}) == {CALL, "F", "TSLA"}


@pytest.mark.django_db
def test_what_was_looked_at_is_wanted_for_a_while(monkeypatch):
    wanted.look_at(["TSLA"])
    assert "TSLA" in wanted.wanted_symbols()
    monkeypatch.setattr(wanted, "LOOKS_LAST", -1.0)
    assert "TSLA" not in wanted.wanted_symbols()
    assert wanted_in_trading in wanted._registered
    assert list(wanted_in_trading()) == []


def test_what_was_noted_as_looked_at_is_bounded(monkeypatch):
    monkeypatch.setattr(wanted, "NOTED_AT_MOST", 3)
    monkeypatch.setattr(wanted, "_noted", {})
    for symbols in (["A", "B"], ["C"], ["D"], ["D", "E"]):
        wanted.look_at(symbols)

    assert set(wanted._noted) == {"D", "E"}


@pytest.mark.parametrize(("source", "key", "said"), [("synthetic", "", "is not alpaca"), ("alpaca", "", "are needed")])
def test_the_feed_says_what_it_lacks(settings, source, key, said):
    settings.MARKET_SOURCE = source
    settings.MARKET_DATA = replace(settings.MARKET_DATA, key_id=key, secret="")

    with pytest.raises(CommandError, match=said):
        call_command("feed", "--once")


def test_serve_keeps_the_feed_where_there_is_a_data_account(settings, tmp_path):
    processes = Processes(tmp_path, "127.0.0.1", 8000)
    without = processes._configuration()
    settings.MARKET_SOURCE = "alpaca"

    assert "[program:feed]" not in without
    assert "[program:feed]" in processes._configuration()


def test_a_quote_of_no_time_does_not_say_what_time_it_is_at_the_vendors():
    nobody = Quote("F", None, None, 0, 0, None, datetime.min.replace(tzinfo=UTC))
    quoted = replace(nobody, at=new_york("2026-11-23 11:00"))

    assert _time_there([nobody]) is None
    assert _time_there([nobody, quoted]) == quoted.at
