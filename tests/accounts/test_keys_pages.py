"""The API keys page: who may, the secret once, twice the same form, replace, revoke."""

import re

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.models import ApiKey
from tests.cast import ApiClient
from tests.factories import make_staff


def signed_in(user):
    desk = Client()
    desk.force_login(user)
    return desk


@pytest.fixture
def admin(acme):
    """Acme's administrator."""
    return make_staff(Role.ADMIN, acme.correspondent)


@pytest.fixture
def desk(admin):
    return signed_in(admin)


def asked(acme, **changes):
    """Answer what the form for a new key sends."""
    return {
        "correspondent": str(acme.correspondent.pk),
        "name": "Order router",
        "access": "custom",
        "scope_trading": "write",
        "scope_events": "read",
        "lifetime": "90d",
        "networks": "127.0.0.1\n203.0.113.0/24",
        "once": "a" * 32,
    } | changes


def secret_in(response):
    return re.search(r'<code id="secret">([^<]+)</code>', response.content.decode())[1]


def test_a_key_is_made_and_its_secret_shown_once(acme, desk):
    response = desk.post("/api-keys/new", asked(acme))

    key = ApiKey.objects.get(name="Order router")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert (key.scopes["trading"], key.scopes["events"], key.scopes["accounts"]) == ("write", "read", "none")
    assert key.allowed_networks == ["127.0.0.1/32", "203.0.113.0/24"]
    assert ApiClient(key.key_id, secret_in(response)).get("/v1/clock").status_code == 200
    assert secret_in(response) not in desk.get(f"/api-keys/{key.key_id}").content.decode()
    assert "Trading (write), Events (read)" in desk.get("/api-keys").content.decode()


def test_the_same_form_sent_twice_makes_one_key(acme, desk):
    desk.post("/api-keys/new", asked(acme))

    again = desk.post("/api-keys/new", asked(acme))

    assert again.status_code == 422
    assert "was made by this form already" in again.content.decode()
    assert ApiKey.objects.filter(name="Order router").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Say what the key is for."),
        ({"networks": "10.0.0.1/8"}, "has bits set below its prefix"),
        ({"networks": "0.0.0.0/0"}, "is every address"),
        ({"networks": "office"}, "is no address or network"),
        ({"lifetime": "custom"}, "Choose the last day"),
        ({"lifetime": "custom", "expires_on": "2020-01-01"}, "must be in the future"),
        ({"scope_trading": "none", "scope_events": "none"}, "must let the key into something"),
        ({"scope_trading": "everything"}, "Select a valid choice"),
        ({"correspondent": ""}, "This field is required"),
    ],
)
def test_what_no_key_can_have_is_said_and_nothing_is_made(acme, desk, changes, said):
    response = desk.post("/api-keys/new", asked(acme, **changes))

    assert response.status_code == 422
    assert said in response.content.decode()
    assert ApiKey.objects.count() == 1


def test_replacing_shows_a_new_secret_and_leaves_the_old_key_its_time(acme, desk):
    response = desk.post(f"/api-keys/{acme.key.key_id}/rotate", {"grace": "24h"})

    new = ApiKey.objects.get(replaces=acme.key)
    assert ApiClient(new.key_id, secret_in(response)).get("/v1/accounts").status_code == 200
    assert acme.client().get("/v1/accounts").status_code == 200
    again = desk.post(f"/api-keys/{acme.key.key_id}/rotate", {"grace": "24h"})
    assert (again.status_code, ApiKey.objects.count()) == (422, 2)


def test_a_key_is_revoked_only_when_that_was_confirmed(acme, desk):
    path = f"/api-keys/{acme.key.key_id}/revoke"

    assert desk.post(path).status_code == 422
    assert acme.client().get("/v1/accounts").status_code == 200
    assert desk.post(path, {"sure": "on"}).status_code == 302
    assert desk.post(path, {"sure": "on"}).status_code == 302

    assert acme.client().get("/v1/accounts").status_code == 401
    assert acme.key.key_id not in desk.get("/api-keys").content.decode()
    assert "Revoked" in desk.get("/api-keys?ended=1").content.decode()


def test_a_key_gets_another_name(acme, desk):
    assert desk.post(f"/api-keys/{acme.key.key_id}/rename", {"name": "Night batch"}).status_code == 302
    assert desk.post(f"/api-keys/{acme.key.key_id}/rename", {"name": ""}).status_code == 422

    acme.key.refresh_from_db()
    assert acme.key.name == "Night batch"


PATHS = ("/api-keys", "/api-keys/new", "/api-keys/{key}")
ACTS = ("rename", "rotate", "revoke")


def test_the_neighbor_does_not_see_the_key_and_changes_nothing(acme, globex):
    desk = signed_in(make_staff(Role.ADMIN, globex.correspondent))
    before = ApiKey.objects.values().get(pk=acme.key.pk)

    assert acme.key.key_id not in desk.get("/api-keys?correspondent=ACME").content.decode()
    assert desk.get(f"/api-keys/{acme.key.key_id}").status_code == 404
    for act in ACTS:
        fields = {"name": "Mine", "grace": "now", "sure": "on"}
        assert desk.post(f"/api-keys/{acme.key.key_id}/{act}", fields).status_code == 404
    assert desk.post("/api-keys/new", asked(acme)).status_code == 422
    assert ApiKey.objects.values().get(pk=acme.key.pk) == before
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize("who", ["reader", "ops", "rop"])
def test_only_an_administrator_manages_keys(acme, who):
    desk = signed_in(getattr(acme, who))

    for path in PATHS:
        assert desk.get(path.format(key=acme.key.key_id)).status_code == 403
    for act in ACTS:
        fields = {"name": "Mine", "grace": "now", "sure": "on"}
        assert desk.post(f"/api-keys/{acme.key.key_id}/{act}", fields).status_code == 403
    assert desk.post("/api-keys/new", asked(acme)).status_code == 403
    assert (ApiKey.objects.count(), ApiKey.objects.get().revoked_at) == (1, None)


def test_nobody_is_led_to_sign_in(acme):
    for path in PATHS:
        assert Client().get(path.format(key=acme.key.key_id))["Location"].startswith("/sign-in?next=/api-keys")
    assert Client().post("/api-keys/new", asked(acme))["Location"].startswith("/sign-in")


def test_the_broker_sees_every_key_and_chooses_whose(acme, globex):
    desk = signed_in(make_staff(Role.ADMIN, None))

    everything = desk.get("/api-keys").content.decode()
    assert acme.key.key_id in everything
    assert globex.key.key_id in everything
    assert globex.key.key_id not in desk.get("/api-keys?correspondent=ACME").content.decode()
    assert desk.post("/api-keys/new", asked(globex, networks="")).status_code == 200
    assert ApiKey.objects.get(name="Order router").user.correspondent == globex.correspondent


def test_the_fragment_is_part_of_the_page(acme, desk):
    page = desk.get("/api-keys").content.decode()

    fragment = desk.get("/api-keys", headers={"HX-Request": "true"}).content.decode()

    assert fragment.strip().startswith("<section")
    assert fragment.strip() in page
