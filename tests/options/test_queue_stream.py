"""The stream of the queue: who may listen, and which events it tells of."""

import json
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.choices import Role
from accounts.page_stream import QUEUE_CHANGED, _render, tells_of_queue
from brokerage.models import Event
from tests.cast import make_partner
from tests.factories import make_customer, make_staff


@async_to_sync
async def ask(cookies):
    """Answer the status of the stream, and what was said where it did not start."""
    browser = AsyncClient()
    browser.cookies = cookies
    response = await browser.get("/streams/queue")
    return response.status_code, None if response.streaming else json.loads(response.content)["code"]


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser.cookies


@pytest.fixture
def acme(transactional_db):
    return make_partner("Acme Securities", "ACME")


@pytest.mark.parametrize("role", [Role.ROP, Role.COMPLIANCE, Role.ADMIN])
def test_who_may_look_into_the_queue_hears_of_it(acme, role):
    enrolled = make_staff(role, acme.correspondent, email="enrolled@acme.example")
    newcomer = make_staff(role, acme.correspondent, email="newcomer@acme.example", enrolled=False)

    assert ask(signed_in(enrolled)) == (200, None)
    assert ask(signed_in(newcomer)) == (401, 40110000)


def test_nobody_else_does(acme):
    assert ask(Client().cookies) == (401, 40110000)
    for user in (acme.reader, acme.ops, make_customer(acme.correspondent)):
        assert ask(signed_in(user))[0] == 403


@pytest.mark.parametrize(
    ("type_", "tells"),
    [
        ("options_application.submitted", True),
        ("options_application.claimed", True),
        ("level_review.opened", True),
        ("options.level_approved", False),
        ("order.accepted", False),
    ],
)
def test_events_of_requests_and_reviews_change_the_queue(type_, tells):
    assert tells_of_queue(Event(type=type_)) is tells


def test_the_stream_of_an_account_says_both_to_who_sees_the_queue():
    own, other = uuid4(), uuid4()
    claimed = Event(type="options_application.claimed", account_id=own)
    elsewhere = Event(type="options_application.claimed", account_id=other)

    assert _render(claimed, own, sees_queue=True).count(b"event: ") == 2
    assert _render(claimed, own, sees_queue=False).count(b"event: ") == 1
    assert _render(elsewhere, own, sees_queue=True) == QUEUE_CHANGED
