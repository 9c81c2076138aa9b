import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.market_calendar import NEW_YORK, is_open
from options.choices import ExerciseStyle, Right, TickClass
from options.market.interface import Instrument
from options.market.silent import SilentMarket
from options.market.synthetic import SyntheticMarket
from options.market.universe import UNIVERSE
from options.pricing import greeks_of, valuation_of
from options.rules.contracts import ContractTerms, compact_symbol
from options.rules.increments import tick_size
from options.rules.strikes import strikes_around

MARKET = SyntheticMarket("a seed")
FIRST = datetime(2024, 1, 24, 14, 30, tzinfo=UTC)

moments = st.integers(0, 3 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
symbols = st.sampled_from([*UNIVERSE, "ZZZZ", "XYZ"])


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def share(symbol: str) -> Instrument:
    return Instrument(symbol, symbol)


def contract(
    underlying: str,
    strike_price: str | Decimal,
    right: Right = Right.CALL,
    expiration_date: date = date(2027, 3, 19),
    tick_class: TickClass = TickClass.PENNY,
    **facts: int,
) -> Instrument:
    terms = ContractTerms(underlying, expiration_date, right, Decimal(strike_price))
    return Instrument(compact_symbol(terms), underlying, tick_class, terms, **facts)


def quote(instrument: Instrument, at: datetime, market: SyntheticMarket = MARKET, **spots: str):
    known = {symbol: Decimal(price) for symbol, price in spots.items()}
    return market.quotes([instrument], at, spots=known).get(instrument.symbol)


@given(symbols, moments)
def test_the_same_seed_symbol_and_time_give_the_same_quotes(symbol, at):
    again = SyntheticMarket("a seed")

    assert quote(share(symbol), at) == quote(share(symbol), at, again)
    assert quote(contract(symbol, 100), at) == quote(contract(symbol, 100), at, again)


def test_another_seed_makes_another_market():
    at = new_york("2024-06-12 11:00")

    assert MARKET.spot("AAPL", at) != SyntheticMarket("another seed").spot("AAPL", at)


@pytest.mark.parametrize("symbol", UNIVERSE)
def test_on_the_days_of_the_overview_shares_are_near_the_prices_of_then(symbol):
    base = Decimal(str(UNIVERSE[symbol].base_price))

    assert MARKET.spot(symbol, new_york("2024-01-24 09:30")) == base
    assert abs(MARKET.spot(symbol, new_york("2024-01-24 15:59")) / base - 1) < Decimal("0.1")


@given(symbols, moments)
def test_a_share_stays_within_bounds(symbol, at):
    spot = MARKET.spot(symbol, at)

    if symbol in UNIVERSE:
        assert abs(math.log(float(spot) / UNIVERSE[symbol].base_price)) < 1.5 * UNIVERSE[symbol].volatility
    assert Decimal(1) < spot < Decimal(5_000)


@given(symbols, moments)
def test_a_share_moves_little_in_a_second(symbol, at):
    before, after = MARKET.spot(symbol, at), MARKET.spot(symbol, at + timedelta(seconds=1))

    assert abs(after / before - 1) < Decimal("0.0001")


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        ("2024-01-24 16:00", "2024-01-25 09:30"),
        ("2024-01-26 16:00", "2024-01-29 09:30"),
        ("2024-03-28 16:00", "2024-04-01 09:30"),
        ("2026-11-27 13:00", "2026-11-30 09:30"),
        ("2025-12-31 16:00", "2026-01-02 09:30"),
    ],
    ids=["a night", "a weekend", "Good Friday", "a half day", "a year"],
)
def test_a_share_opens_where_it_closed(closed, opens):
    assert abs(MARKET.spot("SPY", new_york(closed)) - MARKET.spot("SPY", new_york(opens))) <= Decimal("0.0001")


