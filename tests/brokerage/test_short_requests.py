"""Short requests go to the WSGI application whole; what is long, or does not say, goes piece by piece."""

import asyncio

import pytest
from a2wsgi import WSGIMiddleware

from brokerage.short_requests import SHORT, ShortRequests


def echo(environ, start_response):
    """Answer the method, the path and the body, in two pieces."""
    start_response("201 Created", [("X-Asked", environ["PATH_INFO"]), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return [environ["REQUEST_METHOD"].encode() + b" ", environ["wsgi.input"].read(length)]


class Longer(WSGIMiddleware):
    """The application that takes what is not short; it keeps what it was handed."""

    def __init__(self) -> None:
        super().__init__(echo)
        self.paths: list[str] = []

    async def __call__(self, scope, receive, send) -> None:
        self.paths.append(scope["path"])


def ask(pieces, headers=(), longer=None):
    """Send a request whose body comes in these pieces, None where the client goes away; answer what was sent back."""
    messages = iter(pieces)
    sent: list[dict] = []

    async def receive():
        piece = next(messages)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": piece is not pieces[-1]}

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": "/v1/orders", "query_string": b""}
    scope |= {"headers": list(headers), "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80)}
    asyncio.run(ShortRequests(longer or Longer())(scope, receive, send))
    return sent


def test_the_answer_is_the_applications_with_every_header():
    start, body = ask([b'{"qty"', b": 1}"], [(b"content-length", b"10")])

    assert start == {
        "type": "http.response.start",
        "status": 201,
        "headers": [(b"x-asked", b"/v1/orders"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")],
    }
    assert body == {"type": "http.response.body", "body": b'POST {"qty": 1}'}


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", str(SHORT + 1).encode())],
        [(b"content-length", b"9" * 30)],
        [(b"content-length", b"-1")],
        [(b"transfer-encoding", b"chunked")],
    ],
)
def test_what_is_long_or_does_not_say_goes_the_other_way_unread(headers):
    longer = Longer()

    assert ask([], headers, longer) == []
    assert longer.paths == ["/v1/orders"]


def test_a_client_that_goes_away_before_its_end_is_not_answered():
    assert ask([b"{", None], [(b"content-length", b"10")]) == []
