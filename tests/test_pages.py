"""That no page is forgotten: every URL that answers a GET with a page is visited, or says here why not."""

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.choices import Role
from brokerage.api import API_PREFIXES
from tests.browser.visits import VISITS
from tests.factories import make_staff, nowhere
from tests.tenants import fill
from tests.test_tenancy_walk import ROUTES, filled

NOT_VISITED = {
    "": "leads on to the accounts",
    "sign-in/inactive": "leads on to signing in",
    "openings/<id:draft_id>": "leads on to the step where the application was left",
    "accounts/<id:account_id>/header": "is the head of every page of an account, and leads on to it",
    "held/<path:symbol>": "is who holds an asset on the page of that, and leads on to the list",
    "orders/cancel/asked": "is the part of the page after it that says what became of the orders",
    "accounts/<id:account_id>/trade/quote": "is the quotes on the ticket, and leads on to it",
    "healthz": "is JSON, for what watches the installation",
    "market-clock": "is the clock in the bar of every page",
    "streams/accounts/<id:account_id>": "is a stream",
    "streams/queue": "is a stream",
    "streams/chain/<str:symbol>": "is a stream",
    "streams/book": "is a stream",
    "accounts/export.csv": "is a file",
    "accounts/export.xlsx": "is a file",
    "accounts/<id:account_id>/documents/<id:document_id>": "is a file",
    "accounts/<id:account_id>/documents/made/<id:document_id>": "is a file",
    "audit/export.csv": "is a file",
    "orders/export.csv": "is a file",
    "orders/export.xlsx": "is a file",
    "market-data/export.csv": "is a file",
    "market-data/export.xlsx": "is a file",
    "market-data/<str:code>/export.csv": "is a file",
    "market-data/<str:code>/export.xlsx": "is a file",
    "lots/open/export.csv": "is a file",
    "lots/open/export.xlsx": "is a file",
    "lots/realized/export.csv": "is a file",
    "lots/realized/export.xlsx": "is a file",
    "assignments/export.csv": "is a file",
    "assignments/export.xlsx": "is a file",
    "assignments/notices/<id:notice_id>/paper.json": "is a file",
    "expiring/export.csv": "is a file",
    "expiring/export.xlsx": "is a file",
    "ledger/export.csv": "is a file",
    "ledger/export.xlsx": "is a file",
    "instructions/export.csv": "is a file",
    "instructions/export.xlsx": "is a file",
    "instructions/messages/<id:message_id>/raw": "is a file",
    "orders/refusals/export.csv": "is a file",
    "orders/refusals/export.xlsx": "is a file",
    "positions/export.csv": "is a file",
    "positions/export.xlsx": "is a file",
    "compliance/<int:report_id>/findings.csv": "is a file",
    "documents/<str:token>": "is a file",
    "openings/<id:draft_id>/documents/<id:document_id>": "is a file",
}
PAGES = {route for route in ROUTES if not f"/{route}".startswith(API_PREFIXES)}
VISITED = [visit.path for visits in VISITS.values() for visit in visits if visit.status == 200]


def route_of(path):
    """Answer the route that serves a visit, whichever row its placeholders stand for."""
    for value in (str(nowhere()), "1"):
        try:
            return resolve(re.sub(r"{\w+}", value, path.partition("?")[0])).route
        except Resolver404:
            continue
    raise AssertionError(f"nothing is at {path}")


@pytest.fixture
def acts(acme):
    """The routes that refuse a GET: a form of some page posts there."""
    facts = fill(acme)
    client = Client()
    client.force_login(make_staff(Role.ADMIN, acme.correspondent), backend="accounts.backends.PeopleBackend")
    looked_at = PAGES - NOT_VISITED.keys()
    return {route for route in looked_at if client.get(filled(route, facts)).status_code == 405}


def test_every_page_is_visited_or_says_why_not(acts):
    visited = {route_of(path) for path in VISITED}

    assert PAGES - acts - visited - NOT_VISITED.keys() == set()
    assert visited & NOT_VISITED.keys() == set()
    assert NOT_VISITED.keys() - PAGES == set()
