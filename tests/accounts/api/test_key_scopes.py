"""How far a key reaches: every path and method with a key that may nothing, only read, and everything."""

import re

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from accounts.choices import KeyScope
from accounts.models import ApiKey
from brokerage.scopes import ANY_KEY, EVERY_SCOPE, Admits
from tests.cast import ApiClient
from tests.factories import make_account, make_account_key, nowhere

PREFIXES = ("v1/", "v2/", "v1beta1/", "v2beta1/")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET", "HEAD", "OPTIONS")


def api_paths(resolver=None, prefix=""):
    """Answer `(path, view)` for everything below the API's prefixes."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            if route.startswith(PREFIXES):
                yield route, entry.callback
        else:
            yield from api_paths(entry, route)


def address(route):
    filled = re.sub(r"<id:[^>]*>", str(nowhere()), route)
    return "/" + re.sub(r"<[^>]*>", "1", filled)


def declared(view):
    """Answer the scope that a view declares, and who else may read."""
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    return getattr(owner, "scope", ""), getattr(owner, "also_read_by", ())


ROUTES = sorted({(route, *declared(view)) for route, view in api_paths()}, key=lambda found: found[0])
# Those that are about the account of the key, and take such a key.
OWN = {route for route, view in api_paths() if getattr(view, "initkwargs", {}).get("admits") is Admits.ACCOUNTS}


# The first that a path begins with, without its version, says the scope.
EXPECTED = {
    "sandbox/": EVERY_SCOPE,
    "calendar": ANY_KEY,
    "clock": ANY_KEY,
    r"(accounts/[^/]+/)?events/": KeyScope.EVENTS,
    "journals": KeyScope.JOURNALING,
    "accounts/activities": KeyScope.REPORTING,
    "accounts/positions": KeyScope.TRADING,
    "account/activities": KeyScope.REPORTING,
    "account(/|$)": KeyScope.TRADING,
    "(orders|positions|watchlists|do-not-exercise)": KeyScope.TRADING,
    "(trading/(accounts/[^/]+/)?)?refusals": KeyScope.REPORTING,
    r"accounts/[^/]+/(transfers|ach_relationships|recipient_banks)": KeyScope.FUNDING,
    "transfers": KeyScope.FUNDING,
    "accounts": KeyScope.ACCOUNTS,
    "trading/": KeyScope.TRADING,
    "assets": KeyScope.TRADING,
    "options/contracts": KeyScope.TRADING,
    "options/(quotes|trades|bars|snapshots|meta)": KeyScope.DATA,
    "stocks/": KeyScope.DATA,
}


def limit_key(partner, scopes):
    ApiKey.objects.filter(user__correspondent=partner.correspondent).update(scopes=scopes)


@pytest.fixture
def own_api(acme):
    """A client with a key of one of Acme's accounts."""
    return ApiClient(*make_account_key(make_account(acme.correspondent)))


def is_stream(route):
    return "events/" in route and "accounts/<" not in route


def refused(client, method, route):
    """Say whether a scope kept the call out, and never that it was let in and failed."""
    response = client.generic(method, address(route))
    if response.status_code != 403 or method == "HEAD":
        return response.status_code == 403
    said = response.json()
    assert said["code"] == 40310000
    return "access to" in said["message"] and "this API key has" in said["message"]


def test_every_view_declares_its_scope():
    known = {*KeyScope, ANY_KEY, EVERY_SCOPE}

    assert [route for route, scope, _ in ROUTES if scope not in known] == []
    assert len(ROUTES) > 20


def test_every_path_has_the_scope_that_its_name_says():
    def expected(route):
        path = route.partition("/")[2]
        return next((scope for prefix, scope in EXPECTED.items() if re.match(prefix, path)), None)

    assert [(route, scope) for route, scope, _ in ROUTES if scope != expected(route)] == []


@pytest.mark.parametrize(("route", "scope", "also"), ROUTES)
@pytest.mark.parametrize("access", ["none", "read"])
def test_a_key_goes_as_far_as_its_scopes(acme, request, route, scope, also, access):
    api = request.getfixturevalue("own_api" if route in OWN else "acme_api")
    limit_key(acme, {one.value: access for one in KeyScope})
    if is_stream(route):
        assert access == "read" or refused(acme_api_stream(acme), "GET", route)
        return

    reached = {method: not refused(api, method, route) for method in METHODS}

    if scope == ANY_KEY:
        assert all(reached.values())
    else:
        assert reached == {method: access == "read" and method in SAFE for method in METHODS}


def acme_api_stream(acme):
    """Answer a client for async views, which answer a refusal at once."""
    return acme.client()


@pytest.mark.parametrize("scope", KeyScope)
def test_a_key_for_one_scope_reaches_that_and_what_its_readers_share(acme, acme_api, own_api, scope):
    limit_key(acme, {scope.value: "write"})

    for route, declared_scope, also in ROUTES:
        if is_stream(route) or declared_scope == ANY_KEY:
            continue
        for method in ("GET", "POST"):
            may = declared_scope == scope or (method == "GET" and scope in also)
            assert refused(own_api if route in OWN else acme_api, method, route) is not may, (method, route)


def test_the_refusal_names_what_is_needed_and_what_the_key_has(acme, acme_api):
    limit_key(acme, {"accounts": "read"})

    response = acme_api.post("/v1/accounts", {})

    assert response.status_code == 403
    assert response.json() == {
        "code": 40310000,
        "message": "forbidden: write access to accounts is needed, this API key has read",
    }


def test_the_sandbox_clock_takes_access_to_everything(acme, acme_api):
    limit_key(acme, {one.value: "write" for one in KeyScope if one != KeyScope.REPORTING})
    assert acme_api.put("/v1/sandbox/clock", {}).status_code == 403

    limit_key(acme, {one.value: "write" for one in KeyScope})
    assert acme_api.put("/v1/sandbox/clock", {}).status_code == 422
