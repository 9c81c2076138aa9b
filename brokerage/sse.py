"""Server-sent events: complete by replay, live by one listener per process.

A stream reads its past by `event_id` from the database and then follows the listener, so a
client that resumes misses nothing. No database connection is held while a stream is idle.
A client that reads too slowly is told so and dropped; it resumes by id (contract/accounts.md 4).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, TypeVar

import orjson
import psycopg
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from brokerage.api import json_error
from brokerage.database import direct_parameters
from brokerage.database_session import EVERYBODY, TENANT, put
from brokerage.errors import BrokerageError
from brokerage.market_data import MOVED
from brokerage.models import Event
from brokerage.relay import CHANNEL
from brokerage.stream_bounds import Bounds

log = logging.getLogger(__name__)

T = TypeVar("T")
HEARTBEAT_SECONDS = 15.0
QUEUE_SIZE = 10_000
PAGE = 500
RECONNECT_SECONDS = 1.0
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Stream:
    """Which events a stream carries, for whom, and how one is written.

    `tenant` is whose events it may ever carry: the barrier behind `wanted` and `filters`.
    """

    wanted: Callable[[Event], bool]
    filters: dict[str, Any]
    render: Callable[[Event], bytes]
    tenant: str

    def may_carry(self, event: Event) -> bool:
        """Say whether the event is its tenant's."""
        return self.tenant in (EVERYBODY, str(event.correspondent_id))


@dataclass(eq=False)
class _Follower:
    stream: Stream
    queue: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(QUEUE_SIZE))
    dropped: int = 0

    def offer(self, event: Event) -> None:
        try:
            if self.stream.may_carry(event) and self.stream.wanted(event):
                self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.dropped += 1
        except Exception:  # One stream's fault ends that stream, which resumes by id; the others hear on.
            log.exception("a stream could not be offered an event and ends")
            self.dropped += 1


async def _connect() -> psycopg.AsyncConnection:
    """Connect for the listener, which reads for everybody's streams; each is offered its tenant's events only."""
    parameters = direct_parameters(options=f"-c {TENANT}={EVERYBODY}")
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)


class Listener:
    """The one listener of this process: reads new events once and hands them to every stream."""

    def __init__(self) -> None:
        self.followers: set[_Follower] = set()
        self.market_watchers: set[Callable[[], object]] = set()
        self.newest = 0
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def follow(self, stream: Stream) -> _Follower:
        """Start handing new events to `stream`; answers once nothing new can be missed."""
        follower = _Follower(stream)
        self.followers.add(follower)
        self._start()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._ready.wait()
        except TimeoutError:
            self.followers.discard(follower)
            raise
        return follower

    def watch_market(self, moved: Callable[[], object]) -> None:
        """Call `moved` whenever the market has moved, until it is discarded from `market_watchers`."""
        self.market_watchers.add(moved)
        self._start()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        """Follow the relay's notifications for as long as the process lives, through lost connections."""
        while True:
            try:
                # Two connections: a notification that arrives while a query runs on its own would be lost.
                async with await _connect() as notified, await _connect() as reader:
                    await notified.execute(f"LISTEN {CHANNEL}; LISTEN {MOVED}")
                    await self._catch_up(reader)
                    self._ready.set()
                    async for notice in notified.notifies():
                        if notice.channel == CHANNEL:
                            await self._catch_up(reader)
                            continue
                        for moved in self.market_watchers:
                            moved()
            except psycopg.Error:
                log.warning("the event listener lost its connection and connects again", exc_info=True)
            except Exception:  # Without its listener every stream of the process would fall silent.
                log.exception("the event listener failed and starts again")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _catch_up(self, reader: psycopg.AsyncConnection) -> None:
        if not self._ready.is_set():
            row = await (await reader.execute("SELECT coalesce(max(event_id), 0) FROM brokerage_event")).fetchone()
            self.newest = row[0] if row else 0
            return
        rows = await (await reader.execute(NEW_EVENTS, [self.newest])).fetchall()
        for row in rows:
            event = Event(**dict(zip(EVENT_COLUMNS, row, strict=True)))
            self.newest = row[EVENT_COLUMNS.index("event_id")]
            for follower in self.followers:
                follower.offer(event)


EVENT_COLUMNS = [column.attname for column in Event._meta.concrete_fields]
NEW_EVENTS = f"SELECT {', '.join(EVENT_COLUMNS)} FROM brokerage_event WHERE event_id > %s ORDER BY event_id"  # noqa: S608

_listeners: dict[asyncio.AbstractEventLoop, Listener] = {}


def listener() -> Listener:
    """Answer the listener of the running event loop."""
    return _listeners.setdefault(asyncio.get_running_loop(), Listener())


def respond(stream: Stream, bounds: Bounds) -> StreamingHttpResponse:
    """Answer a stream of `stream`'s events within `bounds`, the past first, then live."""
    response = StreamingHttpResponse(_write(stream, bounds), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


async def _write(stream: Stream, bounds: Bounds) -> AsyncIterator[bytes]:
    live = listener()
    try:
        follower = await live.follow(stream)
    except TimeoutError:
        yield b": internal server error\n\n"
        return
    try:
        yield b": welcome to the Strikebook events\n\n"
        last = 0
        if bounds.replays:
            async for event in _past(stream, bounds):
                last = event.event_id or last
                yield stream.render(event)
        while not follower.dropped and not await _is_reached(bounds):
            async for event in _present(follower):
                if (event.event_id or 0) <= last:
                    continue
                if bounds.excludes(event):
                    return
                yield stream.render(event)
            yield b":heartbeat\n\n"
        if follower.dropped:
            yield b": you are reading too slowly, dropped %d messages\n\n" % follower.dropped
    finally:
        live.followers.discard(follower)


async def _is_reached(bounds: Bounds) -> bool:
    return bounds.until is not None and await sync_to_async(_released)(EVERYBODY, bounds.is_reached)


async def _past(stream: Stream, bounds: Bounds) -> AsyncIterator[Event]:
    after = 0
    while True:
        page = await sync_to_async(_released)(stream.tenant, partial(_page, stream, bounds, after))
        for event in page:
            yield event
        if len(page) < PAGE:
            return
        after = page[-1].event_id or after


def _page(stream: Stream, bounds: Bounds, after: int) -> list[Event]:
    rows = Event.objects.filter(bounds.condition(), event_id__gt=after, **stream.filters)
    return list(rows.order_by("event_id")[:PAGE])


def _released(tenant: str, read: Callable[[], T]) -> T:
    """Read what is the tenant's and give the connection back: an idle stream holds none."""
    try:
        put({TENANT: tenant}, is_local=False)
        return read()
    finally:
        connection.close()


async def _present(follower: _Follower) -> AsyncIterator[Event]:
    """Yield new events until the client falls behind or none has come for a heartbeat."""
    while not follower.dropped:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                event = await follower.queue.get()
        except TimeoutError:
            return
        yield event


def data_line(event: Event, facts: dict[str, Any]) -> bytes:
    """Frame one event as the public streams do: its id, `data: {one-line JSON}`, a blank line."""
    return b"id: %d\ndata: " % (event.event_id or 0) + orjson.dumps(facts) + b"\n\n"


def refusals_as_json(view: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Let an async stream view raise refusals: a stream that cannot start answers a JSON error."""

    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return await view(request, *args, **kwargs)
        except BrokerageError as refusal:
            return json_error(refusal)

    return guarded
