"""`/streams/book`: tells an open page that orders changed or were refused, so that its parts fetch themselves again.

One page opens one stream: it also says, to staff who see the count in the navigation, that the queue
of options requests changed. A busy market changes hundreds of orders a second and a page shows fifty:
what comes thick and fast is said once a second, the last of it included.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from accounts import second_factor
from accounts.acting import tenant_of
from accounts.choices import UserKind
from accounts.models import User
from accounts.page_stream import QUEUE_CHANGED, tells_of_queue
from accounts.permissions import Permission
from brokerage.errors import NotPermitted, Unauthenticated
from brokerage.models import Event
from brokerage.sse import Stream, refusals_as_json, respond
from brokerage.stream_bounds import Bounds

ORDERS_CHANGED = b"event: orders-changed\ndata: changed\n\n"
REFUSALS_CHANGED = b"event: refusals-changed\ndata: changed\n\n"
# What begins the type of an event, and what a page is told of it: an order, perhaps a position, what was instructed.
TOLD = {
    **dict.fromkeys(("order.", "account.balance_changed", "do_not_exercise.", "instruction_message."), ORDERS_CHANGED),
    **dict.fromkeys(("expiration.", "position.liquidating"), ORDERS_CHANGED),
    "order_request.": REFUSALS_CHANGED,
}
SPACED = frozenset(TOLD.values())
EVERY_SECONDS = 1.0


@refusals_as_json
async def book_changes(request: HttpRequest) -> StreamingHttpResponse:
    """Stream `orders-changed` and `refusals-changed` to staff, for what they may see; 401 or 403 otherwise."""
    user = await sync_to_async(_require_staff)(request)
    sees_queue = user.may(Permission.VIEW_AUDIT)
    stream = Stream(
        wanted=lambda event: _told_of(event) is not None or (sees_queue and tells_of_queue(event)),
        filters={},
        render=lambda event: _told_of(event) or QUEUE_CHANGED,
        tenant=tenant_of(user),
    )
    response = respond(stream, Bounds())
    response.streaming_content = spaced(aiter(response.streaming_content), every=EVERY_SECONDS)  # type: ignore[arg-type]
    return response


async def spaced(chunks: AsyncIterator[bytes], *, every: float) -> AsyncIterator[bytes]:
    """Yield the chunks of a stream; that a list changed at once, and then at most every so many seconds.

    What was held back is said when the time has come, so that nobody is left with an old page.
    """
    now = asyncio.get_running_loop().time
    coming = asyncio.ensure_future(anext(chunks))
    held: dict[bytes, None] = {}
    due = now()
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=max(due - now(), 0) if held else None)
            if done:
                try:
                    chunk = coming.result()
                except StopAsyncIteration:
                    return
                coming = asyncio.ensure_future(anext(chunks))
                if chunk not in SPACED:
                    yield chunk
                    continue
                held[chunk] = None
            if held and now() >= due:
                due = now() + every
                for chunk in held:
                    yield chunk
                held = {}
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await coming
        await chunks.aclose()  # type: ignore[attr-defined]


def _told_of(event: Event) -> bytes | None:
    """Answer what a page is told of an event, if anything."""
    return next((told for kind, told in TOLD.items() if event.type.startswith(kind)), None)


def _require_staff(request: HttpRequest) -> User:
    try:
        user = get_user(request)
        if not isinstance(user, User) or second_factor.is_missing(user):
            raise Unauthenticated
        if user.kind != UserKind.STAFF:
            raise NotPermitted(permission=Permission.VIEW_ACCOUNTS.value)
        return user
    finally:
        connection.close()
