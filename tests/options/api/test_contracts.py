from base64 import urlsafe_b64encode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from options.choices import AssetStatus
from options.models import Asset, OptionContract
from options.rules.contracts import osi_key, parse_symbol
from options.services.contracts import import_contracts
from tests.options.contracts import SAMPLE, list_contracts, rows

LIST = "/v1/options/contracts"
WEEK = ("AAPL240126C00050000", "PTON240126C00000500", "QS240126P00006500", "TSLA240126P00210000")
LATER = {"expiration_date_gte": "2024-01-01"}


def symbols(response):
    assert response.status_code == 200, response.json()
    return [contract["symbol"] for contract in response.json()["option_contracts"]]


def test_the_overviews_contract_is_shown_as_printed_with_its_multiplier(acme_api, clock_at):
    clock_at("2024-01-24 10:00")
    import_contracts(rows=rows(SAMPLE))

    listed = acme_api.get(LIST, LATER).json()
    found = acme_api.get(f"{LIST}/{SAMPLE['symbol']}").json()

    assert listed == {"option_contracts": [SAMPLE | {"multiplier": "100"}], "next_page_token": None}
    assert found == SAMPLE | {
        "multiplier": "100",
        "deliverables": [
            {
                "type": "equity",
                "symbol": "AAPL",
                "asset_id": SAMPLE["underlying_asset_id"],
                "amount": "100",
                "allocation_percentage": "100",
                "settlement_type": "T+1",
                "settlement_method": "CCC",
                "delayed_settlement": False,
            }
        ],
    }


def test_a_contract_is_found_by_its_id_and_on_both_hosts(acme_api, clock_at):
    clock_at("2024-01-24 10:00")
    import_contracts(rows=rows(SAMPLE))

    by_id = acme_api.get(f"{LIST}/{SAMPLE['id']}").json()

    assert by_id["symbol"] == SAMPLE["symbol"]
    assert acme_api.get(f"/v2/options/contracts/{SAMPLE['symbol']}").json() == by_id
    assert symbols(acme_api.get("/v2/options/contracts", LATER)) == [SAMPLE["symbol"]]


def test_what_is_not_known_of_a_contract_is_left_out(acme_api, overview):
    (contract,) = acme_api.get(LIST, {"underlying_symbols": "QS"}).json()["option_contracts"]

    assert set(contract) == set(SAMPLE) - {
        "open_interest",
        "open_interest_date",
        "close_price",
        "close_price_date",
    } | {"multiplier"}
    assert (contract["strike_price"], contract["size"], contract["type"]) == ("6.5", "100", "put")


@pytest.mark.parametrize("key", ["NOPE", "AAPL", "AAPL260116C00190000", "5b8f7f5e-7d1b-5c0e-9a51-0f3f1c8d2a10"])
def test_an_unknown_contract_is_not_found(acme_api, overview, key):
    response = acme_api.get(f"{LIST}/{key}")

    assert response.status_code == 404
    assert response.json()["code"] == 40410000
    assert response.json()["message"] == f"option contract {key} not found"


@pytest.mark.parametrize(("at", "status"), [("15:59:59", "active"), ("16:00:00", "inactive")])
def test_a_contract_is_inactive_as_soon_as_its_last_session_has_closed(acme_api, overview, clock_at, at, status):
    clock_at(f"2024-01-26 {at}")
    ended = "AAPL240126C00050000"

    found = acme_api.get(f"{LIST}/{ended}").json()
    assert (found["status"], found["tradable"]) == (status, status == "active")
    assert (ended in symbols(acme_api.get(LIST, LATER))) == (status == "active")
    assert (ended in symbols(acme_api.get(LIST, LATER | {"status": "inactive"}))) == (status == "inactive")
    assert Asset.objects.get(symbol=ended).status == AssetStatus.ACTIVE  # The sweep that retires has not come yet.


def test_without_a_date_the_list_ends_with_the_upcoming_weekend(acme_api, overview, clock_at):
    assert symbols(acme_api.get(LIST)) == list(WEEK)

    clock_at("2024-02-26 09:00")
    assert "QS240301C00006500" in symbols(acme_api.get(LIST))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"underlying_symbols": "QS,TSLA"}, ["QS240126P00006500", "TSLA240126P00210000"]),
        ({"underlying_symbols": " QS , NOPE "}, ["QS240126P00006500"]),
        ({"underlying_symbols": "NOPE"}, []),
        ({"root_symbol": "PTON"}, ["PTON240126C00000500"]),
        ({"type": "put"}, ["QS240126P00006500", "TSLA240126P00210000"]),
        ({"style": "american"}, list(WEEK)),
        ({"style": "european"}, []),
        ({"expiration_date": "2024-02-23"}, ["AAPL240223C00095000"]),
        ({"expiration_date_gte": "2024-02-23", "type": "put"}, ["QS240301P00006500"]),
        (
            {"expiration_date_lte": "2024-02-23", "underlying_symbols": "AAPL"},
            ["AAPL240126C00050000", "AAPL240223C00095000"],
        ),
        ({"expiration_date_gte": "2024-02-24", "expiration_date_lte": "2024-02-29"}, []),
        ({"strike_price_gte": "6.5", "strike_price_lte": "50"}, ["AAPL240126C00050000", "QS240126P00006500"]),
        ({"strike_price_gte": "6.501", "strike_price_lte": "49.999"}, []),
        ({"ppind": "True"}, list(WEEK)),
        ({"ppind": "false"}, []),
        ({"status": "inactive"}, []),
        ({"unheard_of": "yes", "type": ""}, list(WEEK)),
    ],
    ids=str,
)
def test_a_filter_keeps_what_it_names(acme_api, overview, query, found):
    assert symbols(acme_api.get(LIST, query)) == found


