"""The listener of a process: whatever one event or one stream does, the others hear on."""

import asyncio
from uuid import uuid4

import pytest

from brokerage import clock, sse
from brokerage.models import Event
from brokerage.relay import CHANNEL
from brokerage.sse import Listener, Stream


class FaultyAtFirst(Listener):
    """A listener that fails on the first event it reads, by something that is no lost connection."""

    faults = 0

    async def _catch_up(self, reader) -> None:
        if self._ready.is_set() and not self.faults:
            self.faults += 1
            raise LookupError("a fault that nobody thought of")
        await super()._catch_up(reader)


def stream(wanted=lambda event: True) -> Stream:
    return Stream(wanted=wanted, filters={}, render=lambda event: b"", tenant="all")


def place_event(number: int) -> None:
    """Do the relay's work for one new event."""
    Event.objects.create(
        type=f"event {number}",
        correspondent_id=uuid4(),
        account_id=uuid4(),
        at=clock.now(),
        event_id=number,
        ulid=str(number),
    )


async def hear(live: Listener, *streams: Stream, events: int) -> list[sse._Follower]:
    """Follow with the streams until the last of them was offered so many events."""
    followers = [await live.follow(one) for one in streams]
    try:
        async with asyncio.timeout(10), await sse._connect() as notifying:
            for number in range(1, events + 1):
                await asyncio.to_thread(sse._released, "all", lambda number=number: place_event(number))
                while followers[-1].queue.qsize() < number:
                    await notifying.execute(f"NOTIFY {CHANNEL}")
                    await asyncio.sleep(0.02)
    finally:
        live._task.cancel()
    return followers


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_the_listener_silences_no_stream(monkeypatch):
    monkeypatch.setattr(sse, "RECONNECT_SECONDS", 0.01)
    live = FaultyAtFirst()

    (follower,) = asyncio.run(hear(live, stream(), events=2))

    assert live.faults == 1
    assert [follower.queue.get_nowait().type for _ in range(2)] == ["event 1", "event 2"]
    assert follower.dropped == 0


@pytest.mark.django_db(transaction=True)
def test_a_stream_with_a_fault_ends_and_the_others_hear_every_event():
    def wanted(event):
        raise LookupError("a fault of this stream")

    faulty, sound = asyncio.run(hear(Listener(), stream(wanted), stream(), events=2))

    assert [sound.queue.get_nowait().type for _ in range(2)] == ["event 1", "event 2"]
    assert (faulty.dropped, sound.dropped) == (2, 0)
