"""`/streams/chain/{symbol}`: the cells of a chain as they change, as lines of JSON.

Where contracts end while the page is open it says `chain-changed` instead, and the page fetches itself again:
cells of contracts that no longer trade never stand under a head of a later time. The page of one contract
(`only`, its symbol) hears of that one, and the page of an underlying (`only`, empty) of the share alone.

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
from brokerage.errors import InvalidParameter, Unauthenticated
from brokerage.sse import HEARTBEAT_SECONDS, Stream, listener, refusals_as_json
from options.chain import get_underlying
from options.chain_feed import Feed, Look, Viewer, feed_of
from options.rules.contracts import parse_symbol

CHAIN_CHANGED = b"event: chain-changed\ndata: {}\n\n"


@refusals_as_json
async def chain_changes(request: HttpRequest, symbol: str) -> StreamingHttpResponse:
    """Stream `quotes` of the chain to anybody signed in; 401 to others, 404 for an unknown underlying."""
    user, known = await sync_to_async(_require_known)(request, symbol)
    only = request.GET.get("only")
    day = _day(request, "expiration") if only is None else _expiration_of(only)
    viewer = Viewer(
        day,
        with_greeks=request.GET.get("greeks") == "1",
        live_from=_day(request, "live_from"),
        only=only if only is None or day else "",
    )
    queue = None
    if user.may(Permission.VIEW_AUDIT):
        queue = Stream(wanted=tells_of_queue, filters={}, render=lambda event: QUEUE_CHANGED, tenant=tenant_of(user))
    response = StreamingHttpResponse(_write(feed_of(known), viewer, queue), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


def _day(request: HttpRequest, name: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(request.GET.get(name, ""))
    return None


def _expiration_of(symbol: str) -> date | None:
    with suppress(InvalidParameter):
        return parse_symbol(symbol).expiration_date
    return None


def _require_known(request: HttpRequest, symbol: str) -> tuple[User, str]:
    try:
        user = get_user(request)
        if not isinstance(user, User) or second_factor.is_missing(user):
            raise Unauthenticated
        return user, get_underlying(symbol).symbol
    finally:
        connection.close()


def _say(viewer: Viewer, look: Look) -> bytes:
    """Write what the page hears of a look: the cells that changed, or that it shows contracts that have ended."""
    if viewer.is_outdated(look):
        return CHAIN_CHANGED if viewer.tells() else b""
    message = viewer.message(look)
    return b"" if message is None else b"event: quotes\ndata: " + orjson.dumps(message) + b"\n\n"


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
            said = _say(viewer, feed.newest) if feed.newest else b""
            if said:
                yield said
            if follower is not None and not follower.queue.empty():
                while not follower.queue.empty():
                    follower.queue.get_nowait()
                yield QUEUE_CHANGED
    finally:
        feed.leave(viewer)
        if follower is not None:
            listener().followers.discard(follower)
