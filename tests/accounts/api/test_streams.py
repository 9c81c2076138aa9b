"""`GET /v1/events/accounts/status`: who hears of what. Framing and order are the kernel's tests."""

import json
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from ulid import ULID

from accounts.api.feeds import stream_of
from accounts.api.streams import ACCOUNT_STATUS, event_json
from accounts.rules.applications import ConfigurationChanges
from accounts.services.onboarding import configure_account
from brokerage.models import Event
from tests.cast import basic_auth, make_partner
from tests.factories import make_account

PATH = "/v1/events/accounts/status"


def place_events():
    """Do the relay's work: give every event its place."""
    for number, event in enumerate(Event.objects.order_by("id"), start=1):
        Event.objects.filter(pk=event.pk).update(event_id=number, ulid=str(ULID()))


def test_an_event_says_who_and_when_and_what_changed(acme):
    account = make_account(acme.correspondent)
    event = Event.objects.filter(type="account.status_changed").order_by("id").first()
    event.event_id, event.ulid = 7, str(ULID())
    event.at = datetime(2024, 1, 24, 15, 30, 0, 123456, UTC)

    assert event_json(event) == {
        "account_id": str(account.pk),
        "account_number": account.account_number,
        "at": "2024-01-24T15:30:00.123456Z",
        "event_id": 7,
        "event_ulid": event.ulid,
        "status_from": "SUBMITTED",
        "status_to": "APPROVED",
    }


def test_a_stream_carries_its_own_correspondents_accounts_only(acme, globex):
    ours, theirs = make_account(acme.correspondent), make_account(globex.correspondent)
    stream = stream_of(ACCOUNT_STATUS, acme.api_user, None)

    wanted = [event for event in Event.objects.order_by("id") if stream.wanted(event)]

    assert {event.account_id for event in wanted} == {ours.pk}
    assert wanted == list(Event.objects.filter(**stream.filters).order_by("id"))
    assert not any(stream_of(ACCOUNT_STATUS, acme.api_user, theirs.pk).wanted(event) for event in Event.objects.all())


def test_a_stream_of_one_account_carries_no_other(acme):
    first, second = make_account(acme.correspondent), make_account(acme.correspondent)
    stream = stream_of(ACCOUNT_STATUS, acme.api_user, first.pk)

    wanted = [event.account_id for event in Event.objects.all() if stream.wanted(event)]

    assert set(wanted) == {first.pk}
    assert Event.objects.filter(**stream.filters).count() == len(wanted) == 3
    assert second.pk not in wanted


def test_a_partners_own_cap_is_not_announced(acme):
    account = make_account(acme.correspondent)
    changes = ConfigurationChanges(max_options_trading_level=1)
    configure_account(actor=acme.api_user, account_id=account.pk, changes=changes)

    event = Event.objects.get(type="account.configured")

    assert not stream_of(ACCOUNT_STATUS, acme.api_user, None).wanted(event)


@async_to_sync
async def ask(method, path, headers):
    """Ask as a stream's client does; answer the response and the whole of its body."""
    response = await getattr(AsyncClient(enforce_csrf_checks=True), method)(path, headers=headers)
    body = [chunk async for chunk in response.streaming_content] if response.streaming else [response.content]
    return response, b"".join(body).decode()


@pytest.mark.django_db(transaction=True)
def test_a_replay_tells_the_whole_opening_and_ends_at_its_bound():
    acme = make_partner("Acme Securities", "ACME")
    account = make_account(acme.correspondent)
    place_events()

    response, body = ask("get", f"{PATH}?since_id=0&until_id=3", basic_auth(acme.key.key_id, acme.secret))

    events = [json.loads(line.removeprefix("data: ")) for line in body.splitlines() if line.startswith("data: ")]
    assert response["Content-Type"] == "text/event-stream"
    assert [(event["event_id"], event["status_from"], event["status_to"]) for event in events] == [
        (1, "", "SUBMITTED"),
        (2, "SUBMITTED", "APPROVED"),
        (3, "APPROVED", "ACTIVE"),
    ]
    assert {event["account_number"] for event in events} == {account.account_number}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("query", "is_signed_in", "status", "code"),
    [
        ("", False, 401, 40110000),
        ("since_id=1&since=2024-01-24", True, 422, 40010001),
        ("until_id=1", True, 422, 40010001),
        ("since_id=first", True, 422, 40010001),
        ("id=first", True, 422, 40010001),
    ],
)
def test_a_stream_that_cannot_start_is_a_json_error(query, is_signed_in, status, code):
    acme = make_partner("Acme Securities", "ACME")
    headers = basic_auth(acme.key.key_id, acme.secret) if is_signed_in else {}

    response, body = ask("get", f"{PATH}?{query}", headers)

    assert (response.status_code, json.loads(body)["code"]) == (status, code)


def test_a_stream_is_read_not_written():
    response, body = ask("post", PATH, {})

    assert (response.status_code, json.loads(body)["code"]) == (405, 40510000)
