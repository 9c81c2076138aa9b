"""Keys: what keeps one out, how one replaces another, and that one is used."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.choices import KeyGrace, KeyLifetime, Role
from accounts.key_errors import (
    ApiKeyAlreadyMade,
    ApiKeyInputInvalid,
    ApiKeyNotFound,
    ApiKeyNotInForce,
    ApiKeyReplaced,
    TooManyKeys,
)
from accounts.models import ApiKey
from accounts.rules.keys import FULL, READ_ONLY, KeyTicket, expiry_of, is_from, key_faults
from accounts.services import keys
from accounts.services.keys import create_api_key, record_use, rename_api_key, revoke_api_key, rotate_api_key
from brokerage import clock
from brokerage.errors import NotPermitted
from tests.cast import ApiClient, basic_auth
from tests.factories import make_staff

TICKET = KeyTicket(name="Router", scopes=FULL)


@pytest.fixture
def admin(acme):
    return make_staff(Role.ADMIN, acme.correspondent)


def make(admin, ticket=TICKET, once="once"):
    return create_api_key(actor=admin, correspondent_id=admin.correspondent_id, ticket=ticket, once=once)


def status(partner, **extra):
    response = Client(headers=basic_auth(partner.key.key_id, partner.secret)).get("/v1/accounts", **extra)
    body = response.json()
    return (response.status_code, body["code"], body["message"]) if response.status_code != 200 else (200,)


def test_an_expired_key_stays_out_and_says_since_when(acme):
    acme.key.expires_at = clock.real_now() - timedelta(seconds=1)
    acme.key.save(update_fields=["expires_at"])
    day = acme.key.expires_at.strftime("%Y-%m-%d")

    assert status(acme) == (401, 40110000, f"unauthorized: this API key expired on {day}")


def test_moving_the_sandbox_clock_expires_no_key(acme, clock_at):
    acme.key.expires_at = clock.real_now() + timedelta(days=1)
    acme.key.save(update_fields=["expires_at"])

    clock_at("2040-01-16 15:59")

    assert status(acme) == (200,)


def test_that_a_key_was_revoked_is_told_only_to_who_has_its_secret(acme, ops):
    ApiKey.objects.filter(pk=acme.key.pk).update(revoked_at=clock.real_now())

    assert status(acme) == (401, 40110000, "unauthorized: this API key was revoked")
    guess = Client(headers=basic_auth(acme.key.key_id, "guess")).get("/v1/accounts")
    assert guess.json() == {"code": 40110000, "message": "unauthorized"}


@pytest.mark.parametrize(
    ("address", "is_let_in"),
    [("203.0.113.7", True), ("203.0.113.8", False), ("198.51.100.255", True), ("2001:db8::1", True), ("::1", False)],
)
def test_a_key_works_from_its_networks_only(acme, address, is_let_in):
    networks = ["203.0.113.7/32", "198.51.100.0/24", "2001:db8::/32"]
    ApiKey.objects.filter(pk=acme.key.pk).update(allowed_networks=networks)

    found = status(acme, REMOTE_ADDR=address)

    refused = (403, 40310000, f"forbidden: this API key may not be used from {address}")
    assert found == ((200,) if is_let_in else refused)


def test_from_nowhere_is_from_no_network():
    assert not is_from("", ["203.0.113.0/24"])


@pytest.mark.parametrize("lifetime", KeyLifetime)
def test_a_lifetime_ends_after_now_or_never(lifetime):
    now = clock.real_now()

    expires_at = expiry_of(lifetime, now, chosen=now + timedelta(days=3))

    assert (expires_at is None) == (lifetime == KeyLifetime.NEVER)
    assert expires_at is None or now < expires_at <= now + timedelta(days=366)


def test_faults_name_their_field():
    now = clock.real_now()
    wrong = KeyTicket(name="x" * 61, scopes={"moon": "write"}, expires_at=now, networks=("1.2.3.4/33",) * 51)

    assert {field for field, _ in key_faults(wrong, now=now)} == {"name", "access", "expires_at", "networks"}


@pytest.mark.parametrize(
    ("grace", "hours"), [(KeyGrace.NONE, None), (KeyGrace.HOUR, 1), (KeyGrace.DAY, 24), (KeyGrace.WEEK, 168)]
)
def test_a_replacement_has_the_same_access_and_the_old_key_its_grace(acme, admin, grace, hours):
    lifetime = clock.real_now() + timedelta(days=30)
    old, old_secret = make(admin, KeyTicket(name="R", scopes=READ_ONLY, expires_at=lifetime, networks=("127.0.0.1",)))

    new, secret = rotate_api_key(actor=admin, key_id=old.key_id, grace=grace)

    old.refresh_from_db()
    assert secret != old_secret
    assert new.key_id != old.key_id
    assert (new.name, new.scopes, new.allowed_networks, new.replaces) == ("R", READ_ONLY, ["127.0.0.1/32"], old)
    assert abs(new.expires_at - lifetime) < timedelta(minutes=1)
    left = old.expires_at - clock.real_now()
    assert (old.revoked_at is not None) == (hours is None)
    assert hours is None or timedelta(hours=hours) - timedelta(minutes=1) < left <= timedelta(hours=hours)
    assert ApiClient(new.key_id, secret).get("/v1/accounts").status_code == 200
    assert ApiClient(old.key_id, old_secret).get("/v1/accounts").status_code == (401 if hours is None else 200)


def test_a_grace_never_makes_a_key_live_longer(acme, admin):
    soon = clock.real_now() + timedelta(hours=2)
    ApiKey.objects.filter(pk=acme.key.pk).update(expires_at=soon)

    rotate_api_key(actor=admin, key_id=acme.key.key_id, grace=KeyGrace.WEEK)

    assert ApiKey.objects.get(pk=acme.key.pk).expires_at == soon


def test_a_key_is_replaced_once_and_only_while_it_works(acme, admin):
    rotate_api_key(actor=admin, key_id=acme.key.key_id, grace=KeyGrace.HOUR)
    with pytest.raises(ApiKeyReplaced):
        rotate_api_key(actor=admin, key_id=acme.key.key_id, grace=KeyGrace.HOUR)
    other, _ = make(admin)
    revoke_api_key(actor=admin, key_id=other.key_id)
    with pytest.raises(ApiKeyNotInForce):
        rotate_api_key(actor=admin, key_id=other.key_id, grace=KeyGrace.HOUR)
    with pytest.raises(ApiKeyNotInForce):
        rename_api_key(actor=admin, key_id=other.key_id, name="Other")

    assert ApiKey.objects.count() == 3


def test_refusals_make_and_change_nothing(acme, globex, admin, ops, monkeypatch):
    make(admin)
    before = list(ApiKey.objects.order_by("pk").values())

    with pytest.raises(ApiKeyAlreadyMade):
        make(admin)
    with pytest.raises(ApiKeyInputInvalid):
        make(admin, KeyTicket(name="", scopes=FULL), once="other")
    for act in (revoke_api_key, lambda **ids: rotate_api_key(grace=KeyGrace.NONE, **ids)):
        with pytest.raises(ApiKeyNotFound):
            act(actor=admin, key_id=globex.key.key_id)
        with pytest.raises(NotPermitted):
            act(actor=ops, key_id=acme.key.key_id)
    monkeypatch.setattr(keys, "MOST_KEYS", 2)
    with pytest.raises(TooManyKeys):
        make(admin, once="third")

    assert list(ApiKey.objects.order_by("pk").values()) == before


def test_a_use_is_remembered_once_a_minute_and_never_goes_back(acme):
    now = clock.real_now()

    def remembered(seconds, address):
        record_use(key_pk=acme.key.pk, used_at=now + timedelta(seconds=seconds), address=address)
        return ApiKey.objects.values_list("last_used_at", "last_used_from").get(pk=acme.key.pk)

    assert remembered(0, "203.0.113.1") == (now, "203.0.113.1")
    assert remembered(59, "203.0.113.2") == (now, "203.0.113.1")
    assert remembered(60, "") == (now + timedelta(seconds=60), None)
    assert remembered(-600, "203.0.113.3") == (now + timedelta(seconds=60), None)
