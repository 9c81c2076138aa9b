"""Requests with a short body, from the event loop to the WSGI application and back in one change of threads.

`a2wsgi` changes threads for each piece of a body and of an answer, so that both may be as long as
they like. Most requests here are a few hundred bytes, and take longer to change threads than to read.
"""

import asyncio
import contextvars
from io import BytesIO
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import build_environ

SHORT = 65_536  # bytes of a body, stated beforehand

Head = tuple[str, list[tuple[str, str]]]


class ShortRequests:
    """The ASGI application that answers short requests by the WSGI application of `longer`, and hands that the rest."""

    def __init__(self, longer: WSGIMiddleware) -> None:
        self.longer = longer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not _is_short(scope):
            await self.longer(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            return
        environ = build_environ(scope, cast(Any, BytesIO(body)))
        run = contextvars.copy_context().run
        (status, headers), content = await asyncio.get_running_loop().run_in_executor(
            self.longer.executor, run, self._answer, environ
        )
        await send(
            {
                "type": "http.response.start",
                "status": int(status[:3]),
                "headers": [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers],
            }
        )
        await send({"type": "http.response.body", "body": content})

    def _answer(self, environ: Any) -> tuple[Head, bytes]:
        head: list[Head] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            head[:] = [(status, headers)]

        answer = self.longer.app(environ, cast(Any, start))
        try:
            content = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        return head[0], content


def _is_short(scope: Any) -> bool:
    """Say whether the request states a short body, or has none."""
    named = dict(scope["headers"])
    stated = named.get(b"content-length", b"0")
    return b"transfer-encoding" not in named and stated.isdigit() and len(stated) < 9 and int(stated) <= SHORT


async def _read(receive: Any) -> bytes | None:
    """Answer the whole body, None where the client went away before its end."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body
