"""The ASGI application: event streams to Django's ASGI handler, everything else to its WSGI handler.

Views are synchronous, and Django's WSGI handler serves those two to three times as fast; a
stream holds its connection open for hours, which only the ASGI handler can do.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brokerage.settings")

from brokerage.wsgi import application as wsgi_application  # noqa: E402 - it reads the settings named above

STREAMS = ("/v1/events/", "/v2/events/", "/v2beta1/events/", "/streams/")
THREADS = 4


def route(*, streams: Application, pages: Application) -> Application:
    """Answer the application that hands event streams to `streams` and everything else to `pages`."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # A header with an underscore would pass for the one with hyphens that a proxy sets.
            scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name]}
            if scope["path"].startswith(STREAMS):
                await streams(scope, receive, send)
                return
        await pages(scope, receive, send)

    return application


application = route(
    streams=get_asgi_application(),
    pages=WSGIMiddleware(wsgi_application, workers=THREADS),  # and answers `lifespan`
)
