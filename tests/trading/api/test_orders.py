"""Orders over HTTP: the overview's samples, every documented refusal, and tenancy."""

import json
from decimal import Decimal
from uuid import UUID

import pytest
from alpaca.broker.models.trading import Order as WireOrder
from alpaca.trading.models import Position as WirePosition

from tests.factories import nowhere
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, PUT, SMALL_PUT, give_cash, make_trader, pin, trade
from trading.models import Order
from trading.venues.paper import PaperVenue

pytestmark = pytest.mark.django_db
SAMPLES = {
    symbol: {"symbol": symbol, "qty": "1", "side": side, "type": "market", "time_in_force": "day"}
    for symbol, side in ((LONG_CALL, "buy"), (PUT, "buy"), (CALL, "sell"), (SMALL_PUT, "sell"))
}


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and a hundred shares."""
    return make_trader(acme.correspondent, cash="25000", level=2, shares={"AAPL": 100})


def orders_path(account):
    return f"/v1/trading/accounts/{account.pk}/orders"


def body(**changes):
    return {"symbol": CALL, "qty": "1", "side": "sell", "type": "market", "time_in_force": "day"} | changes


@pytest.mark.parametrize("symbol", SAMPLES)
def test_the_overviews_order_samples_are_accepted_as_printed(account, acme_api, symbol):
    answer = acme_api.post(orders_path(account), SAMPLES[symbol])

    assert answer.status_code == 200
    order = WireOrder(**answer.json())
    assert (order.symbol, order.qty, order.status.value) == (symbol, "1", "pending_new")
    assert answer.json()["asset_class"] == "us_option"


@pytest.mark.parametrize(
    ("symbol", "refusal"),
    [
        (LONG_CALL, {"code": 40310000, "message": "account not eligible for level2 options trading"}),
        (PUT, {"code": 40310000, "message": "account not eligible for level2 options trading"}),
        (
            CALL,
            {
                "available_qty": "0",
                "code": 40310000,
                "message": "insufficient underlying qty available for covered call (required: 100, available: 0)",
                "required_qty": "100",
                "symbol": CALL,
            },
        ),
        (
            SMALL_PUT,
            {
                "buying_power": "639.99",
                "code": 40310000,
                "message": "insufficient options buying power for cash-secured put (required: 640, available: 639.99)",
                "required_options_buying_power": "640",
            },
        ),
    ],
)
def test_the_overviews_order_samples_are_refused_as_printed(acme, acme_api, overview_market, symbol, refusal):
    account = make_trader(acme.correspondent, cash="639.99", level=1)
    before = everything()

    answer = acme_api.post(orders_path(account), SAMPLES[symbol])

    assert answer.status_code == 403
    found = answer.json()
    if symbol == CALL:
        from options.models import Asset

        assert found.pop("underlying_asset_id") == str(Asset.objects.get(symbol="AAPL").pk)
    assert found == refusal
    assert everything() == before


def test_too_little_for_the_premium_answers_the_printed_body(acme, acme_api, overview_market):
    account = make_trader(acme.correspondent, cash="7267.84")
    pin(LONG_CALL, "3.70", "3.80")

    answer = acme_api.post(orders_path(account), body(symbol=LONG_CALL, side="buy", qty="100"))

    assert (answer.status_code, answer.json()) == (
        403,
        {
            "options_buying_power": "7267.84",
            "code": 40310000,
            "cost_basis": "38000",
            "message": "insufficient options buying power",
        },
    )


def test_the_cash_secured_put_of_the_overview_needs_20310(acme, acme_api, overview_market):
    account = make_trader(acme.correspondent, cash="9395")

    answer = acme_api.post(orders_path(account), body(symbol=PUT, type="limit", limit_price="6.90"))

    assert (answer.status_code, answer.json()) == (
        403,
        {
            "buying_power": "9395",
            "code": 40310000,
            "message": "insufficient options buying power for cash-secured put (required: 20310, available: 9395)",
            "required_options_buying_power": "20310",
        },
    )
    give_cash(account, "10915")
    assert acme_api.post(orders_path(account), body(symbol=PUT, type="limit", limit_price=6.9)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"qty": "many"}, "qty"),
        ({"qty": True}, "qty"),
        ({"qty": {"a": 1}}, "qty"),
        ({"qty": "NaN"}, "qty"),
        ({"qty": "Infinity"}, "qty"),
        ({"qty": "1e400"}, "qty"),
        ({"limit_price": "cheap"}, "limit_price"),
        ({"symbol": 7}, "symbol"),
        ({"symbol": "A" * 65}, "symbol"),
        ({"side": ["buy"]}, "side"),
        ({"extended_hours": "maybe"}, "extended_hours"),
        ({"client_order_id": 7}, "client_order_id"),
    ],
)
def test_wrong_types_are_named_by_field(account, acme_api, changes, field):
    before = everything()

    answer = acme_api.post(orders_path(account), body(**changes))

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)
    assert field in answer.json()["errors"]
    assert everything() == before


@pytest.mark.parametrize("raw", [b"{", b"nonsense", b'{"qty": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_a_malformed_body(account, acme_api, raw):
    answer = acme_api.post(orders_path(account), raw)

    assert (answer.status_code, answer.json()) == (400, {"code": 40010000, "message": "failed to decode request body"})


@pytest.mark.parametrize("raw", [b"[]", b'"order"', b"7", b"null"])
def test_what_is_no_object_is_a_malformed_body(account, acme_api, raw):
    answer = acme_api.post(orders_path(account), raw)

    assert (answer.status_code, answer.json()["code"]) == (400, 40010000)


def test_a_multi_leg_order_as_the_client_library_sends_it_is_refused_by_name(account, acme_api):
    legs = [{"symbol": CALL, "ratio_qty": 1.0, "side": "buy"}, {"symbol": PUT, "ratio_qty": 1.0, "side": "buy"}]

    answer = acme_api.post(
        orders_path(account),
        {"qty": 1.0, "order_class": "mleg", "type": "market", "time_in_force": "day", "legs": legs},
    )

    assert (answer.status_code, answer.json()) == (
        422,
        {"code": 42210000, "message": "complex orders not supported for options trading"},
    )


def test_a_contract_is_named_by_its_id_or_with_its_root_padded_too(account, acme_api):
    asset_id = acme_api.get(f"/v1/options/contracts/{LONG_CALL}").json()["id"]

    for named in (asset_id, "PTON  240126C00000500"):
        answer = acme_api.post(orders_path(account), body(symbol=named, side="buy"))
        assert (answer.status_code, answer.json()["symbol"]) == (200, LONG_CALL)


def test_shares_are_ordered_until_canceled_and_contracts_for_the_day_only(account, acme_api):
    asked = {"symbol": "AAPL", "side": "buy", "type": "limit", "limit_price": "1.00", "time_in_force": "gtc"}

    answer = acme_api.post(orders_path(account), body(**asked))

    assert (answer.status_code, answer.json()["time_in_force"]) == (200, "gtc")
    assert answer.json()["expires_at"] == "2024-04-23T20:15:00Z"


def test_an_order_is_replaced_over_http_as_the_client_library_does(account, acme_api):
    first = acme_api.post(orders_path(account), body(symbol=LONG_CALL, side="buy", type="limit", limit_price="2.00"))
    order = f"{orders_path(account)}/{first.json()['id']}"
    assert acme_api.patch(order, {"limit_price": "2.10"}).json() == {
        "code": 42210000,
        "message": "cannot replace order in pending_new status",
    }
    PaperVenue().submit(UUID(first.json()["id"]))

    answer = acme_api.patch(order, {"qty": 2, "limit_price": 2.1})

    replacement = WireOrder(**answer.json())
    assert (answer.status_code, replacement.qty, replacement.limit_price) == (200, "2", "2.1")
    assert str(replacement.replaces) == first.json()["id"]
    PaperVenue().replace(replacement.id)
    replaced = WireOrder(**acme_api.get(order).json())
    assert (replaced.status.value, replaced.replaced_by) == ("replaced", replacement.id)
    assert replaced.replaced_at is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"qty": "many"}, "qty"),
        ({"limit_price": []}, "limit_price"),
        ({"qty": 1.5}, "qty"),
        ({"qty": 2, "advanced_instructions": {"algorithm": "VWAP"}}, "instructions"),
    ],
)
def test_a_replacement_of_the_wrong_shape_is_named_by_field(account, acme_api, changes, field):
    first = acme_api.post(orders_path(account), body(symbol=LONG_CALL, side="buy", type="limit", limit_price="2.00"))
    PaperVenue().submit(UUID(first.json()["id"]))
    before = everything()

    answer = acme_api.patch(f"{orders_path(account)}/{first.json()['id']}", changes)

    assert answer.status_code == 422
    assert field in answer.json()["message"]
    assert everything() == before


def test_numbers_and_strings_are_the_same_quantity(account, acme_api):
    for quantity in (1, 1.0, "1", "1.0"):
        answer = acme_api.post(orders_path(account), body(symbol=LONG_CALL, side="buy", qty=quantity))
        assert (answer.status_code, answer.json()["qty"]) == (200, "1")


def test_a_duplicate_client_order_id_is_refused(account, acme_api):
    acme_api.post(orders_path(account), body(client_order_id="mine"))
    before = everything()

    answer = acme_api.post(orders_path(account), body(client_order_id="mine"))

    assert (answer.status_code, answer.json()) == (422, {"code": 40010001, "message": "client_order_id must be unique"})
    assert everything() == before


@pytest.mark.parametrize(
    "path", ["orders", "orders/0", "positions", "positions/AAPL", "account", "account/configurations"]
)
def test_another_correspondents_account_does_not_exist(account, globex_api, client, path):
    url = f"/v1/trading/accounts/{account.pk}/{path}"

    assert globex_api.get(url).status_code == 404
    assert globex_api.get(url).json()["code"] == 40410000
    assert client.get(url).status_code == 401
    assert client.get(url).json() == {"code": 40110000, "message": "unauthorized"}


def test_an_order_for_another_correspondents_account_changes_nothing(account, globex_api):
    before = everything()

    answer = globex_api.post(orders_path(account), body())

    assert (answer.status_code, answer.json()) == (404, {"code": 40410000, "message": "account not found"})
    assert everything() == before


def test_a_wrong_secret_is_nobody(account, acme):
    from tests.cast import ApiClient

    answer = ApiClient(acme.key.key_id, "wrong").post(orders_path(account), body())

    assert (answer.status_code, answer.json()) == (401, {"code": 40110000, "message": "unauthorized"})


def test_orders_are_read_by_id_by_client_id_and_in_lists(account, acme_api):
    made = [
        acme_api.post(orders_path(account), body(symbol="QS", side="buy", client_order_id=f"mine-{number}")).json()
        for number in range(3)
    ]
    filled = trade(account, LONG_CALL, "buy")

    assert acme_api.get(f"{orders_path(account)}/{made[0]['id']}").json() == made[0]
    by_client_id = acme_api.get(f"{orders_path(account)}:by_client_order_id", {"client_order_id": "mine-1"})
    assert by_client_id.json() == made[1]

    def listed(**query):
        return [order["id"] for order in acme_api.get(orders_path(account), query).json()]

    newest_first = [order["id"] for order in reversed(made)]
    assert listed() == newest_first
    assert listed(direction="asc", limit=2) == newest_first[::-1][:2]
    assert listed(status="closed") == [str(filled.pk)]
    assert listed(status="all") == [str(filled.pk), *newest_first]
    assert listed(symbols="QS,ZZ", side="buy") == newest_first
    assert listed(status="all", asset_class="us_option", symbols="PTON") == [str(filled.pk)]


@pytest.mark.parametrize(
    "query", [{"status": "some"}, {"limit": "0"}, {"limit": "501"}, {"after": "then"}, {"direction": "up"}]
)
def test_a_bad_query_is_named(account, acme_api, query):
    answer = acme_api.get(orders_path(account), query)

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)
    assert list(answer.json()["errors"]) == list(query)


def test_an_order_that_does_not_exist_is_named(account, acme_api):
    for order_id in (str(nowhere()), "nonsense"):
        for method in (acme_api.get, acme_api.delete):
            answer = method(f"{orders_path(account)}/{order_id}")
            assert (answer.status_code, answer.json()) == (
                404,
                {"code": 40410000, "message": f"order not found for {order_id}"},
            )


def test_one_order_and_all_orders_are_cancelled(account, acme_api):
    one = trade(account, LONG_CALL, "buy", limit="5.00")
    for _ in range(2):
        trade(account, LONG_CALL, "buy", limit="5.00")

    answer = acme_api.delete(f"{orders_path(account)}/{one.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    answer = acme_api.delete(orders_path(account))
    assert answer.status_code == 207
    assert [(row["status"], row["body"]["status"]) for row in answer.json()] == [(200, "pending_cancel")] * 3
    assert set(Order.objects.values_list("status", flat=True)) == {"pending_cancel"}


def test_a_position_is_shown_in_the_overviews_arithmetic(account, acme_api):
    pin(LONG_CALL, "6.00", "6.05")
    trade(account, LONG_CALL, "buy", "2")
    pin(LONG_CALL, "5.30", "5.38", last="5.34")

    answer = acme_api.get(f"/v1/trading/accounts/{account.pk}/positions/{LONG_CALL}").json()

    assert {
        name: answer[name]
        for name in (
            "symbol",
            "exchange",
            "asset_class",
            "asset_marginable",
            "qty",
            "avg_entry_price",
            "side",
            "market_value",
            "cost_basis",
            "unrealized_pl",
            "unrealized_plpc",
            "current_price",
            "qty_available",
            "unrealized_intraday_pl",
            "unrealized_intraday_plpc",
        )
    } == {
        "symbol": LONG_CALL,
        "exchange": "",
        "asset_class": "us_option",
        "asset_marginable": True,
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
        "qty_available": "2",
    }
    listed = acme_api.get(f"/v1/trading/accounts/{account.pk}/positions").json()
    assert [WirePosition(**one).symbol for one in listed] == ["AAPL", LONG_CALL]


def test_without_a_quote_a_position_is_shown_and_says_why(account, acme_api):
    trade(account, LONG_CALL, "buy")
    pin(LONG_CALL, None, "9.99")
    from options.models import PinnedQuote

    PinnedQuote.objects.filter(asset__symbol=LONG_CALL).update(
        bid_price=None, ask_price=None, last_price=Decimal("0.01")
    )
    answer = acme_api.get(f"/v1/trading/accounts/{account.pk}/positions/{LONG_CALL}")

    assert answer.json()["current_price"] == "0.01"


def test_a_position_that_is_not_there_does_not_exist(account, acme_api):
    for named in (LONG_CALL, "ZZZZ", str(nowhere())):
        answer = acme_api.get(f"/v1/trading/accounts/{account.pk}/positions/{named}")
        assert (answer.status_code, answer.json()) == (404, {"code": 40410000, "message": "position does not exist"})


def test_the_trading_account_shows_balances_and_levels(account, acme_api):
    from alpaca.broker.models.accounts import TradeAccount

    trade(account, PUT, "sell")

    answer = acme_api.get(f"/v1/trading/accounts/{account.pk}/account").json()

    assert TradeAccount(**answer).options_trading_level == 2
    assert (answer["cash"], answer["options_buying_power"]) == ("25690", "4690")
    assert (answer["options_approved_level"], answer["options_trading_level"]) == (2, 2)
    # 25690 in cash, 100 shares at 190, one short put marked at the middle of 6.90 and 7.00
    assert (answer["long_market_value"], answer["short_market_value"]) == ("19000", "-695")
    assert answer["equity"] == "43995"


def test_a_lower_cap_lowers_the_level_at_once_and_closing_still_works(account, acme_api):
    trade(account, LONG_CALL, "buy")
    acme_api.patch(f"/v1/trading/accounts/{account.pk}/account/configurations", {"max_options_trading_level": 0})

    assert acme_api.get(f"/v1/trading/accounts/{account.pk}/account").json()["options_trading_level"] == 0
    opening = acme_api.post(orders_path(account), body(symbol=LONG_CALL, side="buy"))
    assert (opening.status_code, opening.json()["message"]) == (403, "account not eligible for level2 options trading")
    assert acme_api.post(orders_path(account), body(symbol=LONG_CALL)).status_code == 200


def test_every_answer_has_a_request_id(account, acme_api, client):
    for answer in (acme_api.get(orders_path(account)), client.get("/v1/nowhere"), client.get(orders_path(account))):
        assert len(answer["X-Request-ID"]) == 32
        json.loads(answer.content)


def test_an_unknown_path_and_method_answer_json(account, acme_api):
    assert acme_api.get("/v1/nowhere").json() == {"code": 40410000, "message": "endpoint not found"}
    answer = acme_api.generic("PUT", orders_path(account))
    assert (answer.status_code, answer.json()["code"]) == (405, 40510000)


def test_a_host_that_is_not_served_and_a_bare_version_answer_json(acme_api):
    refused = acme_api.get("/v1/clock", headers={"Host": "elsewhere.example"})
    assert (refused.status_code, refused.json()) == (400, {"code": 40010000, "message": "bad request"})
    for path in ("/v1", "/v2"):
        assert acme_api.get(path).json() == {"code": 40410000, "message": "endpoint not found"}
