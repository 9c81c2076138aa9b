"""The ASGI application: streams and long downloads to Django's ASGI handler, everything else to its WSGI handler.

Views are synchronous, and Django's WSGI handler serves those two to three times as fast; a
stream holds its connection open for hours, which only the ASGI handler can do.
"""

import json
import os
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any
from uuid import uuid4

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brokerage.settings")

from django.conf import settings  # noqa: E402 - these read the settings named above

from brokerage.embedded.servers import SUPERVISED  # noqa: E402
from brokerage.errors import BodyTooLarge  # noqa: E402
from brokerage.short_requests import ShortRequests  # noqa: E402
from brokerage.wsgi import application as wsgi_application  # noqa: E402

# What the file of a list is named: it is sent for as long as the line is slow, without a thread of the pages.
EXPORT = "export."
STREAMS = ("/v1/events/", "/v2/events/", "/v2beta1/events/", "/streams/")
THREADS = 4


def route(*, streams: Application, pages: Application) -> Application:
    """Answer the application that hands event streams and exports to `streams` and everything else to `pages`."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # A header with an underscore would pass for the one with hyphens that a proxy sets.
            scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name]}
            if _is_too_large(scope):
                await _refuse_body(send)
                return
            if scope["path"].startswith(STREAMS) or scope["path"].rpartition("/")[2].startswith(EXPORT):
                await streams(scope, receive, send)
                return
        await pages(scope, receive, send)

    return application


def _answer_without_delay() -> None:
    """Send small answers at once: the listening socket that the process manager hands over has Nagle's delay on."""
    with socket.socket(fileno=os.dup(0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections inherit it


def _is_too_large(scope: Scope) -> bool:
    stated = dict(scope["headers"]).get(b"content-length", b"")
    most = most_bytes(scope["method"], scope["path"])
    return stated.isdigit() and (len(stated) > 18 or int(stated) > most)


def most_bytes(method: str, path: str) -> int:
    """Answer how large a body may be that comes by this method to this path."""
    for large_method, pattern, most in settings.LARGE_BODIES:
        if method == large_method and re.fullmatch(pattern, path):
            return most
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


async def _refuse_body(send: Send) -> None:
    """Answer before the body is read and before a thread is taken; the connection ends, the body unread."""
    refusal = BodyTooLarge()
    headers = [
        (b"content-type", b"application/json"),
        (b"connection", b"close"),
        (b"x-request-id", uuid4().hex.encode()),
    ]
    await send({"type": "http.response.start", "status": refusal.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(refusal.body()).encode()})


if SUPERVISED in os.environ:
    _answer_without_delay()
# Read now: what is wrong with a path stops the start, and no request waits for them to be read.
import_module(settings.ROOT_URLCONF)
application = route(
    streams=get_asgi_application(),
    pages=ShortRequests(WSGIMiddleware(wsgi_application, workers=THREADS)),  # and answers `lifespan`
)
