"""Every URL, tried with the ids of Acme's rows by who must not see them: over both barriers, and over the second alone.

A URL whose parameter `tests/tenants.py` does not know fails here: say there what it stands for.
"""

import re
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver

from accounts.models import Account, User
from brokerage.asgi import STREAMS
from brokerage.database_session import forget
from tests.factories import make_account, make_customer
from tests.runtime import runtime_role
from tests.tenants import MARK, fill

METHODS = ("get", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
SIGN_OUTS = ("sign-out", "security/devices/sign-out")
WHO = ("key", "staff", "customer", "nobody")


def routes(resolver=None, before=""):
    """Answer the route of every view, as the URL configuration writes it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, route)
        else:
            yield route


ROUTES = sorted(set(routes()))


def filled(route, facts):
    """Answer the path that leads to Acme's row."""
    inside_draft = "draft_id" in route

    def value(found):
        name = found.group(1)
        return str(facts["draft_document_id" if inside_draft and name == "document_id" else name])

    return "/" + PARAMETER.sub(value, route)


@pytest.fixture
def facts(transactional_db, acme):
    facts = fill(acme)
    return facts | {"secrets": secrets_of(facts)}


@pytest.fixture
def visitors(facts, globex):
    """Clients of those who must not see what is Acme's; Globex has an account and a customer of its own."""
    customer = make_customer(globex.correspondent)
    make_account(globex.correspondent, owner=customer)
    clients = {"key": globex.client(), "staff": Client(), "customer": Client(), "nobody": Client()}
    clients["staff"].force_login(globex.ops, backend="accounts.backends.PeopleBackend")
    clients["customer"].force_login(customer, backend="accounts.backends.PeopleBackend")
    return clients


@pytest.fixture
def first_barrier_down(monkeypatch):
    """Let `visible_to` show everything, wherever a queryset has one."""
    seen = {type(model._default_manager.get_queryset()) for model in apps.get_models()}
    for kind in [kind for kind in seen if hasattr(kind, "visible_to")]:
        monkeypatch.setattr(kind, "visible_to", lambda rows, actor: rows)


def test_every_parameter_of_every_url_has_a_case(facts):
    unknown = {name for route in ROUTES for name in PARAMETER.findall(route) if name not in facts}

    assert unknown == set()
    assert len(ROUTES) > 60


@pytest.mark.parametrize("who", WHO)
def test_no_url_shows_or_changes_what_is_the_neighbors(who, visitors, facts):
    before = acmes_rows()

    told = walk(visitors[who], facts)

    assert told == []
    assert acmes_rows() == before


@pytest.mark.parametrize("who", WHO)
@pytest.mark.usefixtures("first_barrier_down")
def test_nor_does_any_with_the_first_barrier_down(who, visitors, facts):
    before = acmes_rows()

    with runtime_role():
        told = walk(visitors[who], facts)

    assert told == []
    assert acmes_rows() == before


@pytest.mark.usefixtures("first_barrier_down")
def test_without_the_second_barrier_the_same_walk_would_see_everything(visitors, facts):
    assert len(walk(visitors["staff"], facts)) > 10


def acmes_rows():
    """Answer the columns of Acme's accounts and people as they are."""
    accounts = Account.objects.filter(correspondent__code="ACME").order_by("pk")
    people = User.objects.filter(correspondent__code="ACME").order_by("pk")
    return list(accounts.values()), list(people.values("pk", "email", "role", "is_active"))


def walk(client, facts):
    """Answer what of Acme's came back, and where."""
    told = []
    client.raise_request_exception = False
    for route in ROUTES:
        path = filled(route, facts)
        if path.startswith(STREAMS) or route in SIGN_OUTS:
            continue  # streams have tests of their own, and signing out would end the walk
        secrets = [secret for secret in facts["secrets"] if secret not in path]
        for method in METHODS:
            forget()  # as the pool does between two requests
            response = getattr(client, method)(path)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            text = body.decode(errors="replace")
            told += [(method, path, response.status_code, secret) for secret in secrets if secret in text]
            if "account_id" in route and not 300 <= response.status_code < 500:
                told.append((method, path, response.status_code, "neither refused nor sent to sign in"))
    return told


def secrets_of(facts):
    """Answer what tells that a text is Acme's: the mark, and the ids of its rows."""
    account = Account.objects.get(pk=facts["account_id"])
    ids = [str(value) for value in facts.values() if isinstance(value, UUID)]
    return [MARK, MARK.title(), account.account_number, account.email_address, facts["key_id"], *ids]
