"""Refusals can be searched: by account, symbol, reason and time, in pages (domain rule OR-11)."""

import pytest

from accounts.rules.keys import FULL
from brokerage.errors import BrokerageError
from tests.cast import ApiClient
from tests.factories import make_account_key
from tests.market import CALL, LONG_CALL, PUT, make_trader, submit
from trading.models import Refusal

pytestmark = pytest.mark.django_db
ALL = "/v1/trading/refusals"


@pytest.fixture
def accounts(acme, overview_market, clock_at):
    """Two accounts without cash, whose orders were refused at 10:01, 10:02, 10:03 and 10:04."""
    accounts = [make_trader(acme.correspondent, level=2) for _ in range(2)]
    asked = ((0, LONG_CALL, "buy"), (1, CALL, "sell"), (0, PUT, "sell"), (0, LONG_CALL, "buy"))
    for minute, (number, symbol, side) in enumerate(asked, start=1):
        clock_at(f"2024-01-24 10:0{minute}")
        with pytest.raises(BrokerageError):
            submit(accounts[number], symbol, side)
    return accounts


def found(api, path, **query):
    answer = api.get(path, query)
    assert answer.status_code == 200, answer.content
    return [(row["account_number"], row["symbol"]) for row in answer.json()["refusals"]]


def test_they_are_listed_newest_first_by_account_and_over_all(accounts, acme_api):
    first, second = (account.account_number for account in accounts)
    path = f"/v1/trading/accounts/{accounts[0].pk}/refusals"

    assert found(acme_api, ALL) == [(first, LONG_CALL), (first, PUT), (second, CALL), (first, LONG_CALL)]
    assert found(acme_api, path) == [(first, LONG_CALL), (first, PUT), (first, LONG_CALL)]
    assert found(acme_api, ALL, symbol="PTON") == [(first, LONG_CALL)] * 2
    assert found(acme_api, ALL, symbol=CALL.lower()) == [(second, CALL)]
    assert found(acme_api, ALL, symbol="PTO") == []
    assert found(acme_api, ALL, reason="uncovered_call") == [(second, CALL)]
    assert found(acme_api, ALL, after="2024-01-24T15:01:00Z", until="2024-01-24T15:04:00Z") == [
        (first, PUT),
        (second, CALL),
    ]


def test_one_says_what_was_asked_and_what_was_answered(accounts, acme_api):
    row = acme_api.get(ALL, {"limit": 1}).json()["refusals"][0]

    kept = Refusal.objects.order_by("-pk").first()
    assert (row["id"], row["account_id"], row["reason"]) == (kept.pk, str(accounts[0].pk), kept.reason)
    assert (row["message"], row["response"]["code"]) == ("insufficient options buying power", 40310000)
    assert row["request"]["symbol"] == LONG_CALL
    assert row["refused_at"] == "2024-01-24T15:04:00Z"


def test_pages_go_through_all_of_them(accounts, acme_api):
    seen, token = [], ""
    while token is not None:
        page = acme_api.get(ALL, {"limit": 3, **({"page_token": token} if token else {})}).json()
        seen += [row["id"] for row in page["refusals"]]
        token = page["next_page_token"]

    assert seen == list(Refusal.objects.order_by("-pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    "query",
    [
        {"page_token": "forged"},
        {"page_token": "WyJub3ciLCAiMSJd"},
        {"limit": 0},
        {"limit": 501},
        {"reason": "Not A Reason"},
        {"after": "soon"},
        {"symbol": "x" * 65},
    ],
)
def test_bad_queries_are_refused(acme_api, query):
    answer = acme_api.get(ALL, query)

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)


def test_the_neighbor_and_keys_without_reporting_see_none(accounts, acme, globex_api):
    assert found(globex_api, ALL) == []
    assert globex_api.get(f"/v1/trading/accounts/{accounts[0].pk}/refusals").status_code == 404
    blind = ApiClient(*make_account_key(accounts[0], scopes=FULL | {"reporting": "none"}))
    assert blind.get("/v2/refusals").status_code == 403
    own = ApiClient(*make_account_key(accounts[1]))
    assert found(own, "/v2/refusals") == [(accounts[1].account_number, CALL)]
