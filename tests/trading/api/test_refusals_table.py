"""Every documented refusal of an order over HTTP: code, message, extra members; the same from the estimation."""

import pytest

from options.models import Asset
from tests.factories import change_row
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, PUT, SMALL_PUT, make_trader, pin, trade
from tests.options.contracts import list_contracts
from trading.models import Refusal

pytestmark = pytest.mark.django_db
OTHER_CALL = "AAPL240126C00060000"
REFUSED = [
    ({"take_profit": {"limit_price": "9"}}, 422, 42210000, "complex orders not supported for options trading"),
    ({"stop_loss": {"stop_price": "1"}}, 422, 42210000, "complex orders not supported for options trading"),
    ({"stop_price": "5"}, 422, 40010001, "stop price is only valid for stop orders"),
    ({"commission": "-1"}, 403, 40310000, "negative commission is prohibited"),
    ({"commission": "1"}, 403, 40310000, "commission not allowed for account"),
    ({"swap_fee_bps": 5}, 422, 42210000, "swap_fee_bps is not allowed for options trading"),
    ({"symbol": "AAPL240126C00055000"}, 422, 42210000, 'contract "AAPL240126C00055000" not found'),
    ({"symbol": "ZZZZ"}, 422, 42210000, 'asset "ZZZZ" not found'),
    ({"symbol": ""}, 422, 40010001, "symbol is required"),
    ({"qty": None}, 422, 40010001, "qty or notional is required"),
    ({"notional": "100"}, 422, 40010001, "only one of qty or notional is accepted"),
    ({"qty": None, "notional": "100"}, 422, 42210000, "notional orders are not supported for options trading"),
    ({"qty": "0"}, 422, 40010001, "qty must be > 0"),
    ({"qty": "-1"}, 422, 40010001, "qty must be > 0"),
    ({"qty": "1.5"}, 422, 42210000, "qty must be integer for options trading"),
    ({"qty": 1.5}, 422, 42210000, "qty must be integer for options trading"),
    ({"qty": "10001"}, 422, 42210000, "options order qty must be <= 10000"),
    ({"qty": 1e30}, 422, 42210000, "options order qty must be <= 10000"),
    ({"side": "hold"}, 422, 40010001, "invalid side"),
    ({"side": None}, 422, 40010001, "side is required"),
    ({"type": "iceberg"}, 422, 40010001, "invalid order type"),
    ({"type": "stop", "stop_price": "1"}, 422, 42210000, "invalid order type for options trading"),
    ({"type": "limit"}, 422, 40010001, "limit orders require a limit price"),
    ({"type": "limit", "limit_price": "0"}, 422, 40010001, "limit_price must be > 0 and <= 1000000"),
    (
        {"type": "limit", "limit_price": "3.01"},
        422,
        42210000,
        "invalid limit_price 3.01. increment does not fulfill minimum pricing criteria (must be a multiple of 0.05)",
    ),
    (
        {"type": "limit", "limit_price": "1.005"},
        422,
        42210000,
        "invalid limit_price 1.005. sub-penny increment does not fulfill minimum pricing criteria",
    ),
    (
        {"type": "limit", "limit_price": "1.123456789"},
        422,
        42210000,
        "invalid limit_price 1.123456789. sub-penny increment does not fulfill minimum pricing criteria",
    ),
    ({"limit_price": "1.00"}, 422, 40010001, "limit price is only valid for limit orders"),
    ({"time_in_force": "gtc"}, 422, 42210000, "order_time_in_force provided not supported for options trading"),
    ({"time_in_force": "soon"}, 422, 40010001, "invalid time_in_force"),
    ({"time_in_force": ""}, 422, 40010001, "time_in_force is required"),
    ({"extended_hours": True}, 422, 42210000, "extended hours is not supported for options trading"),
    ({"order_class": "bracket"}, 422, 42210000, "complex orders not supported for options trading"),
    (
        {"order_class": "mleg", "symbol": None, "legs": [{"symbol": CALL, "ratio_qty": "1"}] * 2},
        422,
        42210000,
        "complex orders not supported for options trading",
    ),
    (
        {"position_intent": "sell_to_close"},
        422,
        42210000,
        "position intent mismatch, inferred: sell_to_open, specified: sell_to_close",
    ),
    ({"client_order_id": "x" * 129}, 422, 40010001, "client_order_id must be no more than 128 characters"),
    ({"symbol": "AAPL", "qty": "0.5"}, 422, 40010001, "a fractional qty is not supported"),
    ({"symbol": "AAPL", "qty": None, "notional": "10"}, 422, 40010001, "a notional order is not supported"),
    ({"symbol": "AAPL", "time_in_force": "ioc"}, 422, 40010001, "time_in_force ioc is not supported"),
    ({"symbol": "AAPL", "extended_hours": True}, 422, 40010001, "an order for extended hours is not supported"),
    (
        {"symbol": "AAPL", "side": "sell", "qty": "101"},
        403,
        40310000,
        "insufficient qty available for order (requested: 101, available: 100)",
    ),
    (
        {"symbol": "AAPL", "type": "limit", "limit_price": "290.123"},
        422,
        42210000,
        "invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria",
    ),
]


