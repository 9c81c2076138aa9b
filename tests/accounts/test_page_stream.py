"""The stream of an open page: only for who may see the account, and may use the pages at all."""

import json

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.choices import Role
from tests.cast import make_partner
from tests.factories import make_account, make_staff


@async_to_sync
async def ask(account, cookies):
    """Answer the status of the account's stream, and what was said where it did not start."""
    browser = AsyncClient()
    browser.cookies = cookies
    response = await browser.get(f"/streams/accounts/{account.pk}")
    return response.status_code, None if response.streaming else json.loads(response.content)["code"]


def signed_in(user):
    """Answer the cookies of a browser in which the user is signed in."""
    browser = Client()
    browser.force_login(user)
    return browser.cookies


@pytest.fixture
def acme(transactional_db):
    return make_partner("Acme Securities", "ACME")


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


@pytest.mark.parametrize("role", [Role.ROP, Role.COMPLIANCE, Role.ADMIN])
def test_who_needs_a_second_factor_and_has_none_hears_nothing(acme, account, role):
    enrolled = make_staff(role, acme.correspondent, email="enrolled@acme.example")
    newcomer = make_staff(role, acme.correspondent, email="newcomer@acme.example", enrolled=False)

    assert ask(account, signed_in(newcomer)) == (401, 40110000)
    assert ask(account, signed_in(enrolled)) == (200, None)


def test_nor_does_nobody_or_a_neighbor(acme, account):
    globex = make_partner("Globex Brokers", "GLBX")

    assert ask(account, Client().cookies) == (401, 40110000)
    assert ask(account, signed_in(globex.ops))[0] == 404
    assert ask(account, signed_in(acme.ops)) == (200, None)
