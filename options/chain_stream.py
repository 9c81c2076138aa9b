"""`/streams/chain/{symbol}`: the cells of a chain as they change, as one line of JSON a second.

A browser allows a host six connections, so the one stream of the page also says, to staff who see the
count in the navigation, that the queue of options requests changed. No connection to the database is
held between two looks.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date

import orjson
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from accounts import second_factor
from accounts.acting import tenant_of
from accounts.models import User
from accounts.page_stream import QUEUE_CHANGED, tells_of_queue
from accounts.permissions import Permission
from brokerage.errors import Unauthenticated
from brokerage.sse import HEARTBEAT_SECONDS, Stream, listener, refusals_as_json
from options.chain import get_underlying
from options.chain_feed import Feed, Viewer, feed_of


@refusals_as_json
async def chain_changes(request: HttpRequest, symbol: str) -> StreamingHttpResponse:
    """Stream `quotes` of the chain to anybody signed in; 401 to others, 404 for an unknown underlying."""
    user, known = await sync_to_async(_require_known)(request, symbol)
    day = None
    with suppress(ValueError):
        day = date.fromisoformat(request.GET.get("expiration", ""))
    viewer = Viewer(day, with_greeks=request.GET.get("greeks") == "1")
    queue = None
    if user.may(Permission.VIEW_AUDIT):
        queue = Stream(wanted=tells_of_queue, filters={}, render=lambda event: QUEUE_CHANGED, tenant=tenant_of(user))
    response = StreamingHttpResponse(_write(feed_of(known), viewer, queue), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


def _require_known(request: HttpRequest, symbol: str) -> tuple[User, str]:
    try:
        user = get_user(request)
        if not isinstance(user, User) or second_factor.is_missing(user):
            raise Unauthenticated
        return user, get_underlying(symbol).symbol
    finally:
        connection.close()


async def _write(feed: Feed, viewer: Viewer, queue: Stream | None) -> AsyncIterator[bytes]:
    follower = None
    try:
        yield b": welcome to the Strikebook chain\n\n"
        feed.join(viewer)
        if queue is not None:
            follower = await listener().follow(queue)
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await viewer.news.wait()
            except TimeoutError:
                yield b":heartbeat\n\n"
                continue
            viewer.news.clear()
            message = viewer.message(feed.newest) if feed.newest else None
            if message is not None:
                yield b"event: quotes\ndata: " + orjson.dumps(message) + b"\n\n"
            if follower is not None and not follower.queue.empty():
                while not follower.queue.empty():
                    follower.queue.get_nowait()
                yield QUEUE_CHANGED
    finally:
        feed.leave(viewer)
        if follower is not None:
            listener().followers.discard(follower)
