from base64 import b64encode

import pytest
from django.test import Client

from brokerage import clock
from tests.factories import make_account, nowhere

PATHS = [
    ("GET", "/v1/accounts"),
    ("POST", "/v1/accounts"),
    ("GET", f"/v1/accounts/{nowhere()}"),
    ("PATCH", f"/v1/accounts/{nowhere()}"),
    ("GET", f"/v1/trading/accounts/{nowhere()}/account/configurations"),
    ("PATCH", f"/v1/trading/accounts/{nowhere()}/account/configurations"),
]


def basic(text):
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


def status_of(headers, method="GET", path="/v1/accounts"):
    response = Client(headers=headers).generic(method, path, "{}", "application/json")
    if response.status_code == 401:
        assert response.json() == {"code": 40110000, "message": "unauthorized"}
    return response.status_code


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_nobody_gets_in(acme, method, path):
    assert status_of({}, method, path) == 401


def test_a_key_gets_in_by_basic_and_by_the_header_pair(acme):
    key_id, secret = acme.key.key_id, acme.secret

    assert status_of(basic(f"{key_id}:{secret}")) == 200
    assert status_of({"Authorization": basic(f"{key_id}:{secret}")["Authorization"].replace("Basic", "bASIC")}) == 200
    assert status_of({"APCA-API-KEY-ID": key_id, "APCA-API-SECRET-KEY": secret}) == 200


def test_a_wrong_or_broken_key_stays_out(acme, globex):
    key_id, secret = acme.key.key_id, acme.secret

    for headers in (
        basic(f"{key_id}:{secret}x"),
        basic(f"{key_id}:"),
        basic(f"{key_id}:{globex.secret}"),
        basic(f"{key_id}"),
        basic(f"CKNOBODY:{secret}"),
        basic(f":{secret}"),
        basic(f"{key_id}\x00:{secret}"),
        basic(f"{key_id.lower()}:{secret}"),
        {"Authorization": "Basic not-base64!"},
        {"Authorization": "Basic " + b64encode(b"\xff\xfe:x").decode()},
        {"Authorization": "Basic"},
        {"Authorization": f"Bearer {secret}"},
        {"APCA-API-KEY-ID": key_id},
        {"APCA-API-KEY-ID": key_id, "APCA-API-SECRET-KEY": "wrong"},
        {"APCA-API-SECRET-KEY": secret},
    ):
        assert status_of(headers) == 401, headers


def test_a_secret_does_not_get_in_as_its_own_hash(acme):
    assert status_of(basic(f"{acme.key.key_id}:{acme.key.secret_hash}")) == 401


def test_a_revoked_key_and_a_disabled_user_stay_out(acme, acme_api):
    acme.key.user.is_active = False
    acme.key.user.save(update_fields=["is_active"])
    assert acme_api.get("/v1/accounts").status_code == 401

    acme.key.user.is_active = True
    acme.key.user.save(update_fields=["is_active"])
    assert acme_api.get("/v1/accounts").status_code == 200

    acme.key.revoked_at = clock.now()
    acme.key.save(update_fields=["revoked_at"])
    assert acme_api.get("/v1/accounts").status_code == 401


def test_knowing_who_asks_takes_one_query(acme, acme_api, django_assert_num_queries):
    make_account(acme.correspondent)

    with django_assert_num_queries(2):  # the key; the account, which is another's
        acme_api.get(f"/v1/accounts/{nowhere()}")


def test_a_session_of_a_member_of_staff_is_no_api_key(acme):
    browser = Client()
    browser.force_login(acme.ops)

    assert browser.get("/v1/accounts").status_code == 401
