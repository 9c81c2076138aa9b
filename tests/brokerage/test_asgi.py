"""The router in front of Django: streams one way, everything else the other."""

import asyncio
import json

import pytest

from brokerage.asgi import route


class Recorder:
    """An application that keeps the requests it was handed."""

    def __init__(self) -> None:
        self.scopes: list[dict] = []

    async def __call__(self, scope, receive, send) -> None:
        self.scopes.append(scope)


@pytest.fixture
def applications() -> dict[str, Recorder]:
    return {"streams": Recorder(), "pages": Recorder()}


def call(applications: dict[str, Recorder], scope: dict) -> None:
    asyncio.run(route(**applications)({"method": "GET", **scope}, None, None))


@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        ("/v1/events/accounts/status", "streams"),
        ("/v2/events/trades", "streams"),
        ("/v2beta1/events/trades", "streams"),
        ("/streams/account", "streams"),
        ("/accounts/export.csv", "streams"),
        ("/accounts/export.xlsx", "streams"),
        ("/audit/export.csv", "streams"),
        ("/ledger/export.csv", "streams"),
        ("/expiring/export.xlsx", "streams"),
        ("/lots/realized/export.csv", "streams"),
        ("/accounts", "pages"),
        ("/v1/events", "pages"),
        ("/v1/accounts", "pages"),
        ("/", "pages"),
    ],
)
def test_event_streams_and_the_rest_part_ways(applications, path, chosen):
    call(applications, {"type": "http", "path": path, "headers": []})

    assert {name: [scope["path"] for scope in to.scopes] for name, to in applications.items() if to.scopes} == {
        chosen: [path]
    }


def test_a_header_with_an_underscore_cannot_pass_for_the_proxys(applications):
    headers = [(b"x_forwarded_proto", b"https"), (b"x-forwarded-for", b"10.0.0.1")]

    call(applications, {"type": "http", "path": "/", "headers": headers})

    assert applications["pages"].scopes[0]["headers"] == [(b"x-forwarded-for", b"10.0.0.1")]


def test_the_servers_start_and_stop_are_answered_by_the_pages(applications):
    call(applications, {"type": "lifespan"})

    assert [scope["type"] for scope in applications["pages"].scopes] == ["lifespan"]
    assert applications["streams"].scopes == []


def ask(applications: dict[str, Recorder], method: str, path: str, length: str) -> list[dict]:
    """Send the head of a request whose body has that length; answer what comes back."""
    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    headers = [(b"content-length", length.encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    asyncio.run(route(**applications)(scope, None, send))
    return sent


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("POST", "/v1/accounts", 160 * 1024 * 1024),
        ("GET", "/v1/accounts", 2_621_440),
        ("POST", "/v1/journals", 2_621_440),
        ("POST", "/sign-in", 2_621_440),
        ("POST", "/streams/account", 2_621_440),
    ],
)
def test_a_body_may_be_as_large_as_its_path_takes_and_no_larger(applications, method, path, most):
    assert ask(applications, method, path, str(most)) == []
    head, body = ask(applications, method, path, str(most + 1))

    headers = dict(head["headers"])
    assert (head["status"], headers[b"content-type"]) == (400, b"application/json")
    assert len(headers[b"x-request-id"]) == 32
    assert json.loads(body["body"]) == {"code": 40010000, "message": "request body is too large"}
    assert sum(len(to.scopes) for to in applications.values()) == 1


def test_a_length_of_thousands_of_digits_is_too_large(applications):
    head, _ = ask(applications, "POST", "/v1/accounts", "9" * 5000)

    assert head["status"] == 400
    assert applications["pages"].scopes == []
