"""The router in front of Django: streams one way, everything else the other."""

import asyncio

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
    asyncio.run(route(**applications)(scope, None, None))


@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        ("/v1/events/accounts/status", "streams"),
        ("/v2/events/trades", "streams"),
        ("/v2beta1/events/trades", "streams"),
        ("/streams/account", "streams"),
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

    assert applications["pages"].scopes == [{"type": "lifespan"}]
    assert applications["streams"].scopes == []
