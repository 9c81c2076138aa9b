"""The relay gives every committed event its place once, whenever it is killed (design, events)."""

import signal
import subprocess
import sys
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from ulid import ULID

from brokerage import clock, relay
from brokerage.models import Event
from brokerage.relay import Relay

pytestmark = pytest.mark.django_db(transaction=True)
BATCH = 7
# A relay that places two batches and is killed while it places the third: before it notifies, or as it commits.
KILLED = """
import os, signal, sys
import psycopg
from brokerage import relay

relay.BATCH = 7
moment, parameters = sys.argv[1], sys.argv[2]

class Watched(psycopg.Connection):
    turns = 0

    def execute(self, query, *arguments, **named):
        answer = super().execute(query, *arguments, **named)
        if "pg_notify" in str(query):
            Watched.turns += 1
            if Watched.turns == 3 and moment == "placed":
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

with Watched.connect(parameters, autocommit=True) as direct:
    direct.execute("SELECT pg_advisory_lock(%s)", [relay.RELAY_LOCK])
    one = relay.Relay(direct)
    assert one.is_elected()
    for turn in range(3):
        one.place_events()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def parameters():
    facts = connection.get_connection_params()
    return {name: facts[name] for name in ("host", "port", "user", "password", "dbname") if facts.get(name)}


def commit_events(count):
    rows = [
        Event(type=f"event {one}", correspondent_id=uuid4(), account_id=uuid4(), at=clock.now()) for one in range(count)
    ]
    with transaction.atomic():
        Event.objects.bulk_create(rows)
    return [row.pk for row in rows]


def read_on(seen):
    """Read what a client reads that resumes after the last event it has seen."""
    last = seen[-1][0] if seen else 0
    rows = Event.objects.filter(event_id__gt=last).order_by("event_id")
    seen.extend(rows.values_list("event_id", "ulid", "pk"))


@pytest.mark.parametrize("moment", ["placed", "committed"])
def test_a_relay_that_is_killed_loses_and_repeats_nothing(moment, monkeypatch):
    monkeypatch.setattr(relay, "BATCH", BATCH)
    seen, committed = [], []
    for _ in range(3):
        committed += commit_events(4 * BATCH)
        command = [sys.executable, "-c", KILLED, moment, psycopg.conninfo.make_conninfo(**parameters())]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        read_on(seen)

    with psycopg.connect(**parameters(), autocommit=True) as direct:
        successor = elected_after_another(direct)
        while successor.place_events():
            read_on(seen)

    assert [one[0] for one in seen] == list(range(1, len(committed) + 1))
    assert [one[2] for one in seen] == committed
    ulids = [ULID.from_str(one[1]) for one in seen]
    assert ulids == sorted(set(ulids))


def test_a_relay_waits_for_the_one_that_works():
    with (
        psycopg.connect(**parameters(), autocommit=True) as first,
        psycopg.connect(**parameters(), autocommit=True) as second,
    ):
        assert Relay(first).is_elected()
        assert not Relay(second).is_elected()
        first.close()

        elected_after_another(second)


def elected_after_another(direct):
    """Answer a relay that works once the session of the one before has ended: a moment after its client did."""
    direct.execute("SELECT pg_advisory_lock(%s)", [relay.RELAY_LOCK])
    successor = Relay(direct)
    assert successor.is_elected()
    return successor
