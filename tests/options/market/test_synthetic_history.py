"""The past of the made-up market agrees with itself and with its present, at every moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from brokerage.market_calendar import last_session, session_on, sessions_between
from options.choices import Right, TickClass
from options.market.interface import Bar, Instrument, Place, Window
from options.market.synthetic import FEW
from options.rules.bars import bars_of_trades
from options.rules.increments import share_tick_size, tick_size
from options.rules.timeframes import DAY, MINUTE, Timeframe, Unit
from tests.options.market.test_synthetic import MARKET, contract, exercise, new_york, share

SESSIONS = list(sessions_between(date(2024, 1, 2), date(2027, 3, 19)))
HALF_DAY, DST_MONDAY = session_on(date(2026, 11, 27)), session_on(date(2026, 3, 9))
INSTANT = timedelta(microseconds=1)
A_DAY = timedelta(days=1)


@st.composite
def traded(draw, *, is_share: bool = False) -> Instrument:
    """A share, or a contract on one near enough to the money to be traded."""
    symbol = draw(st.sampled_from(["SPY", "PTON", "AAPL", "ZZZZ"]))
    if is_share or draw(st.booleans()):
        return share(symbol)
    day = draw(st.sampled_from([date(2026, 11, 27), date(2027, 3, 19)]))
    spot = MARKET.spot(symbol, new_york("2026-11-20 12:00"))
    strike = max(round(spot * Decimal(draw(st.integers(90, 110))) / 100), 1)
    return contract(symbol, strike, draw(st.sampled_from(Right)), day, draw(st.sampled_from(TickClass)))


days = st.sampled_from([*SESSIONS[-120:-80], HALF_DAY, DST_MONDAY])


@st.composite
def moments(draw) -> datetime:
    """A moment in a session or soon after, its open, its close and the instants around them among them."""
    session = draw(days)
    length = (session.closes_at - session.opens_at) // INSTANT
    passed = draw(st.sampled_from([-1, 0, 1, length - 1, length, length + 1]) | st.integers(0, length + 10**10))
    return session.opens_at + passed * INSTANT


def day_of(at: datetime, **fields) -> Window:
    session = last_session(at)
    return Window(session.opens_at, at, 100_000, **fields)


def trades(instrument: Instrument, window: Window) -> list:
    return [trade for _, trade in MARKET.trades([instrument], window)]


def bars(instrument: Instrument, timeframe: Timeframe, window: Window) -> list[Bar]:
    return [bar for _, bar in MARKET.bars([instrument], timeframe, window)]


@given(traded(), moments())
def test_what_a_quote_says_is_what_was_traded_until_then(instrument, at):
    quote = MARKET.quotes([instrument], at).get(instrument.symbol)
    today = trades(instrument, day_of(at))
    latest = MARKET.latest_trades([instrument], at).get(instrument.symbol)

    if today:
        assert latest == today[-1]
    if quote is not None:
        assert quote.volume == sum(trade.size for trade in today)
        assert quote.last == (latest.price if latest else None)


@given(traded(), days)
def test_a_day_has_an_open_a_close_and_trades_between_in_order(instrument, session):
    made = trades(instrument, day_of(session.closes_at))

    places = [(trade.at, trade.number) for trade in made]
    assert places == sorted(set(places))
    assert all(trade.size > 0 for trade in made)
    if made:
        assert len(made) > 1
        assert (made[0].at, made[-1].at) == (session.opens_at, session.closes_at)
        assert made[-1].price == MARKET.closing_prices([instrument], session.date)[instrument.symbol]
        assert all(trade.number // 100_000 == int(f"{session.date:%y%m%d}") for trade in made)


@given(traded(), moments())
def test_a_trade_is_made_between_bid_and_offer_on_the_tick_and_not_below_exercise(instrument, at):
    trade = MARKET.latest_trades([instrument], at).get(instrument.symbol)
    if trade is None:
        return

    terms = instrument.terms
    quote = MARKET.quotes([instrument], trade.at).get(instrument.symbol)
    if quote is not None:  # At the close of its last day a contract is not quoted any more.
        assert (quote.bid or 0) <= trade.price <= quote.ask
    tick = share_tick_size(trade.price) if terms is None else tick_size(trade.price, instrument.tick_class)
    assert trade.price % tick == 0
    assert trade.price > 0
    if terms is not None:
        assert trade.price >= exercise(instrument, trade.at)


@given(traded(), moments())
def test_one_quote_is_what_many_at_once_say(instrument, at):
    many = [instrument, *(share(f"X{letter}") for letter in "ABCDEFGHIJKLMNOPQ")]
    assert len(many) > FEW

    together = MARKET.quotes(many, at, spots={"ZZZZ": Decimal(50)})

    alone = [MARKET.quotes([one], at, spots={"ZZZZ": Decimal(50)}) for one in many]
    assert together == {symbol: quote for one in alone for symbol, quote in one.items()}


timeframes = st.sampled_from(
    [MINUTE, Timeframe(7, Unit.MINUTE), Timeframe(1, Unit.HOUR), Timeframe(10, Unit.HOUR), DAY]
)


@given(traded(), timeframes, moments())
def test_bars_sum_up_the_trades(instrument, timeframe, at):
    window = replace(day_of(at), start=timeframe.start_of(last_session(at).opens_at))

    assert bars(instrument, timeframe, window) == list(bars_of_trades(trades(instrument, window), timeframe))


@given(traded(), st.sampled_from([Timeframe(1, Unit.WEEK), Timeframe(1, Unit.MONTH)]))
@settings(max_examples=15)
def test_wide_bars_sum_up_the_trades_of_their_days(instrument, timeframe):
    window = Window(timeframe.start_of(new_york("2026-11-02 12:00")), new_york("2026-11-12 11:00"), 100_000)

    found = bars(instrument, timeframe, window)

    summed = list(bars_of_trades(trades(instrument, window), timeframe))
    assert [replace(bar, vwap=0) for bar in found] == [replace(bar, vwap=0) for bar in summed]
    for one, other in zip(found, summed, strict=True):
        assert abs(one.vwap - other.vwap) <= Decimal("0.000001")


@given(traded(), moments())
def test_a_snapshot_shows_the_bars_that_the_latest_trade_ends(instrument, at):
    latest = MARKET.latest_trades([instrument], at).get(instrument.symbol)
    shown = MARKET.latest_bars([instrument], at).get(instrument.symbol)
    if latest is None:
        assert shown is None
        return

    since = Window(at - 60 * A_DAY, at, 10_000)
    assert shown.minute == bars(instrument, MINUTE, replace(since, start=MINUTE.start_of(latest.at)))[-1]
    assert [shown.previous_daily, shown.daily][-2:] == bars(instrument, DAY, since)[-2:]
    assert shown.minute.close == shown.daily.close == latest.price


@settings(max_examples=25)
@given(
    st.lists(traded(), min_size=1, max_size=2, unique_by=lambda one: one.symbol), moments(), st.booleans(), st.data()
)
def test_pages_put_together_are_the_whole(instruments, at, newest_first, data):
    window = Window(at - A_DAY, at, 100_000, newest_first)
    timeframe = data.draw(st.sampled_from([None, MINUTE, Timeframe(5, Unit.MINUTE), DAY, Timeframe(1, Unit.WEEK)]))
    limit = data.draw(st.integers(150, 2_000)) if timeframe is None else data.draw(st.integers(20, 200))

    def ask(part: Window) -> list:
        return MARKET.trades(instruments, part) if timeframe is None else MARKET.bars(instruments, timeframe, part)

    whole = ask(window)
    paged, after = [], None
    while page := ask(replace(window, limit=limit, after=after)):
        paged += page
        after = Place(page[-1][0], page[-1][1].at, getattr(page[-1][1], "number", 0))

    assert paged == whole
    assert sorted(paged, key=lambda row: row[0]) == paged
    assert ask(replace(window, newest_first=not newest_first)) == [
        row for symbol in sorted({row[0] for row in whole}) for row in whole[::-1] if row[0] == symbol
    ]


def test_a_bar_is_unfinished_until_its_last_trade_is_known():
    at = new_york("2026-11-20 10:00:30")
    minute = Window(new_york("2026-11-20 10:00"), new_york("2026-11-20 10:00"), 10, as_of=at)

    (half,) = bars(share("SPY"), MINUTE, minute)
    (whole,) = bars(share("SPY"), MINUTE, replace(minute, as_of=at + timedelta(seconds=40)))

    assert half.at == whole.at == new_york("2026-11-20 10:00")
    assert half.open == whole.open
    assert half.volume < whole.volume
    assert half.close == MARKET.latest_trades([share("SPY")], at)["SPY"].price


def test_a_bar_that_began_before_the_window_is_not_in_it():
    window = Window(new_york("2026-11-18 00:00"), new_york("2026-11-27 16:00"), 10)

    assert [bar.at for bar in bars(share("SPY"), Timeframe(1, Unit.WEEK), window)] == [new_york("2026-11-23 00:00")]
    assert len(bars(share("SPY"), DAY, window)) == 7
    assert bars(share("SPY"), MINUTE, replace(window, start=window.end, end=window.start)) == []


def test_what_hardly_anybody_wants_is_not_traded():
    at, far = new_york("2026-11-20 15:00"), contract("SPY", 5_000)

    quote = MARKET.quotes([far], at)[far.symbol]

    assert (quote.last, quote.volume, quote.bid) == (None, 0, None)
    assert MARKET.latest_trades([far], at) == MARKET.latest_bars([far], at) == {}
    assert trades(far, Window(at - 30 * A_DAY, at, 10)) == bars(far, DAY, Window(at - 30 * A_DAY, at, 10)) == []


def test_a_contract_keeps_its_last_trade_when_it_is_over():
    spot = MARKET.spot("SPY", new_york("2026-11-20 15:00"))
    gone = contract("SPY", round(spot), expiration_date=date(2026, 11, 20))

    for at in (new_york("2026-11-20 16:00"), new_york("2027-02-01 12:00")):
        last = MARKET.latest_trades([gone], at)[gone.symbol]
        assert last.at == new_york("2026-11-20 16:00")
        assert last.price == MARKET.closing_prices([gone], date(2026, 11, 20))[gone.symbol]
        assert MARKET.quotes([gone], at) == {}


def test_history_begins_with_2024():
    window = Window(
        datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), 3, as_of=new_york("2024-03-01 12:00")
    )

    assert bars(share("SPY"), DAY, window)[0].at == new_york("2024-01-02 00:00")
    assert trades(share("SPY"), window)[0].at == new_york("2024-01-02 09:30")
    assert bars(share("SPY"), DAY, replace(window, newest_first=True))[0].at == new_york("2024-03-01 00:00")


def test_shares_trade_by_the_thousand_and_contracts_by_the_dozen():
    at = new_york("2026-11-20 16:00")
    near = contract("SPY", round(MARKET.spot("SPY", at)), expiration_date=date(2026, 11, 20))

    assert 500 < len(trades(share("SPY"), day_of(at))) < 3_000
    assert 20 < len(trades(near, day_of(at))) < 300
    opened, *_, closed = trades(share("AAPL"), day_of(at))
    assert (opened.exchange, opened.condition, closed.exchange, closed.condition) == ("Q", "O", "Q", "6")


def test_a_given_price_of_the_share_moves_the_latest_trade_of_its_contracts():
    at = new_york("2026-11-20 15:59")
    call = contract("AAPL", round(MARKET.spot("AAPL", at)), expiration_date=date(2026, 11, 27))
    given = {"AAPL": MARKET.spot("AAPL", at) + 50}

    latest = MARKET.latest_trades([call], at, spots=given)[call.symbol]

    assert Decimal(49) < latest.price < Decimal(53)
    assert MARKET.quotes([call], at, spots=given)[call.symbol].last == latest.price


def test_past_quotes_are_those_of_then():
    at, call = new_york("2026-11-20 10:00"), contract("SPY", 500)
    window = Window(at, at + timedelta(minutes=1), 100)

    found = MARKET.past_quotes([call, share("SPY")], window)

    assert [symbol for symbol, _ in found] == ["SPY"] * 7 + [call.symbol] * 7
    for symbol, quote in found:
        then = MARKET.quotes([call, share("SPY")], quote.at)[symbol]
        assert quote == replace(then, last=None, volume=None)


def test_arithmetic_does_not_stop():
    assert MARKET.standing(new_york("2026-11-20 12:00")).trouble == ""