def test_outside_the_session_quotes_are_those_of_the_last_close():
    call = contract("AAPL", 190)

    night = [quote(one, new_york("2026-11-21 03:00")) for one in (share("AAPL"), call)]

    assert night == [quote(one, new_york("2026-11-20 16:00")) for one in (share("AAPL"), call)]
    assert {one.at for one in night} == {datetime(2026, 11, 20, 21, 0, tzinfo=UTC)}


@given(symbols, moments)
def test_a_share_is_bid_below_its_offer_and_valued_between(symbol, at):
    found = quote(share(symbol), at)

    assert found.bid < found.ask
    assert found.bid <= found.mark <= found.ask
    assert abs(found.last / found.mark - 1) < Decimal("0.01")
    assert found.bid_size > 0 < found.ask_size
    assert found.bid % Decimal("0.01") == found.ask % Decimal("0.01") == 0


strikes = st.integers(1, 2_000).map(lambda halves: Decimal(halves) / 2)
expirations = st.sampled_from([date(2024, 1, 26), date(2024, 3, 15), date(2025, 1, 17), date(2027, 1, 15)])
contracts = st.builds(
    contract,
    symbols,
    strikes,
    st.sampled_from(Right),
    expirations,
    st.sampled_from(TickClass),
)


@given(contracts, moments)
def test_a_contract_is_never_crossed_and_always_on_its_tick(instrument, at):
    found = quote(instrument, at)
    if found is None:
        return

    for price in (found.bid, found.ask, found.last):
        assert price is None or price % tick_size(price, instrument.tick_class) == 0
        assert price is None or price > 0
    assert found.bid is None or found.bid < found.ask
    assert (found.bid or 0) <= found.mark <= found.ask
    assert (found.bid is None) == (found.bid_size == 0)


def exercise(instrument: Instrument, at: datetime) -> Decimal:
    """What exercising brings at the better side of the share, and once the market is closed at its last price."""
    stock, is_call = quote(share(instrument.underlying_symbol), at), instrument.terms.right is Right.CALL
    price = (stock.ask if is_call else stock.bid) if is_open(at) else stock.last
    delivered = price * instrument.deliverable / instrument.multiplier
    return delivered - instrument.terms.strike_price if is_call else instrument.terms.strike_price - delivered


@given(contracts, st.sampled_from([100, 150, 33]), moments)
def test_no_contract_is_worth_less_than_exercising_it_brings_whatever_the_share_is_paid_at(contract, deliverable, at):
    instrument = replace(contract, deliverable=deliverable)
    found = quote(instrument, at)
    if found is None:
        return

    worth = exercise(instrument, at)
    assert found.ask > worth
    assert found.bid is None or (found.bid + found.ask) / 2 > worth


@given(symbols, strikes, st.sampled_from(TickClass), moments)
def test_nothing_is_gained_by_a_share_against_a_call_and_a_put(symbol, strike, tick_class, at):
    call, put = (quote(contract(symbol, strike, right, tick_class=tick_class), at) for right in Right)
    stock = quote(share(symbol), at)

    assert stock.ask + put.ask - (call.bid or 0) >= strike
    assert stock.bid + (put.bid or 0) - call.ask <= strike


@pytest.mark.parametrize("symbol", ["AAPL", "SPY", "F"])
@pytest.mark.parametrize("text", ["2026-11-23 09:45:10", "2026-11-23 15:59:59", "2026-11-23 16:00"])
def test_every_quote_of_two_sides_implies_a_volatility(symbol, text):
    at = new_york(text)
    mark = quote(share(symbol), at).mark
    chain = [contract(symbol, one, right, date(2026, 11, 27)) for one in strikes_around(mark) for right in Right]

    found = MARKET.quotes(chain, at)

    priced = [
        valuation_of(one.terms, ExerciseStyle.AMERICAN, found[one.symbol], mark, at.date())
        for one in chain
        if found[one.symbol].bid
    ]
    assert len(priced) > 20
    assert None not in greeks_of(priced, rate=0.0)