def test_a_contract_outside_the_penny_program_is_found_as_such(acme_api, overview):
    list_contracts("ZZZZ240126C00010000")

    assert symbols(acme_api.get(LIST, {"ppind": "false"})) == ["ZZZZ240126C00010000"]
    assert symbols(acme_api.get(LIST, {"ppind": "true"})) == list(WEEK)


def test_the_inactive_are_listed_apart(acme_api, overview):
    Asset.objects.filter(symbol="QS240126P00006500").update(status=AssetStatus.INACTIVE)

    assert symbols(acme_api.get(LIST, {"status": "inactive"})) == ["QS240126P00006500"]
    assert "QS240126P00006500" not in symbols(acme_api.get(LIST))


def test_deliverables_are_listed_where_they_are_asked_for(acme_api, overview):
    shown = acme_api.get(LIST, {"show_deliverables": "True"}).json()["option_contracts"]

    assert {contract["deliverables"][0]["symbol"] for contract in shown} == {"AAPL", "PTON", "QS", "TSLA"}
    assert "deliverables" not in acme_api.get(LIST).json()["option_contracts"][0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "10001"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"status": "gone"}, "status"),
        ({"type": "straddle"}, "type"),
        ({"style": "asian"}, "style"),
        ({"expiration_date": "soon"}, "expiration_date"),
        ({"expiration_date_gte": "2024-13-01"}, "expiration_date_gte"),
        ({"expiration_date_lte": "2024-02-30"}, "expiration_date_lte"),
        ({"strike_price_gte": "high"}, "strike_price_gte"),
        ({"strike_price_lte": "NaN"}, "strike_price_lte"),
        ({"show_deliverables": "perhaps"}, "show_deliverables"),
        ({"ppind": "perhaps"}, "ppind"),
        ({"page_token": "none of yours"}, "page_token"),
        ({"page_token": urlsafe_b64encode(b'["a","b"]').decode()}, "page_token"),
        ({"page_token": urlsafe_b64encode(rb'["\u0000"]').decode()}, "page_token"),
        ({"page_token": urlsafe_b64encode(rb'["\ud800"]').decode()}, "page_token"),
        ({"page_token": urlsafe_b64encode(b"[" * 20_000).decode()}, "page_token"),
    ],
    ids=str,
)
def test_a_bad_parameter_is_named(acme_api, overview, query, field):
    response = acme_api.get(LIST, query)

    assert (response.status_code, response.json()["code"]) == (422, 40010001)
    assert response.json()["message"].startswith(field)


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_hold_every_contract_once_and_in_order(acme_api, overview, limit):
    query, found = {**LATER, "limit": limit}, []
    while True:
        page = acme_api.get(LIST, query).json()
        assert len(page["option_contracts"]) <= limit
        found += [contract["symbol"] for contract in page["option_contracts"]]
        if page["next_page_token"] is None:
            break
        query["page_token"] = page["next_page_token"]

    assert found == sorted(found, key=lambda symbol: osi_key(parse_symbol(symbol)))
    assert len(found) == len(set(found)) == 7


def test_a_page_that_is_exactly_full_is_the_last(acme_api, overview):
    assert acme_api.get(LIST, {**LATER, "limit": 7}).json()["next_page_token"] is None


@pytest.mark.parametrize("count", [1, 400])
def test_a_list_costs_the_same_queries_whatever_its_length(acme_api, clock_at, count):
    clock_at("2024-01-24 10:00")
    list_contracts(*(f"AAPL240126C{strike:08d}" for strike in range(1_000, 1_000 + count)))

    with CaptureQueriesContext(connection) as queries:
        response = acme_api.get(LIST, {"limit": 10_000})

    assert len(response.json()["option_contracts"]) == count == OptionContract.objects.count()
    assert len(queries) == 3, "the key, the clock, the list"


@pytest.mark.parametrize("path", [LIST, f"{LIST}/{SAMPLE['symbol']}", "/v2/options/contracts"])
def test_nobody_is_shown_a_contract(db, path):
    response = Client().get(path)

    assert (response.status_code, response.json()["code"]) == (401, 40110000)


def test_every_partner_sees_the_same_master(acme_api, globex_api, overview):
    assert symbols(acme_api.get(LIST)) == symbols(globex_api.get(LIST)) == list(WEEK)


def test_the_cash_of_an_adjusted_contract_is_listed_beside_its_shares(acme_api, clock_at):
    clock_at("2024-01-24 10:00")
    adjusted = {"symbol": "QS1240301C00006500", "underlying_symbol": "QS", "size": "12", "deliverable_cash": "57.13"}
    import_contracts(rows=rows(adjusted))

    shown = acme_api.get(f"{LIST}/{adjusted['symbol']}").json()

    assert shown["size"] == "12"
    assert [(one["type"], one["symbol"], one["amount"]) for one in shown["deliverables"]] == [
        ("equity", "QS", "12"),
        ("cash", "USD", "57.13"),
    ]
    assert "asset_id" not in shown["deliverables"][1]
