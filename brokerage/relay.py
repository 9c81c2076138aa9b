"""The relay: the one process that gives committed events their place in the stream.

It reads the rows of the outbox that have no place yet, gives each the next integer and a
ULID, and then notifies the streams, in one transaction of its own. Ids follow commit order
and none is skipped. Two relays may run: a session advisory lock elects the one that works.
"""

import logging
from collections.abc import Callable
from time import time

import psycopg
from ulid import ULID, LaxMonotonicPolicy, ULIDGenerator

log = logging.getLogger(__name__)

CHANNEL = "strikebook_events"
RELAY_LOCK = 5_072_002
BATCH = 2_000

UNPLACED = "SELECT id FROM brokerage_event WHERE event_id IS NULL ORDER BY id LIMIT %s"
NEWEST = "SELECT event_id, ulid FROM brokerage_event WHERE event_id IS NOT NULL ORDER BY event_id DESC LIMIT 1"
PLACE = """
    UPDATE brokerage_event AS event SET event_id = place.event_id, ulid = place.ulid
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS place (id, event_id, ulid)
    WHERE event.id = place.id
"""


class Relay:
    """Gives places to committed events over its own connection, straight to PostgreSQL."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.newest = 0
        self.floor_ms = 0
        self._ulids = ULIDGenerator(clock=self._milliseconds, policy=LaxMonotonicPolicy())

    def is_elected(self) -> bool:
        """Try to become the relay that works; it stays so while its connection lives."""
        row = self.connection.execute("SELECT pg_try_advisory_lock(%s)", [RELAY_LOCK]).fetchone()
        if not (row and row[0]):
            return False
        newest = self.connection.execute(NEWEST).fetchone()
        if newest:
            self.newest, self.floor_ms = newest[0], ULID.from_str(newest[1]).milliseconds + 1
        return True

    def place_events(self) -> int:
        """Give every committed event without a place the next one; answer how many were placed."""
        with self.connection.transaction():
            ids = [row[0] for row in self.connection.execute(UNPLACED, [BATCH])]
            if not ids:
                return 0
            places = list(range(self.newest + 1, self.newest + 1 + len(ids)))
            ulids = [str(self._ulids.generate()) for _ in ids]
            self.connection.execute(PLACE, [ids, places, ulids])
            self.connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(places[-1])])
        self.newest = places[-1]
        return len(ids)

    def run(self, *, wait: Callable[[float], bool], beat: Callable[[], None]) -> None:
        """Place events until `wait(seconds)` answers True: it is time to stop."""
        elected = False
        while True:
            beat()
            elected = elected or self.is_elected()
            placed = self.place_events() if elected else 0
            if placed < BATCH and wait(IDLE_SECONDS if elected else STANDBY_SECONDS):
                return

    def _milliseconds(self) -> int:
        return max(int(time() * 1000), self.floor_ms)


IDLE_SECONDS = 0.02
STANDBY_SECONDS = 1.0
