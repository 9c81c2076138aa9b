"""Text that PostgreSQL cannot hold is refused at the door: in the address, and in JSON bodies."""

import pytest

from brokerage.models import Event
from brokerage.wire import is_storable
from tests.factories import make_account
from trading.models import LedgerTransaction, Order

SENTENCE = "must not hold null characters or halves of surrogate pairs"


@pytest.mark.parametrize(
    ("text", "storable"),
    [("", True), ("café 👍", True), ("a\x00", False), ("é\x00", False), ("\ud83d", False), ("a\udc4d", False)],
)
def test_postgresql_holds_any_text_but_null_characters_and_half_pairs(text, storable):
    assert is_storable(text) is storable


@pytest.mark.parametrize(
    "address",
    [
        "/v1/accounts?query=%00",
        "/v1/accounts?other=%00",
        "/v1/options/contracts?underlying_symbols=A%00",
        "/v1/options/contracts/a%00",
        "/v1/assets/a%00",
        "/v1/clock?%00",
        "/v1/nowhere%00",
    ],
)
def test_an_address_with_a_null_character_is_malformed(acme_api, address):
    response = acme_api.get(address)

    assert response.status_code == 400
    assert response.json() == {"code": 40010000, "message": f"the address {SENTENCE}"}


@pytest.mark.parametrize("address", ["/accounts?query=%00", "/search?q=%00", "/accounts%00", "/sign-in?next=%00"])
def test_a_page_with_a_null_character_in_its_address_says_so(client, ops, address):
    client.force_login(ops)

    response = client.get(address)

    assert response.status_code == 400
    assert f"the address {SENTENCE}" in response.content.decode()
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v1/trading/accounts/{account}/orders", ("symbol", "client_order_id")),
        ("/v1/journals", ("description", "to_account", "entry_type")),
        ("/v1/accounts/{account}/options/approval", ("options_trading_level", "note")),
        ("/v1/accounts", ("enabled_assets",)),
    ],
)
def test_a_body_with_text_that_cannot_be_stored_is_malformed_and_writes_nothing(acme, acme_api, path, fields, text):
    account = make_account(acme.correspondent)
    events = Event.objects.count()

    for field in fields:
        response = acme_api.post(path.format(account=account.pk), {field: text})

        assert response.status_code == 400
        assert response.json() == {"code": 40010000, "message": f"{field} {SENTENCE}"}
    assert (Event.objects.count(), Order.objects.count(), LedgerTransaction.objects.count()) == (events, 0, 0)


def test_a_backslash_before_a_u_is_no_null_character(acme_api):
    response = acme_api.post("/v1/journals", b'{"description": "\\\\u0000"}')

    assert (response.status_code, response.json()["code"]) == (400, 40010001)
