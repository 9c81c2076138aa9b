"""`/streams/accounts/{id}`: tells an open page that its account changed, so that it fetches itself again.

Events carry no HTML and no facts: a name to listen for, and what kind of thing happened. A browser
allows a host six connections, so the one stream of an account's page also says, to staff who see the
count in the navigation, that the queue of options requests changed.
"""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from accounts import second_factor
from accounts.acting import tenant_of
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors import get_account
from brokerage.errors import Unauthenticated
from brokerage.models import Event
from brokerage.sse import Stream, refusals_as_json, respond
from brokerage.stream_bounds import Bounds

QUEUE_EVENTS = ("options_application.", "level_review.")
QUEUE_CHANGED = b"event: queue-changed\ndata: changed\n\n"


@refusals_as_json
async def account_changes(request: HttpRequest, account_id: UUID) -> StreamingHttpResponse:
    """Stream `account-changed` for an account that the signed-in user may see; 401 or 404 otherwise."""
    user = await sync_to_async(_require_visible)(request, account_id)
    sees_queue = user.may(Permission.VIEW_AUDIT)
    stream = Stream(
        wanted=lambda event: event.account_id == account_id or (sees_queue and tells_of_queue(event)),
        filters={"account_id": account_id},
        render=lambda event: _render(event, account_id, sees_queue=sees_queue),
        tenant=tenant_of(user),
    )
    return respond(stream, Bounds())


def _require_visible(request: HttpRequest, account_id: UUID) -> User:
    try:
        user = get_user(request)
        if not isinstance(user, User):
            raise Unauthenticated
        if second_factor.is_missing(user):
            raise Unauthenticated
        get_account(user, account_id)
        return user
    finally:
        connection.close()


def tells_of_queue(event: Event) -> bool:
    """Say whether an event changes the queue of options requests, or the levels under review."""
    return event.type.startswith(QUEUE_EVENTS)


def _render(event: Event, account_id: UUID, *, sees_queue: bool) -> bytes:
    changed = f"event: account-changed\ndata: {event.type}\n\n".encode() if event.account_id == account_id else b""
    return changed + (QUEUE_CHANGED if sees_queue and tells_of_queue(event) else b"")
