"""Watchlists (contract/trading.md 8.2): by both versions, in order, unique by name, and every bad input."""

import pytest
from alpaca.trading.models import Watchlist as WireWatchlist

from brokerage.errors import NotPermitted
from tests.cast import ApiClient
from tests.factories import make_account, make_account_key, nowhere
from tests.market import CALL, LONG_CALL
from trading.models import Watchlist
from trading.rules.watchlists import MOST_SYMBOLS, MOST_WATCHLISTS
from trading.services.watchlists import create_watchlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    return make_account(acme.correspondent)


@pytest.fixture(params=["v1", "v2"])
def door(request, account, acme_api):
    """A client and the path of the account's watchlists: below /v1 by its id, below /v2 by its key."""
    if request.param == "v1":
        return acme_api, f"/v1/trading/accounts/{account.pk}/watchlists"
    return ApiClient(*make_account_key(account)), "/v2/watchlists"


def symbols(answer):
    assert answer.status_code == 200, answer.content
    WireWatchlist(**answer.json())
    return [asset["symbol"] for asset in answer.json()["assets"]]


def test_a_list_lives_its_life(door, account):
    api, path = door
    made = api.post(path, {"name": " Tech ", "symbols": ["TSLA", "aapl", CALL, "TSLA"]})
    one = f"{path}/{made.json()['id']}"

    assert symbols(made) == ["TSLA", "AAPL", CALL]
    assert (made.json()["name"], made.json()["account_id"]) == ("Tech", str(account.pk))
    assert [asset["class"] for asset in made.json()["assets"]] == ["us_equity", "us_equity", "us_option"]
    assert symbols(api.get(one)) == ["TSLA", "AAPL", CALL]
    (listed,) = api.get(path).json()
    assert (listed["id"], "assets" in listed) == (made.json()["id"], False)
    WireWatchlist(**listed)
    assert symbols(api.post(one, {"symbol": "QS"})) == ["TSLA", "AAPL", CALL, "QS"]
    assert symbols(api.post(one, {"symbol": "TSLA"})) == ["TSLA", "AAPL", CALL, "QS"]
    assert symbols(api.delete(f"{one}/{CALL}")) == ["TSLA", "AAPL", "QS"]
    renamed = api.put(one, {"name": "Cars"})
    assert (renamed.json()["name"], symbols(renamed)) == ("Cars", ["TSLA", "AAPL", "QS"])
    assert symbols(api.put(one, {"symbols": [LONG_CALL]})) == [LONG_CALL]
    assert symbols(api.put(one, {"name": "Cars", "symbols": []})) == []
    gone = api.delete(one)
    assert (gone.status_code, gone.content) == (204 if path.startswith("/v2") else 200, b"")
    assert api.get(one).status_code == api.delete(one).status_code == 404


BAD = [
    ({}, 422, "name: is required"),
    ({"name": None, "symbols": []}, 422, "name: must not be null"),
    ({"name": "  "}, 422, "name: is required"),
    ({"name": "x" * 65}, 422, "name: must have at most 64 characters"),
    ({"name": 7}, 422, "name: must be a string"),
    ({"name": "Tech"}, 422, "watchlist name must be unique"),
    ({"name": "New", "symbols": ["AAPL", "NONE"]}, 422, 'asset "NONE" not found'),
    ({"name": "New", "symbols": ["USD"]}, 422, 'asset "USD" not found'),
    ({"name": "New", "symbols": [""]}, 422, "symbols.0: must not be empty"),
    ({"name": "New", "symbols": [5]}, 422, "symbols.0: must be a string"),
    ({"name": "New", "symbols": ["A"] * (MOST_SYMBOLS + 1)}, 422, "symbols: must be at most 1000"),
]


@pytest.mark.parametrize(("body", "status", "said"), BAD)
def test_what_no_list_can_be_is_refused_and_nothing_is_written(account, acme_api, body, status, said):
    path = f"/v1/trading/accounts/{account.pk}/watchlists"
    acme_api.post(path, {"name": "Tech"})
    before = list(Watchlist.objects.values())

    answer = acme_api.post(path, body)

    assert (answer.status_code, answer.json()["message"]) == (status, said)
    assert list(Watchlist.objects.values()) == before


def test_a_change_is_held_to_the_same(account, acme_api):
    path = f"/v1/trading/accounts/{account.pk}/watchlists"
    first, second = (acme_api.post(path, {"name": name, "symbols": ["AAPL"]}).json()["id"] for name in ("One", "Two"))
    before = list(Watchlist.objects.order_by("pk").values())

    answers = [
        acme_api.put(f"{path}/{second}", {"name": "One"}),
        acme_api.put(f"{path}/{second}", {"symbols": ["NONE"]}),
        acme_api.post(f"{path}/{second}", {"symbol": "NONE"}),
        acme_api.post(f"{path}/{second}", {}),
        acme_api.delete(f"{path}/{second}/TSLA"),
        acme_api.put(f"{path}/{nowhere()}", {"name": "Three"}),
        acme_api.post(f"{path}/{nowhere()}", {"symbol": "AAPL"}),
        acme_api.delete(f"{path}/{nowhere()}/AAPL"),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 404, 404, 404, 404]
    assert answers[4].json()["message"] == "symbol not found: TSLA"
    assert answers[5].json() == {"code": 40410000, "message": f"watchlist not found for {nowhere()}"}
    assert list(Watchlist.objects.order_by("pk").values()) == before
    assert acme_api.put(f"{path}/{first}", {"name": "One"}).status_code == 200


def test_names_are_unique_in_an_account_and_lists_its_own(account, acme, acme_api, globex_api):
    other = make_account(acme.correspondent)
    made = [
        acme_api.post(f"/v1/trading/accounts/{one.pk}/watchlists", {"name": "Tech"}).json()["id"]
        for one in (account, other)
    ]

    assert len(set(made)) == 2
    assert acme_api.get(f"/v1/trading/accounts/{other.pk}/watchlists/{made[0]}").status_code == 404
    assert globex_api.get(f"/v1/trading/accounts/{account.pk}/watchlists").status_code == 404


def test_a_reader_makes_none_and_an_account_has_so_many(account, acme, acme_api):
    with pytest.raises(NotPermitted):
        create_watchlist(actor=acme.reader, account_id=account.pk, name="Mine", symbols=[])
    at = account.created_at
    Watchlist.objects.bulk_create(
        Watchlist(account=account, name=str(number), created_at=at, updated_at=at) for number in range(MOST_WATCHLISTS)
    )

    answer = acme_api.post(f"/v1/trading/accounts/{account.pk}/watchlists", {"name": "One more"})

    assert (answer.status_code, Watchlist.objects.count()) == (422, MOST_WATCHLISTS)
