"""The account status stream over a real server: live, by replay, and to its end."""

import http.client
import json

import pytest

from tests.factories import application_body
from tests.installation import take_on

pytestmark = pytest.mark.xdist_group("serve")
STATUS = "/v1/events/accounts/status"


class Reader:
    """A client that reads one stream, line by line."""

    def __init__(self, partner, path):
        self.connection = http.client.HTTPConnection(partner.url.removeprefix("http://"), timeout=30)
        self.connection.request("GET", path, headers={"Authorization": partner.authorization})
        self.response = self.connection.getresponse()

    def lines(self):
        """Yield the lines until the stream ends."""
        while line := self.response.readline():
            yield line.decode().rstrip("\n")

    def events(self):
        """Yield the events until the stream ends."""
        for line in self.lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))

    def close(self):
        self.connection.close()


def open_account(partner):
    return partner.call("POST", "/v1/accounts", application_body())["id"]


def until_active(events, account_id):
    """Collect the account's events until it is active."""
    found = []
    for event in events:
        if event["account_id"] == account_id:
            found.append(event)
        if found and found[-1].get("status_to") == "ACTIVE":
            return found
    raise AssertionError("the stream ended")


def test_a_live_stream_carries_what_happens_after_it_was_opened(partner):
    earlier = open_account(partner)
    until_active(Reader(partner, f"{STATUS}?since_id=0").events(), earlier)
    reader = Reader(partner, STATUS)
    events = reader.events()
    assert (reader.response.status, reader.response.headers["Content-Type"]) == (200, "text/event-stream")
    assert next(reader.lines()).startswith(": welcome")

    account_id = open_account(partner)
    found = until_active(events, account_id)

    assert [(event["status_from"], event["status_to"]) for event in found] == [
        ("", "SUBMITTED"),
        ("SUBMITTED", "APPROVED"),
        ("APPROVED", "ACTIVE"),
    ]
    ids = [event["event_id"] for event in found]
    assert ids == sorted(ids)
    assert [event["event_ulid"] for event in found] == sorted(e["event_ulid"] for e in found)


def test_a_replay_is_complete_and_ends_at_its_bound(partner):
    account_id = open_account(partner)
    live = Reader(partner, f"{STATUS}?since_id=0").events()
    newest = until_active(live, account_id)[-1]

    replayed = list(Reader(partner, f"{STATUS}?since_id=0&until_id={newest['event_id']}").events())

    assert replayed[-1] == newest
    halfway = replayed[len(replayed) // 2]
    by_ulid = f"{STATUS}?since_ulid={halfway['event_ulid']}&until_ulid={newest['event_ulid']}"
    resumed = list(Reader(partner, by_ulid).events())
    assert resumed == replayed[len(replayed) // 2 + 1 :]
    only = list(Reader(partner, f"{STATUS}?since_id=0&until_id={newest['event_id']}&id={account_id}").events())
    assert only == [event for event in replayed if event["account_id"] == account_id]


def test_the_client_library_reads_the_stream(partner):
    from alpaca.broker.client import BrokerClient
    from alpaca.broker.requests import GetEventsRequest

    account_id = open_account(partner)
    broker = BrokerClient(partner.facts["api_key"], partner.facts["api_secret"], url_override=partner.url)

    events = (json.loads(one) for one in broker.get_account_status_events(GetEventsRequest(since_id=0)))

    assert until_active(events, account_id)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("?until_id=1", 422, 40010001), ("?since_id=1&since=2024-01-24", 422, 40010001), ("?since_id=x", 422, 40010001)],
)
def test_a_stream_that_cannot_start_answers_an_error(partner, query, status, code):
    reader = Reader(partner, STATUS + query)

    assert (reader.response.status, json.loads(reader.response.read())["code"]) == (status, code)


def test_a_stream_is_for_those_with_a_key(partner):
    connection = http.client.HTTPConnection(partner.url.removeprefix("http://"), timeout=30)
    connection.request("GET", STATUS)

    response = connection.getresponse()

    assert (response.status, json.loads(response.read())["code"]) == (401, 40110000)


def test_a_key_has_25_streams_open_at_most_and_one_that_closes_makes_room(installation):
    partner = take_on(installation, "STRM")
    readers = [Reader(partner, STATUS) for _ in range(25)]
    assert {reader.response.status for reader in readers} == {200}

    refused = Reader(partner, STATUS)

    assert refused.response.status == 429
    assert json.loads(refused.response.read()) == {"code": 42910000, "message": "Too many requests"}
    assert refused.response.headers["X-RateLimit-Remaining"] is not None
    readers[0].response.close()
    readers[0].close()
    installation.wait_until(lambda: Reader(partner, STATUS).response.status == 200)
    for reader in readers:
        reader.response.close()
        reader.close()


def test_the_use_of_a_key_is_remembered_by_the_worker(installation, partner):
    partner.call("GET", "/v1/clock")

    def is_remembered():
        query = "from accounts.models import ApiKey; print(ApiKey.objects.filter(last_used_from='127.0.0.1').count())"
        return installation.manage("shell", "--no-imports", "-c", query).strip() != "0"

    installation.wait_until(is_remembered)
