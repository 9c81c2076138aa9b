"""Public event streams: which events each carries, for whom, and how one is written (contract/accounts.md 4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse

from accounts.acting import tenant_of
from accounts.api.key_streams import StreamView, key_stream
from accounts.errors import AccountInputInvalid
from accounts.models import User
from brokerage.models import Event
from brokerage.sse import Stream, data_line, respond
from brokerage.stream_bounds import V1_PARAMETERS, Reader, read_bounds


@dataclass(frozen=True)
class Feed:
    """One public stream: the types it carries, how an event is printed, and the parameters that bound it.

    An event that is recorded once for each of two accounts is `told_once` by the side whose payload
    has these values; a stream of one account alone hears its own side, whichever it is. The query may
    narrow the stream by the members in `narrowed_by`, each with what it must read like.
    """

    carried: frozenset[str]
    describe: Callable[[Event, User], dict[str, Any]]
    parameters: Mapping[str, tuple[str, Reader]] = field(default_factory=lambda: V1_PARAMETERS)
    told_once: Mapping[str, str] = field(default_factory=dict)
    narrowed_by: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)


def stream_view(feed: Feed) -> StreamView:
    """Answer the view of a feed: events of the key's correspondent, or of one account (`id`)."""

    async def events(request: HttpRequest, actor: User) -> StreamingHttpResponse:
        account_id = _account_id(request.GET.get("id", ""))
        narrowed = _narrowed(request.GET, feed)
        bounds = read_bounds(request.GET, request.headers.get("Last-Event-ID"), dict(feed.parameters))
        return respond(stream_of(feed, actor, account_id, narrowed), bounds)

    return key_stream(events)


def stream_of(
    feed: Feed, actor: User, account_id: UUID | None, narrowed: Mapping[str, str] = MappingProxyType({})
) -> Stream:
    """Answer which events this actor receives; an account that is not its own never has one."""
    once = {**(feed.told_once if account_id is None else {}), **narrowed}
    filters: dict[str, Any] = {"type__in": feed.carried, "correspondent_id": actor.correspondent_id}
    filters |= {f"payload__{name}": value for name, value in once.items()}
    if account_id is not None:
        filters["account_id"] = account_id

    def is_wanted(event: Event) -> bool:
        return (
            event.type in feed.carried
            and event.correspondent_id == actor.correspondent_id
            and account_id in (None, event.account_id)
            and all(event.payload.get(name) == value for name, value in once.items())
        )

    return Stream(
        wanted=is_wanted,
        filters=filters,
        render=lambda event: data_line(event, feed.describe(event, actor)),
        tenant=tenant_of(actor),
    )


def instant(event: Event) -> str:
    """Answer when it happened, as the streams print it."""
    return event.at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def v1_ids(event: Event) -> dict[str, Any]:
    """Answer when an event happened and its place, as the first version of a stream prints them."""
    return {"at": instant(event), "event_id": event.event_id, "event_ulid": event.ulid}


def v2_ids(event: Event) -> dict[str, Any]:
    """Answer the same for the second version, where the id is the ULID."""
    return {"at": instant(event), "event_id": event.ulid}


def _narrowed(query: Mapping[str, str], feed: Feed) -> dict[str, str]:
    try:
        return {name: str(read(query[name])) for name, read in feed.narrowed_by.items() if query.get(name)}
    except ValueError:
        wrong = [name for name in feed.narrowed_by if query.get(name)]
        raise AccountInputInvalid({name: ["cannot be read"] for name in wrong}) from None


def _account_id(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise AccountInputInvalid({"id": ["is not a valid UUID"]}) from None
