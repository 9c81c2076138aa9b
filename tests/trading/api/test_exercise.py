"""Exercise over HTTP: the overview's samples, quantities as they are sent, and refusals as they are published."""

import json

import pytest

from tests.cast import ApiClient
from tests.factories import make_account_key, nowhere
from tests.ledger import everything
from tests.market import held, make_trader, pin, trade
from tests.options.contracts import list_contracts
from trading.models import Instruction

pytestmark = pytest.mark.django_db
CALL, PUT = "QS240301C00006500", "QS240301P00006500"
CALL_SAMPLE = """
{
  "activity_type": "OPEXC",
  "date": "2024-02-27",
  "net_amount": "0",
  "description": "Option Exercise",
  "symbol": "QS240301C00006500",
  "qty": "-1",
  "status": "executed"
},

{
  "activity_type": "OPTRD",
  "date": "2024-02-27",
  "net_amount": "-650",
  "description": "Option Trade",
  "symbol": "QS",
  "qty": "100",
  "price": "6.5",
  "status": "executed"
}
"""
PUT_SAMPLE = """
{
  "activity_type": "OPEXC",
  "date": "2024-02-27",
  "net_amount": "0",
  "description": "Option Exercise",
  "symbol": "QS240301P00006500",
  "qty": "-1",
  "status": "executed"
},

{
  "activity_type": "OPTRD",
  "date": "2024-02-27",
  "net_amount": "650",
  "description": "Option Trade",
  "symbol": "QS",
  "qty": "-100",
  "price": "6.5",
  "status": "executed"
}
"""


@pytest.fixture
def account(acme, clock_at):
    """An account with two calls in the money and a put at the money, shares, and cash for both calls."""
    clock_at("2024-02-27 10:00")
    list_contracts(CALL, PUT)
    pin("QS", "6.80", "6.80", last="6.80")
    pin(CALL, "0.30", "0.30")
    pin(PUT, "0.05", "0.05")
    account = make_trader(acme.correspondent, cash="2000", level=2, shares={"QS": 100})
    trade(account, CALL, "buy", "2")
    trade(account, PUT, "buy", "1")
    return account


def path(account, symbol=CALL):
    return f"/v1/trading/accounts/{account.pk}/positions/{symbol}/exercise"


@pytest.mark.parametrize(
    ("symbol", "last", "sample"), [(CALL, "6.80", CALL_SAMPLE), (PUT, "6.10", PUT_SAMPLE)], ids=["call", "put"]
)
def test_the_activities_are_the_ones_that_are_printed(account, acme_api, symbol, last, sample):
    pin("QS", last, last, last=last)

    answer = acme_api.post(path(account, symbol), {"qty": "1"})
    rows = acme_api.get(
        f"/v1/accounts/activities?account_id={account.pk}&activity_types=OPEXC,OPTRD&direction=asc"
    ).json()

    assert answer.status_code == 200
    expected = json.loads(f"[{sample}]")
    assert len(rows) == 2
    for row, printed in zip(rows, expected, strict=True):
        named = ["id", "account_id", *printed]
        assert list(row)[: len(named)] == named
        assert {name: row[name] for name in printed} == printed
        assert row["id"].startswith("20240227000000000::")
        assert row["account_id"] == str(account.pk)
    assert rows[0]["group_id"] == rows[1]["group_id"] == str(Instruction.objects.get().group_id)


@pytest.mark.parametrize(
    ("body", "exercised", "remaining"),
    [
        ({}, "2", "0"),
        ({"qty": 1.0}, "1", "1"),
        ({"qty": "1.0"}, "1", "1"),
        ({"qty": 2, "commission": 0}, "2", "0"),
        ({"qty": None, "commission": None}, "2", "0"),
    ],
)
def test_a_quantity_may_be_a_number_a_string_or_left_out(account, acme_api, body, exercised, remaining):
    answer = acme_api.post(path(account), body)

    assert (answer.status_code, answer.json()) == (200, {"qty_exercised": exercised, "qty_remaining": remaining})