@given(symbols, strikes, st.sampled_from(Right), moments)
def test_more_time_is_never_worth_less(symbol, strike, right, at):
    near = quote(contract(symbol, strike, right, date(2027, 3, 19)), at)
    far = quote(contract(symbol, strike, right, date(2028, 3, 17)), at)

    assert near is None or far.ask >= near.ask


@given(symbols, strikes, moments)
def test_a_call_is_worth_no_less_at_a_lower_strike_and_a_put_no_more(symbol, strike, at):
    higher = strike + 5

    assert quote(contract(symbol, strike), at).ask >= quote(contract(symbol, higher), at).ask
    assert quote(contract(symbol, strike, Right.PUT), at).ask <= quote(contract(symbol, higher, Right.PUT), at).ask


@pytest.mark.parametrize(
    ("at", "is_quoted"),
    [("2024-01-26 15:59:59", True), ("2024-01-26 16:00", False), ("2024-01-29 10:00", False)],
)
def test_a_contract_is_quoted_until_its_last_close(at, is_quoted):
    found = quote(contract("AAPL", 190, expiration_date=date(2024, 1, 26)), new_york(at))

    assert (found is not None) == is_quoted


def test_a_contract_on_its_last_day_closes_at_what_exercising_it_brings():
    close = MARKET.spot("AAPL", new_york("2024-01-26 16:00"))
    call = contract("AAPL", 150, expiration_date=date(2024, 1, 26), tick_class=TickClass.PENNY_THROUGHOUT)

    (price,) = MARKET.closing_prices([call], date(2024, 1, 26)).values()

    assert 0 <= price - (close - 150) < Decimal("0.01")


def test_closing_prices_are_those_last_seen_before_the_close():
    instruments = [share("SPY"), contract("SPY", 485, expiration_date=date(2024, 1, 26))]

    closes = MARKET.closing_prices(instruments, date(2024, 1, 24))

    evening = MARKET.quotes(instruments, new_york("2024-01-24 18:00"))
    assert closes == {symbol: found.last for symbol, found in evening.items()}
    assert len(closes) == 2


@pytest.mark.parametrize("day", [date(2024, 1, 27), date(2024, 3, 29)], ids=["a Saturday", "Good Friday"])
def test_without_a_session_there_is_no_close(day):
    assert MARKET.closing_prices([share("SPY")], day) == {}


def test_a_contract_that_was_over_has_no_close():
    gone = contract("AAPL", 190, expiration_date=date(2024, 1, 26))

    assert MARKET.closing_prices([gone], date(2024, 1, 29)) == {}


def test_a_given_price_of_the_share_moves_its_contracts():
    call = contract("AAPL", 100, expiration_date=date(2024, 1, 26), tick_class=TickClass.PENNY_THROUGHOUT)

    found = quote(call, new_york("2024-01-26 15:59"), AAPL="250.00")

    assert found.bid < Decimal(150) < found.ask


def test_an_adjusted_contract_is_worth_what_it_delivers():
    at, day = new_york("2024-01-26 15:59"), date(2024, 1, 26)
    plain = contract("AAPL", 100, expiration_date=day)
    adjusted = contract("AAPL", 100, expiration_date=day, deliverable=150)

    assert quote(plain, at, AAPL="200").last == Decimal(100)
    assert quote(adjusted, at, AAPL="200").last == Decimal(200)


def test_sizes_hold_for_some_minutes_and_then_change():
    at = new_york("2024-01-24 10:00")

    assert quote(share("SPY"), at).bid_size == quote(share("SPY"), at + timedelta(seconds=200)).bid_size
    assert len({quote(share("SPY"), at + timedelta(minutes=5 * n)).bid_size for n in range(20)}) > 5


def test_the_silent_market_quotes_nothing():
    assert SilentMarket().quotes([share("AAPL")], FIRST) == {}
    assert SilentMarket().closing_prices([share("AAPL")], date(2024, 1, 24)) == {}