REFUSED += [
    ({"stop_price": "5", "type": "stop_limit"}, 422, 42210000, "invalid order type for options trading"),
    ({"type": "trailing_stop"}, 422, 42210000, "invalid order type for options trading"),
    ({"order_class": "ladder"}, 422, 40010001, "invalid order_class"),
    ({"order_class": "oco"}, 422, 42210000, "complex orders not supported for options trading"),
    ({"position_intent": "hold"}, 422, 40010001, "invalid position_intent"),
    ({"time_in_force": "fok"}, 422, 42210000, "order_time_in_force provided not supported for options trading"),
    ({"qty": 1.0000000001}, 422, 42210000, "qty must be integer for options trading"),
    ({"qty": 1e30, "symbol": "AAPL"}, 422, 40010001, "qty must be <= 1000000000"),
    ({"type": "limit", "limit_price": -1}, 422, 40010001, "limit_price must be > 0 and <= 1000000"),
    ({"type": "limit", "limit_price": "1e30"}, 422, 40010001, "limit_price must be > 0 and <= 1000000"),
    ({"subtag": "x" * 129}, 422, 40010001, "subtag must be no more than 128 characters"),
    ({"advanced_instructions": {"algorithm": "VWAP"}}, 422, 40010001, "instructions for routing are not supported"),
    ({"instructions": "by hand"}, 422, 40010001, "instructions for routing are not supported"),
    ({"trail_price": "1"}, 422, 40010001, "trail_price is only valid for trailing stop orders"),
    ({"trail_percent": 1}, 422, 40010001, "trail_percent is only valid for trailing stop orders"),
    ({"commission_bps": 5}, 403, 40310000, "commission not allowed for account"),
]
# With more beside the message: numbers are strings.
WITH_MEMBERS = [
    (
        {"qty": 2},
        403,
        "insufficient underlying qty available for covered call (required: 200, available: 100)",
        {"available_qty": "100", "required_qty": "200", "symbol": CALL, "underlying_asset_id": "AAPL"},
    ),
    (
        {"symbol": PUT, "qty": "2"},
        403,
        "insufficient options buying power for cash-secured put (required: 40620, available: 25000)",
        {"buying_power": "25000", "required_options_buying_power": "40620"},
    ),
    (
        {"symbol": LONG_CALL, "side": "buy", "qty": 100},
        403,
        "insufficient options buying power",
        {"options_buying_power": "25000", "cost_basis": "53800"},
    ),
    (
        {"symbol": "AAPL", "side": "buy", "qty": "1000"},
        403,
        "insufficient buying power",
        {"buying_power": "25000", "cost_basis": "190100"},
    ),
    (
        {"symbol": "AAPL", "side": "sell", "qty": 106},
        403,
        "insufficient qty available for order (requested: 106, available: 100)",
        {
            "available": "100",
            "existing_qty": "100",
            "held_for_orders": "0",
            "symbol": "AAPL",
            "position_intent": "sell_to_close",
            "intent_reason": "the account holds 100 shares of AAPL, so selling closes",
        },
    ),
    (
        {"position_intent": "buy_to_open"},
        422,
        "position intent mismatch, inferred: sell_to_open, specified: buy_to_open",
        {
            "position_intent": "sell_to_open",
            "intent_reason": f"the account has no position in {CALL}, so selling opens",
        },
    ),
]


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and a hundred shares."""
    return make_trader(acme.correspondent, cash="25000", level=2, shares={"AAPL": 100})


def body(**changes):
    return {"symbol": CALL, "qty": "1", "side": "sell", "type": "market", "time_in_force": "day"} | changes


def said(api, account, changes):
    """Answer how an order is refused, and whether its estimation is refused the same way."""
    path = f"/v1/trading/accounts/{account.pk}/orders"
    answer, estimated = (api.post(f"{path}{end}", body(**changes)) for end in ("", "/estimation"))
    found, foreseen = answer.json(), estimated.json()
    foreseen.pop("remedy", None)
    assert (estimated.status_code, foreseen) == (answer.status_code, found)
    intents = [one.headers.get("X-Position-Intent") for one in (answer, estimated)]
    assert intents[0] == intents[1]
    return answer.status_code, found


def test_every_documented_refusal_has_its_code_and_message_and_changes_nothing(account, acme_api):
    before = everything()

    for changes, status, code, message in REFUSED:
        found_status, found = said(acme_api, account, changes)
        assert (found_status, found) == (status, found | {"code": code, "message": message}), changes

    assert everything() == before
    assert Refusal.objects.count() == len(REFUSED)  # of the orders: what an estimation is refused is not kept


def test_some_refusals_say_more_beside_the_message(account, acme_api):
    before = everything()

    for changes, status, message, members in WITH_MEMBERS:
        found_status, found = said(acme_api, account, changes)
        if "underlying_asset_id" in members:
            members |= {"underlying_asset_id": str(Asset.objects.get(symbol="AAPL").pk)}
        code = 40310000 if status == 403 else 42210000
        assert (found_status, found) == (status, {"code": code, "message": message} | members), changes

    assert everything() == before


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"status": "inactive"}, f'contract "{OTHER_CALL}" is not active'),
        ({"tradable": False}, f'contract "{OTHER_CALL}" is not tradable'),
    ],
)
def test_a_contract_that_is_not_traded_is_refused_by_name(account, acme_api, columns, message):
    list_contracts(OTHER_CALL)
    Asset.objects.filter(symbol=OTHER_CALL).update(**columns)

    assert said(acme_api, account, {"symbol": OTHER_CALL}) == (422, {"code": 42210000, "message": message})


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("2024-01-26 15:00", f'contract "{CALL}" expires soon, unable to open new positions'),
        ("2024-01-26 16:00", f'contract "{CALL}" is expired'),
        ("2024-01-25 16:00", "options market orders are only allowed during market hours"),
        ("2024-01-25 09:29", "options market orders are only allowed during market hours"),
    ],
)
def test_the_hour_decides_about_contracts(account, acme_api, clock_at, at, message):
    clock_at(at)

    assert said(acme_api, account, {}) == (422, {"code": 42210000, "message": message})


def test_an_account_in_the_way_a_crossing_order_and_no_venue_are_refused(account, acme_api, monkeypatch):
    resting = trade(account, LONG_CALL, "buy", limit="5.00")
    trade(account, LONG_CALL, "buy")
    pin(LONG_CALL, "4.90", "5.10")

    status, found = said(acme_api, account, {"symbol": LONG_CALL})
    assert (status, found["message"]) == (403, "potential wash trade detected. use complex orders")
    assert found["existing_order_id"] == str(resting.pk)
    assert found["reject_reason"] == "opposite side limit order exists. use complex/limit/stop_limit orders"

    monkeypatch.setattr("trading.services.orders.find_venue", lambda: None)
    assert said(acme_api, account, {})[0] == 422
    change_row(account, trading_blocked=True)
    assert said(acme_api, account, {}) == (403, {"code": 40310000, "message": "account is not authorized to trade"})


def test_a_level_too_low_is_refused_in_the_published_words(acme, acme_api, overview_market):
    account = make_trader(acme.correspondent, cash="25000", level=1)

    for symbol in (LONG_CALL, SMALL_PUT):
        refused = {"code": 40310000, "message": "account not eligible for level2 options trading"}
        assert said(acme_api, account, {"symbol": symbol, "side": "buy"}) == (403, refused)


def test_an_estimation_is_the_order_and_what_it_comes_to(account, acme_api):
    before = everything()

    answer = acme_api.post(f"/v1/trading/accounts/{account.pk}/orders/estimation", body(symbol=PUT, qty=1))

    found = answer.json()
    assert (answer.status_code, found["symbol"], found["qty"], found["status"]) == (200, PUT, "1", "pending_new")
    said_of_it = found["estimation"]
    assert said_of_it["held"] == {"symbol": "USD", "qty": "20310"}
    assert (said_of_it["buying_power_before"], said_of_it["buying_power_after"]) == ("25000", "4690")
    assert (said_of_it["max_loss"], said_of_it["max_gain"], said_of_it["breakeven"]) == ("20310", "690", "203.1")
    assert (said_of_it["options_level_required"], said_of_it["total_fees"], said_of_it["fees"]) == (1, "0", [])
    assert said_of_it["payoff"][0] == {"price": "0", "profit": "-20310"}
    assert everything() == before


def test_a_refused_estimation_says_what_would_help(account, acme_api):
    answer = acme_api.post(f"/v1/trading/accounts/{account.pk}/orders/estimation", body(qty=2))

    assert answer.json()["remedy"] == "Buy or free 100 more shares of the underlying, or sell fewer calls."
    assert answer.headers["X-Position-Intent"] == "sell_to_open"
    assert answer.headers["X-Position-Intent-Reason"] == f"the account has no position in {CALL}, so selling opens"
    assert not Refusal.objects.exists()