def test_what_is_sent_again_under_the_same_key_exercises_once(account, acme_api):
    sent_as = {"headers": {"Idempotency-Key": "exercise of Tuesday"}}

    first, again = (acme_api.post(path(account), {"qty": "1"}, **sent_as) for _ in range(2))

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (held(account, CALL), held(account, "QS")) == (1, 200)
    before = everything()
    other = acme_api.post(path(account), {"qty": "2"}, **sent_as)
    empty = acme_api.post(path(account), {"qty": "1"}, headers={"Idempotency-Key": ""})
    assert (other.status_code, other.json()["message"]) == (409, "this was already sent for another exercise")
    assert (empty.status_code, list(empty.json()["errors"])) == (422, ["Idempotency-Key"])
    assert everything() == before


def test_an_accounts_own_key_exercises_on_the_trading_host(account):
    own = ApiClient(*make_account_key(account))

    answer = own.post(f"/v2/positions/{CALL}/exercise")

    assert answer.status_code == 200
    assert held(account, "QS") == 300


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        ({"qty": "3"}, 403, 40310000, "insufficient qty available (requested: 3, available: 2)"),
        (
            {"qty": 1e30},
            403,
            40310000,
            "insufficient qty available (requested: 1000000000000000000000000000000, available: 2)",
        ),
        ({"qty": 1.5}, 422, 42210000, "qty must be integer for options trading"),
        ({"qty": 0}, 422, 42210000, "qty must be > 0"),
        ({"qty": "NaN"}, 422, 40010001, None),
        ({"qty": True}, 422, 40010001, None),
        ({"qty": [1]}, 422, 40010001, None),
        ({"commission": 0.25}, 422, 42210000, "exercise commission not allowed for account"),
        ({"commission": "-1"}, 422, 42210000, "negative exercise commission is prohibited"),
        ([], 400, 40010000, None),
    ],
)
def test_what_cannot_be_is_refused_as_published_and_nothing_moves(account, acme_api, body, status, code, message):
    before = held(account, CALL), held(account, "QS"), held(account, "USD")

    answer = acme_api.post(path(account), body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert message is None or answer.json()["message"] == message
    assert (held(account, CALL), held(account, "QS"), held(account, "USD")) == before
    assert not Instruction.objects.exists()


def test_after_the_close_it_says_so_and_when_the_market_opens(account, acme_api, clock_at):
    clock_at("2024-02-27 16:00:01")

    answer = acme_api.post(path(account))

    assert answer.status_code == 403
    assert answer.json() == {
        "code": 40310000,
        "message": "exercise requests are not accepted after market close until midnight",
        "next_open": "2024-02-28T14:30:00Z",
    }


@pytest.mark.parametrize(
    ("symbol", "status", "code", "message"),
    [
        ("QS240301C00009000", 404, 40410000, "long position not found: QS240301C00009000"),
        ("QS", 422, 42210000, "invalid symbol_or_contract_id"),
        ("%20", 422, 42210000, "symbol missing"),
    ],
)
def test_what_is_not_held_is_not_found(account, acme_api, symbol, status, code, message):
    answer = acme_api.post(path(account, symbol))

    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (status, code, message)


def test_out_of_the_money_leads_to_support(account, acme_api):
    pin("QS", "6.00", "6.00", last="6.00")

    answer = acme_api.post(path(account))

    assert answer.status_code == 403
    assert answer.json()["message"] == (
        "you are attempting to exercise an out of the money option contract, "
        "please contact support to complete this request"
    )


def test_a_neighbor_exercises_nothing(account, globex_api):
    before = everything()

    for one in (path(account), f"/v1/trading/accounts/{nowhere()}/positions/{CALL}/exercise"):
        assert globex_api.post(one).status_code == 404

    assert everything() == before
