"""Event streams for API keys: the same keys, scopes and counts as everywhere, and so many at once (contract 4.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from functools import partial, wraps
from time import time
from typing import Any, cast
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.api.authentication import admit
from accounts.api.scopes import require_kind, require_scope
from accounts.choices import KeyScope
from accounts.key_counts import store
from accounts.key_errors import TooManyStreams
from accounts.models import ApiKey
from accounts.permissions import Permission
from brokerage.errors import MethodNotAllowed
from brokerage.scopes import Admits
from brokerage.sse import refusals_as_json

StreamView = Callable[..., Coroutine[Any, Any, StreamingHttpResponse]]
KEPT_EVERY = 20.0


def key_stream(view: StreamView) -> StreamView:
    """Let an async view `(request, actor, …)` stream to API keys that reach `events`.

    A place among the key's open streams is taken, kept while the client reads, and given back
    when the stream ends; that of a process that died runs out by itself. A stream ends when
    its key is revoked or expires.
    """

    @csrf_exempt  # keys sign the request, not cookies: any method gets the answer of the API
    @refusals_as_json
    @wraps(view)
    async def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        if request.method != "GET":
            raise MethodNotAllowed(method=request.method)
        key = await sync_to_async(_admit)(request)
        response = await view(request, key.user, *args, **kwargs)
        slot = uuid4().hex
        taking = partial(store().take_slot, key.pk, slot, most=settings.API_STREAMS_PER_KEY, at=time())
        if not await sync_to_async(taking)():
            raise TooManyStreams
        response.streaming_content = _held(key, slot, cast(AsyncIterator[bytes], response.streaming_content))
        return response

    opened.scope = KeyScope.EVENTS  # type: ignore[attr-defined]
    return opened


def _admit(request: HttpRequest) -> ApiKey:
    """Answer the key; hold no connection while the stream is open."""
    try:
        key = admit(request)
        require_kind(key, Admits.CORRESPONDENTS)
        require_scope(key, KeyScope.EVENTS, str(request.method))
        key.user.require(Permission.VIEW_ACCOUNTS)
        return key
    finally:
        connection.close()


async def _held(key: ApiKey, slot: str, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass the stream on while its place is kept: at every heartbeat at the latest, this looks after it."""
    kept_at = time()
    try:
        async with aclosing(content) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                yield chunk
                now = time()
                if key.expires_at is not None and key.expires_at.timestamp() <= now:
                    return
                if now - kept_at >= KEPT_EVERY:
                    kept_at = now
                    if not await sync_to_async(partial(store().keep_slot, key.pk, slot, at=now))():
                        return
    finally:
        # Not awaited: the client may be gone, and with it the right to wait here.
        asyncio.get_running_loop().run_in_executor(None, store().free_slot, key.pk, slot)
