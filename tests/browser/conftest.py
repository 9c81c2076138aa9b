"""A Chromium of the system, and a page in it that is signed in.

Where no browser is found these tests are skipped, except in CI, where that is a failure.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.choices import Role
from accounts.models import Account, Correspondent, User
from brokerage import clock
from tests.chromium import FLAGS, NAMES, find_chromium
from tests.factories import make_correspondent, make_staff
from tests.market import make_trader, pin, submit
from tests.options.contracts import list_contracts

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    path = find_chromium()
    if path is None:
        told = f"No browser was found: none of {', '.join(NAMES)} is on PATH."
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright runs a loop in the thread in which the tests use the ORM.
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def acme() -> Correspondent:
    """Our own correspondent, with nobody there yet."""
    return make_correspondent()


@pytest.fixture
def clerk(acme: Correspondent) -> User:
    """An operations clerk of the correspondent."""
    return make_staff(Role.OPERATIONS, acme)


@pytest.fixture
def account(acme: Correspondent) -> Account:
    """An account with shares and cash, and orders that rest: one to write a call, one to buy."""
    call = f"AAPL{clock.today().year - 1999}0115C00050000"
    list_contracts(call)
    pin("AAPL", "189.90", "190.10")
    account = make_trader(acme, cash="90000", shares={"AAPL": 200})
    submit(account, call, "sell", "1", "250.00")
    submit(account, "AAPL", "buy", "3", "1.00")
    return account


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, clerk: User) -> Iterator[Any]:
    """Open pages, signed in as the clerk unless told otherwise: `open_page(user=…, **options of the context)`."""
    contexts: list[BrowserContext] = []

    def open_one(
        *, signed_in: bool = True, user: User = clerk, viewport: dict[str, int] = WIDE, **options: Any
    ) -> Page:
        context = chromium.new_context(**{"base_url": live_server.url, "viewport": viewport} | options)
        context.set_default_timeout(30_000)
        context.route("**/streams/**", lambda route: route.abort())  # the live server speaks WSGI, which has no streams
        contexts.append(context)
        if signed_in:
            client = Client()
            client.force_login(user)
            _as_if_just_now(client, user)
            bring_session(context, client, live_server.url)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


def bring_session(context: BrowserContext, client: Client, url: str) -> None:
    """Let the browser go on with the session of a client."""
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def _as_if_just_now(client: Client, user: User) -> None:
    """Keep in the session what a sign-in keeps: the pages that change one's factors ask who it is otherwise."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time(), "email": user.email}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def page(open_page: Any) -> Page:
    """A wide page of the signed-in clerk."""
    return open_page()
