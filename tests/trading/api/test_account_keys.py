"""Keys of one account: they open that account's paths below /v2 and nothing else; no other key opens those."""

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.choices import AccountStatus, KeyGrace, Role
from accounts.key_errors import ApiKeyInputInvalid, TooManyKeys
from accounts.models import ApiKey
from accounts.rules.keys import FULL, MOST_KEYS_OF_AN_ACCOUNT, READ_ONLY, KeyTicket
from accounts.services.keys import create_api_key, rotate_api_key
from tests.cast import ApiClient, basic_auth
from tests.factories import make_account, make_account_key, make_staff
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, make_trader, trade
from tests.tenants import MARK, fill
from tests.test_tenancy_walk import ROUTES, secrets_of, walk
from trading.venues.paper import PaperVenue

pytestmark = pytest.mark.django_db
OUT_OF_PLACE = (
    "forbidden: this API key belongs to one account and works on that account's paths below /v2 "
    "(account, orders, positions, watchlists) and on assets, contracts, clock and calendar"
)
NEEDED = (
    "forbidden: this path is about the account that a key belongs to, and this API key is a correspondent's: "
    "use a key of the account, or the same path below /v1/trading/accounts/{account_id}"
)


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash, shares and a long call."""
    account = make_trader(acme.correspondent, cash="25000", level=2, shares={"AAPL": 100})
    trade(account, LONG_CALL, "buy", "2")
    return account


@pytest.fixture
def own(account):
    """A client with a key of the account."""
    return ApiClient(*make_account_key(account))


SAME = (
    "account",
    "account/configurations",
    "account/holds",
    "account/portfolio/history",
    "orders?status=all",
    "positions",
    f"positions/{LONG_CALL}",
    "refusals",
    "watchlists",
)


def test_both_doors_show_the_same_account(account, own, acme_api):
    for path in SAME:
        mine = own.get(f"/v2/{path}")
        theirs = acme_api.get(f"/v1/trading/accounts/{account.pk}/{path}")
        assert (mine.status_code, mine.json()) == (200, theirs.json()), path
    mine = own.get("/v2/account/activities/FILL").json()
    assert mine == acme_api.get(f"/v1/accounts/activities/FILL?account_id={account.pk}").json()
    assert [row["symbol"] for row in mine] == [LONG_CALL]


def test_the_key_sees_the_market_by_either_version(own):
    for path in (
        "clock",
        "calendar?start=2024-01-24&end=2024-01-24",
        "assets",
        "assets/AAPL",
        f"options/contracts/{CALL}",
    ):
        assert [own.get(f"/v{version}/{path}").status_code for version in (1, 2)] == [200, 200], path


def test_an_order_lives_its_life_below_v2(account, own):
    body = {"symbol": CALL, "qty": "1", "side": "sell", "type": "limit", "limit_price": "150", "time_in_force": "day"}
    order = own.post("/v2/orders", body | {"client_order_id": "mine"}).json()
    PaperVenue().submit(order["id"])

    assert own.get(f"/v2/orders/{order['id']}").json()["status"] == "new"
    assert own.get("/v2/orders:by_client_order_id?client_order_id=mine").json()["id"] == order["id"]
    replacement = own.patch(f"/v2/orders/{order['id']}", {"limit_price": "151"}).json()
    assert replacement["replaces"] == order["id"]
    PaperVenue().replace(replacement["id"])
    assert own.delete(f"/v2/orders/{replacement['id']}").status_code == 204
    assert own.delete("/v2/orders").status_code == 207
    PaperVenue().cancel(replacement["id"])
    closing = own.delete(f"/v2/positions/{LONG_CALL}?qty=1")
    assert (closing.status_code, closing.json()["position_intent"]) == (200, "sell_to_close")
    assert own.delete("/v2/positions?cancel_orders=true").status_code == 207


@pytest.mark.parametrize(
    ("method", "path"), [("get", "account"), ("post", "orders"), ("delete", "positions"), ("get", "account/activities")]
)
def test_a_correspondents_key_is_refused_there_in_words(account, acme_api, method, path):
    before = everything()

    answer = getattr(acme_api, method)(f"/v2/{path}")

    assert (answer.status_code, answer.json()) == (403, {"code": 40310000, "message": NEEDED})
    assert everything() == before


def test_an_account_key_is_refused_everywhere_else(account, own, acme):
    before = everything()
    paths = (
        ("get", f"/v1/trading/accounts/{account.pk}/account"),
        ("post", f"/v1/trading/accounts/{account.pk}/orders"),
        ("get", "/v1/accounts"),
        ("get", f"/v1/accounts/{account.pk}"),
        ("get", "/v1/accounts/activities"),
        ("get", "/v1/trading/refusals"),
        ("get", "/v1/accounts/positions"),
        ("post", "/v1/journals"),
        ("post", f"/v1/accounts/{account.pk}/transfers"),
        ("get", "/v1/sandbox/clock"),
    )
    for method, path in paths:
        answer = getattr(own, method)(path)
        assert (answer.status_code, answer.json()) == (403, {"code": 40310000, "message": OUT_OF_PLACE}), path
    assert everything() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/v1/events/trades", "/v2/events/trades", "/v1/events/accounts/status"])
def test_an_account_key_opens_no_stream(acme, path):
    key_id, secret = make_account_key(make_account(acme.correspondent))

    answer = async_to_sync(AsyncClient().get)(path, headers=basic_auth(key_id, secret))

    assert (answer.status_code, answer.json()["message"]) == (403, OUT_OF_PLACE)


def test_nobody_and_a_reading_key_are_kept_out_as_everywhere(account):
    before = everything()

    assert Client().get("/v2/account").status_code == 401
    reader = ApiClient(*make_account_key(account, scopes=READ_ONLY))
    assert reader.get("/v2/account").status_code == 200
    refused = reader.post("/v2/orders", {})
    assert (refused.status_code, "write access to trading is needed" in refused.json()["message"]) == (403, True)
    assert everything() == before


def test_what_the_query_says_of_another_account_does_not_count(account, own, acme):
    other = make_trader(acme.correspondent, cash="10", level=0)

    shown = own.get(f"/v2/account/activities?account_id={other.pk}").json()

    assert {row["account_id"] for row in shown} == {str(account.pk)}


@pytest.mark.django_db(transaction=True)
def test_no_path_shows_or_changes_another_account_of_the_same_correspondent(acme):
    facts = fill(acme)
    facts |= {"secrets": [one for one in secrets_of(facts) if one != acme.key.key_id]}
    neighbor = ApiClient(*make_account_key(make_account(acme.correspondent)))

    assert walk(neighbor, facts) == []
    assert any(route.startswith("v2/watchlists/") for route in ROUTES)
    assert MARK in acme.client().get(f"/v1/trading/accounts/{facts['account_id']}/watchlists").content.decode()


# --- Making them ---------------------------------------------------------------------------------


def ask(admin, number, once="once", **changes):
    ticket = KeyTicket(name="Trading client", scopes=FULL, account_number=number, **changes)
    return create_api_key(actor=admin, correspondent_id=admin.correspondent_id, ticket=ticket, once=once)


@pytest.fixture
def admin(acme):
    return make_staff(Role.ADMIN, acme.correspondent)


def test_a_key_of_an_account_is_made_by_its_number_and_stays_its_when_replaced(acme, admin):
    account = make_account(acme.correspondent)

    key, _ = ask(admin, account.account_number)
    new, secret = rotate_api_key(actor=admin, key_id=key.key_id, grace=KeyGrace.NONE)

    assert (key.account, new.account_id) == (account, account.pk)
    assert ApiClient(new.key_id, secret).get("/v2/account").json()["id"] == str(account.pk)


def test_no_key_is_made_for_what_is_no_customers_account_of_the_correspondent(acme, globex, admin):
    closed = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)
    foreign = make_account(globex.correspondent)

    for number in ("000000000", foreign.account_number, acme.firm_account.account_number, closed.account_number):
        with pytest.raises(ApiKeyInputInvalid, match="account_number"):
            ask(admin, number)
    assert ApiKey.objects.count() == 2


def test_an_account_has_so_many_keys_and_no_more(acme, admin):
    account = make_account(acme.correspondent)
    for number in range(MOST_KEYS_OF_AN_ACCOUNT):
        ask(admin, account.account_number, once=str(number))

    with pytest.raises(TooManyKeys):
        ask(admin, account.account_number)
    ask(admin, "", once="for the correspondent there is room")


def test_the_page_makes_one_and_shows_whose_it_is(acme, admin):
    account = make_account(acme.correspondent)
    desk = Client()
    desk.force_login(admin)
    form = {
        "correspondent": str(acme.correspondent.pk),
        "name": "Charting",
        "access": "full",
        "lifetime": "90d",
        "once": "b" * 32,
    }

    refused = desk.post("/api-keys/new", form | {"account_number": "123"})
    made = desk.post("/api-keys/new", form | {"account_number": f" {account.account_number} "})

    assert (refused.status_code, made.status_code) == (422, 200)
    assert "is no customer" in refused.content.decode()
    assert ApiKey.objects.get(name="Charting").account == account
    for page in ("/api-keys", f"/api-keys/{ApiKey.objects.get(name='Charting').key_id}"):
        assert account.account_number in desk.get(page).content.decode()
