"""The overview document's trading samples, replayed as printed: every member, its form and its place."""

import json

import pytest

from brokerage import market_calendar
from options.rules.asset_ids import asset_id_for
from options.services.contracts import import_contracts
from tests.cast import ApiClient
from tests.factories import make_account_key
from tests.market import CALL, LONG_CALL, PUT, SMALL_PUT, make_trader, pin, trade
from tests.options.contracts import rows
from trading.models import Order

pytestmark = pytest.mark.django_db
ORDERS = """
{"symbol": "PTON240126C00000500", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
{"symbol": "TSLA240126P00210000", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
{"symbol": "AAPL240126C00050000", "qty": "1", "side": "sell", "type": "market", "time_in_force": "day"}
{"symbol": "QS240126P00006500", "qty": "1", "side": "sell", "type": "market", "time_in_force": "day"}
""".strip().splitlines()
POSITION = """{
  "asset_id": "fe4f43e5-60a4-4269-ba4c-3d304444d58b",
  "symbol": "PTON240126C00000500",
  "exchange": "",
  "asset_class": "us_option",
  "asset_marginable": true,
  "qty": "2",
  "avg_entry_price": "6.05",
  "side": "long",
  "market_value": "1068",
  "cost_basis": "1210",
  "unrealized_pl": "-142",
  "unrealized_plpc": "-0.1173553719008264",
  "unrealized_intraday_pl": "-142",
  "unrealized_intraday_plpc": "-0.1173553719008264",
  "current_price": "5.34",
  "lastday_price": "5.34",
  "change_today": "0",
  "qty_available": "2"
}"""
NO_SHARES = """{
   "available_qty": "0",
   "code": 40310000,
   "message": "insufficient underlying qty available for covered call (required: 100, available: 0)",
   "required_qty": "100",
   "symbol": "AAPL240126C00050000",
   "underlying_asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415"
}"""


@pytest.fixture
def closed_at(clock_at):
    """The overview's contract under its own id, with the close of the day before."""
    day = market_calendar.previous_session(clock_at("2024-01-24 10:00").date()).date
    contract = {
        "id": "fe4f43e5-60a4-4269-ba4c-3d304444d58b",
        "symbol": LONG_CALL,
        "close_price": "5.34",
        "close_price_date": day.isoformat(),
    }
    import_contracts(rows=rows(contract))


def test_the_position_is_the_one_that_is_printed(acme, closed_at, overview_market):
    account = make_trader(acme.correspondent, cash="2000", level=2)
    pin(LONG_CALL, "6.00", "6.05")
    trade(account, LONG_CALL, "buy", "2")
    pin(LONG_CALL, "5.30", "5.38", last="5.34")
    own = ApiClient(*make_account_key(account))

    for api, path in (
        (acme.client(), f"/v1/trading/accounts/{account.pk}/positions/{LONG_CALL}"),
        (own, f"/v2/positions/{LONG_CALL}"),
    ):
        shown = api.get(path).json()
        assert json.dumps(shown, indent=2) == POSITION


@pytest.mark.parametrize("body", ORDERS)
def test_each_order_is_taken_as_printed_by_either_door(acme, overview_market, body):
    account = make_trader(acme.correspondent, cash="25000", level=2, shares={"AAPL": 200})
    own = ApiClient(*make_account_key(account))
    doors = ((acme.client(), f"/v1/trading/accounts/{account.pk}/orders"), (own, "/v2/orders"))

    answers = [api.post(path, body) for api, path in doors]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["symbol"] for answer in answers] == [json.loads(body)["symbol"]] * 2
    assert Order.objects.count() == 2


def test_a_covered_call_without_the_shares_answers_the_printed_body(acme, acme_api, overview_market):
    account = make_trader(acme.correspondent, cash="9395", level=1)

    answer = acme_api.post(f"/v1/trading/accounts/{account.pk}/orders", ORDERS[2])

    assert (answer.status_code, answer.json()) == (403, json.loads(NO_SHARES))
    assert str(asset_id_for("AAPL")) == json.loads(NO_SHARES)["underlying_asset_id"]
    assert not Order.objects.exists()


def test_the_trading_account_shows_the_lower_of_both_levels_and_what_options_may_spend(acme, acme_api, overview_market):
    account = make_trader(acme.correspondent, cash="7267.84", level=2)
    path = f"/v1/trading/accounts/{account.pk}/account"

    acme_api.patch(f"{path}/configurations", {"max_options_trading_level": 1})

    shown = acme_api.get(path).json()
    assert (shown["options_approved_level"], shown["options_trading_level"]) == (2, 1)
    assert shown["options_buying_power"] == "7267.84"


def test_the_samples_are_the_contracts_that_the_tests_trade():
    assert [json.loads(body)["symbol"] for body in ORDERS] == [LONG_CALL, PUT, CALL, SMALL_PUT]
