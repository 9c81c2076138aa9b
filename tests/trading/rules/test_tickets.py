"""Every question of the review, at its boundaries."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from brokerage.errors import BrokerageError
from options.choices import Right, Strategy, TickClass
from options.errors import InsufficientOptionsBuyingPower, LevelTooLow, PriceOffTick, UncoveredCall, UnsecuredPut
from trading.choices import OrderSide, OrderType, PositionIntent
from trading.errors import (
    ContractExpired,
    ContractExpiresSoon,
    ContractInactive,
    ContractNotTradable,
    InsufficientBuyingPower,
    InsufficientQuantity,
    NoQuote,
    OptionMarketClosed,
    PositionIntentMismatch,
)
from trading.rules.holdings import Holdings, Line
from trading.rules.order_terms import Instrument, Market, OrderTicket
from trading.rules.tickets import review_ticket

USD, SHARE, CALL, PUT, OTHER_CALL = (UUID(int=number) for number in range(1, 6))
OPEN_MARKET = Market(datetime(2024, 1, 24, 15, 0, tzinfo=UTC), Decimal("6.90"), Decimal("7.00"))
CALL_TERMS = Instrument(
    CALL,
    "AAPL240126C00050000",
    True,
    True,
    Right.CALL,
    Decimal(50),
    date(2024, 1, 26),
    100,
    100,
    SHARE,
    TickClass.PENNY,
)
PUT_TERMS = replace(CALL_TERMS, asset_id=PUT, symbol="TSLA240126P00210000", right=Right.PUT, strike_price=Decimal(210))
SHARES = Instrument(SHARE, "AAPL", True, True)


def ticket(side="sell", quantity="1", limit=None, intent=None, symbol="AAPL240126C00050000"):
    return OrderTicket(
        symbol,
        OrderSide(side),
        OrderType.LIMIT if limit else OrderType.MARKET,
        Decimal(quantity),
        Decimal(limit) if limit else None,
        position_intent=intent,
    )


def holdings(cash="0", held="0", **lines):
    return Holdings(USD, (Line(USD, Decimal(cash), Decimal(held)), *lines.values()))


def shares(quantity, held="0"):
    return Line(SHARE, Decimal(quantity), Decimal(held))


def short_call(contracts, asset=OTHER_CALL):
    return Line(asset, Decimal(-contracts), right=Right.CALL, multiplier=100, deliverable=100, underlying_id=SHARE)


def review(asked, instrument=CALL_TERMS, has=None, market=OPEN_MARKET, level=2):
    return review_ticket(asked, instrument, has or holdings(), market, level=level)


# --- Covered calls -------------------------------------------------------------------------------


def test_a_call_is_covered_by_exactly_the_deliverable():
    found = review(ticket(), has=holdings(shares=shares(100)), level=1)

    assert (found.strategy, found.intent) == (Strategy.COVERED_CALL, PositionIntent.SELL_TO_OPEN)
    assert (found.hold_asset_id, found.hold_quantity, found.hold_per_unit) == (SHARE, 100, 100)


def test_one_share_short_of_cover_is_refused_with_the_published_body():
    with pytest.raises(UncoveredCall) as refusal:
        review(ticket(), has=holdings(shares=shares(99)))

    assert refusal.value.body() == {
        "available_qty": "99",
        "code": 40310000,
        "message": "insufficient underlying qty available for covered call (required: 100, available: 99)",
        "required_qty": "100",
        "symbol": "AAPL240126C00050000",
        "underlying_asset_id": str(SHARE),
    }


@pytest.mark.parametrize(
    "lines",
    [
        {"shares": shares(199, held="100")},
        {"shares": shares(199), "pledged": short_call(1)},
        {"shares": shares(250, held="60"), "pledged": short_call(1)},
    ],
)
def test_shares_on_order_or_pledged_cover_nothing_more(lines):
    with pytest.raises(UncoveredCall):
        review(ticket(), has=holdings(**lines))


@pytest.mark.parametrize(
    "change", [{"deliverable": 133}, {"multiplier": 10}, {"deliverable": 0}, {"is_american": False}]
)
def test_a_contract_that_is_not_standard_can_only_be_closed(change):
    unusual = replace(CALL_TERMS, **change)
    long = Line(CALL, Decimal(1), right=Right.CALL)

    with pytest.raises(ContractNotTradable):
        review(ticket(), unusual, holdings(shares=shares(1000)))
    assert review(ticket(), unusual, holdings(position=long)).strategy is Strategy.CLOSING


# --- Cash-secured puts ---------------------------------------------------------------------------


def test_a_210_put_sold_at_6_90_needs_20310():
    asked = ticket(limit="6.90", symbol=PUT_TERMS.symbol)

    found = review(asked, PUT_TERMS, holdings(cash="20310"), level=1)

    assert (found.strategy, found.hold_asset_id, found.hold_quantity) == (Strategy.CASH_SECURED_PUT, USD, 20310)


def test_a_cent_less_is_refused_with_the_published_body():
    with pytest.raises(UnsecuredPut) as refusal:
        review(ticket(limit="6.90", symbol=PUT_TERMS.symbol), PUT_TERMS, holdings(cash="20309.99"))

    assert refusal.value.body() == {
        "buying_power": "20309.99",
        "code": 40310000,
        "message": ("insufficient options buying power for cash-secured put (required: 20310, available: 20309.99)"),
        "required_options_buying_power": "20310",
    }


def test_cash_behind_a_short_put_secures_no_second_one():
    short_put = Line(PUT, Decimal(-1), right=Right.PUT, strike_price=Decimal(210), multiplier=100)

    with pytest.raises(UnsecuredPut) as refusal:
        review(ticket(limit="6.90", symbol=PUT_TERMS.symbol), PUT_TERMS, holdings(cash="30395", short=short_put))

    assert refusal.value.body()["buying_power"] == "9395"


# --- Long premium --------------------------------------------------------------------------------


def test_premium_is_price_times_multiplier_times_contracts():
    found = review(ticket("buy", "2", limit="3.80"), has=holdings(cash="760"))

    assert (found.strategy, found.hold_asset_id, found.hold_quantity) == (Strategy.LONG_CALL, USD, 760)


def test_a_market_order_is_costed_at_the_offer():
    assert review(ticket("buy"), has=holdings(cash="700")).hold_quantity == 700


def test_too_little_for_the_premium_is_refused_with_the_published_body():
    with pytest.raises(InsufficientOptionsBuyingPower) as refusal:
        review(ticket("buy", "100", limit="3.80"), has=holdings(cash="7267.84"))

    assert refusal.value.body() == {
        "options_buying_power": "7267.84",
        "code": 40310000,
        "cost_basis": "38000",
        "message": "insufficient options buying power",
    }


def test_a_negative_balance_shows_as_nothing_available():
    with pytest.raises(InsufficientOptionsBuyingPower) as refusal:
        review(ticket("buy"), has=holdings(cash="100", held="250"))

    assert refusal.value.body()["options_buying_power"] == "0"


# --- Levels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "instrument", "needed"),
    [
        ("buy", CALL_TERMS, 2),
        ("buy", PUT_TERMS, 2),
        ("sell", CALL_TERMS, 1),
        ("sell", PUT_TERMS, 1),
    ],
)
def test_each_strategy_asks_for_its_level_and_no_more(side, instrument, needed):
    has = holdings(cash="1000000", shares=shares(100))

    review(ticket(side, symbol=instrument.symbol), instrument, has, level=needed)
    with pytest.raises(LevelTooLow) as refusal:
        review(ticket(side, symbol=instrument.symbol), instrument, has, level=needed - 1)
    assert refusal.value.body() == {
        "code": 40310000,
        "message": f"account not eligible for level{needed} options trading",
    }


@pytest.mark.parametrize(("side", "quantity"), [("sell", "2"), ("buy", "-2")])
def test_closing_needs_no_level(side, quantity):
    position = Line(CALL, Decimal(quantity), right=Right.CALL, deliverable=100, multiplier=100, underlying_id=SHARE)

    found = review(ticket(side, "2"), has=holdings(cash="1400", position=position, shares=shares(200)), level=0)

    assert found.strategy is Strategy.CLOSING


# --- Intent --------------------------------------------------------------------------------------


def test_a_sale_larger_than_the_long_is_refused_and_not_half_covered():
    long = Line(CALL, Decimal(2), right=Right.CALL)

    with pytest.raises(InsufficientQuantity) as refusal:
        review(ticket(quantity="3"), has=holdings(position=long, shares=shares(1000)))

    assert refusal.value.body() == {
        "code": 40310000,
        "message": "insufficient qty available for order (requested: 3, available: 2)",
        "available": "2",
        "existing_qty": "2",
        "held_for_orders": "0",
        "symbol": "AAPL240126C00050000",
        "position_intent": "sell_to_close",
        "intent_reason": "the account holds 2 contracts of AAPL240126C00050000, so selling closes",
    }


def test_a_long_that_is_wholly_on_order_is_not_sold_short_instead():
    on_order = Line(CALL, Decimal(1), held=Decimal(1), right=Right.CALL)

    with pytest.raises(InsufficientQuantity):
        review(ticket(), has=holdings(position=on_order, shares=shares(1000)))


def test_no_more_is_bought_back_than_is_short_and_not_on_order_already():
    short = replace(short_call(2, CALL), closing=Decimal(1))

    review(ticket("buy", "1"), has=holdings(cash="10000", position=short, shares=shares(200)))
    with pytest.raises(InsufficientQuantity):
        review(ticket("buy", "2"), has=holdings(cash="10000", position=short, shares=shares(200)))


def test_a_given_intent_must_be_the_inferred_one():
    with pytest.raises(PositionIntentMismatch) as refusal:
        review(ticket(intent=PositionIntent.SELL_TO_CLOSE), has=holdings(shares=shares(100)))

    assert str(refusal.value) == "position intent mismatch, inferred: sell_to_open, specified: sell_to_close"
    assert refusal.value.code == 42210000


# --- Shares --------------------------------------------------------------------------------------


def test_shares_behind_a_call_cannot_be_sold():
    has = holdings(shares=shares(150), pledged=short_call(1))

    assert review(ticket(quantity="50", symbol="AAPL"), SHARES, has, level=0).hold_asset_id == SHARE
    with pytest.raises(InsufficientQuantity):
        review(ticket(quantity="51", symbol="AAPL"), SHARES, has, level=0)


def test_shares_are_not_sold_short():
    with pytest.raises(InsufficientQuantity):
        review(ticket(symbol="AAPL"), SHARES, level=0)


def test_shares_are_paid_in_full():
    assert review(ticket("buy", "10", symbol="AAPL"), SHARES, holdings(cash="70")).hold_quantity == 70
    with pytest.raises(InsufficientBuyingPower) as refusal:
        review(ticket("buy", "10", symbol="AAPL"), SHARES, holdings(cash="69.99"))
    assert refusal.value.body()["cost_basis"] == "70"


# --- Contract, price, time -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"is_active": False}, ContractInactive),
        ({"is_tradable": False}, ContractNotTradable),
        ({"expiration_date": date(2024, 1, 23)}, ContractExpired),
    ],
)
def test_a_contract_must_be_listed_tradable_and_alive(change, refusal):
    with pytest.raises(refusal):
        review(ticket(), replace(CALL_TERMS, **change), holdings(shares=shares(100)))


@pytest.mark.parametrize(("minute", "opens"), [(59, True), (60, False)])
def test_from_the_last_hour_of_the_last_session_nothing_opens(minute, opens):
    market = replace(
        OPEN_MARKET, at=datetime(2024, 1, 26, 19, tzinfo=UTC).replace(minute=minute % 60, hour=19 + minute // 60)
    )
    has = holdings(shares=shares(100))

    if opens:
        assert review(ticket(), has=has, market=market)
        return
    with pytest.raises(ContractExpiresSoon):
        review(ticket(), has=has, market=market)
    long = holdings(position=Line(CALL, Decimal(1), right=Right.CALL))
    assert review(ticket(), has=long, market=market).strategy is Strategy.CLOSING


def test_a_contract_is_expired_as_soon_as_its_last_session_has_closed():
    with pytest.raises(ContractExpired):
        review(ticket(), market=replace(OPEN_MARKET, at=datetime(2024, 1, 26, 21, tzinfo=UTC)))


def test_a_market_order_for_an_option_waits_for_no_session():
    closed = replace(OPEN_MARKET, at=datetime(2024, 1, 24, 21, tzinfo=UTC))
    has = holdings(cash="1000", shares=shares(100))

    with pytest.raises(OptionMarketClosed):
        review(ticket("buy"), has=has, market=closed)
    assert review(ticket("buy", limit="7.00"), has=has, market=closed).hold_quantity == 700
    assert review(ticket("buy", symbol="AAPL"), SHARES, has, closed).hold_quantity == 7


def test_a_market_order_without_a_price_on_its_side_is_refused():
    for missing in ("bid", "ask"):
        with pytest.raises(NoQuote):
            review(ticket("buy"), has=holdings(cash="1000"), market=replace(OPEN_MARKET, **{missing: None}))
    with pytest.raises(NoQuote):
        review(ticket(), has=holdings(shares=shares(100)), market=Market(OPEN_MARKET.at, None, None))


def test_a_limit_between_two_ticks_is_refused():
    with pytest.raises(PriceOffTick):
        review(ticket("buy", limit="3.01"), has=holdings(cash="1000"))


def test_every_refusal_of_a_ticket_has_a_field_and_a_reason():
    from trading import errors

    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, BrokerageError)]
    assert all(kind.reason for kind in kinds if kind.__module__ == "trading.errors")
