"""`GET /v1/events/accounts/status`: what changes about a correspondent's accounts (contract/accounts.md 4.3)."""

from datetime import UTC
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from accounts.api.authentication import find_key, read_credentials
from accounts.errors import AccountInputInvalid
from accounts.models import User
from accounts.permissions import Permission
from brokerage.api import Unauthenticated
from brokerage.errors import MethodNotAllowed
from brokerage.models import Event
from brokerage.sse import Stream, data_line, refusals_as_json, respond
from brokerage.stream_bounds import V1_PARAMETERS, read_bounds

# A partner's own cap on the level is not announced (contract 6), so `account.configured` is not here.
CARRIED = frozenset(
    {
        "account.opened",
        "account.status_changed",
        "account.blocked",
        "account.admin_configured",
        "options.level_approved",
    }
)


@refusals_as_json
async def account_status_events(request: HttpRequest) -> StreamingHttpResponse:
    """Stream the status events of the key's correspondent, firm account included, or of one account (`id`)."""
    if request.method != "GET":
        raise MethodNotAllowed(method=request.method)
    actor = await sync_to_async(authenticate)(request)
    account_id = _account_id(request.GET.get("id", ""))
    bounds = read_bounds(request.GET, request.headers.get("Last-Event-ID"), V1_PARAMETERS)
    return respond(stream_of(actor, account_id), bounds)


def authenticate(request: HttpRequest) -> User:
    """Answer who asks, by the same keys as everywhere; hold no connection while the stream is open."""
    try:
        credentials = read_credentials(request.headers)
        key = find_key(*credentials) if credentials else None
        if key is None:
            raise Unauthenticated
        key.user.require(Permission.VIEW_ACCOUNTS)
        return key.user
    finally:
        connection.close()


def stream_of(actor: User, account_id: UUID | None) -> Stream:
    """Answer which events this actor receives; an account that is not its own never has one."""
    filters: dict[str, Any] = {"type__in": CARRIED, "correspondent_id": actor.correspondent_id}
    if account_id is not None:
        filters["account_id"] = account_id

    def is_wanted(event: Event) -> bool:
        return (
            event.type in CARRIED
            and event.correspondent_id == actor.correspondent_id
            and account_id in (None, event.account_id)
        )

    return Stream(wanted=is_wanted, filters=filters, render=render)


def render(event: Event) -> bytes:
    """Write one event: who and when, and what its payload adds."""
    return data_line(event, event_json(event))


def event_json(event: Event) -> dict[str, Any]:
    """Answer an event as the stream prints it; only properties that changed are in it."""
    return {
        "account_id": str(event.account_id),
        "account_number": event.account_number,
        "at": event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "event_id": event.event_id,
        "event_ulid": event.ulid,
        **event.payload,
    }


def _account_id(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise AccountInputInvalid({"id": ["is not a valid UUID"]}) from None
