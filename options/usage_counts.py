"""Where requests for market data are counted on their way: Valkey or Redis, for all web processes together.

The counts at hand are one hash. The worker takes it under another name, a batch, and writes it to the table
(`options/services/usage.py`): a batch stays here until that is done, so a worker that dies leaves nothing out.
"""

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from accounts.key_counts import store

AT_HAND = "data-usage"
WAITING = "data-usage:batches"
REQUESTS, POINTS = "r", "p"

# Whatever is counted comes into the hash that is at hand, and of that there is one.
COUNT = """
redis.call('HINCRBY', KEYS[1], ARGV[1] .. '|r', 1)
redis.call('HINCRBY', KEYS[1], ARGV[1] .. '|p', ARGV[2])
return 1
"""
TAKE = """
if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('RENAME', KEYS[1], KEYS[1] .. ':' .. ARGV[1])
    redis.call('SADD', KEYS[2], ARGV[1])
end
return redis.call('SMEMBERS', KEYS[2])
"""


class Count(NamedTuple):
    """What a key took of one endpoint on one day."""

    key_pk: int
    day: date
    endpoint: str
    requests: int
    points: int


def add(key_pk: int, day: date, endpoint: str, points: int) -> bool:
    """Count one request and its points in one round trip; False where there is no store, or it is away."""
    redis = store().redis
    if redis is None:
        return False
    counted = f"{key_pk}|{day.isoformat()}|{endpoint}"
    return store().ask(lambda: redis.eval(COUNT, 1, AT_HAND, counted, points)) is not None


def take() -> list[UUID]:
    """Make what is at hand a batch, and answer every batch that waits, those that a worker left behind too."""
    redis = store().redis
    if redis is None:
        return []
    found = store().ask(lambda: redis.eval(TAKE, 2, AT_HAND, WAITING, uuid4().hex))
    return sorted(UUID(name.decode()) for name in found or [])


def counts_of(batch: UUID) -> list[Count]:
    """Answer what a batch holds; nothing where it was forgotten meanwhile."""
    kept: dict[bytes, bytes] = store().redis.hgetall(_name(batch))
    found: defaultdict[tuple[int, date, str], dict[str, int]] = defaultdict(dict)
    for field, value in kept.items():
        key_pk, day, rest = field.decode().split("|", 2)
        endpoint, _, what = rest.rpartition("|")
        found[int(key_pk), date.fromisoformat(day), endpoint][what] = int(value)
    return [Count(*counted, both[REQUESTS], both[POINTS]) for counted, both in sorted(found.items())]


def forget(batch: UUID) -> None:
    """Let go of a batch that is in the table."""
    both: Any = store().redis.pipeline(transaction=True)
    both.delete(_name(batch)).srem(WAITING, batch.hex)
    both.execute()


def _name(batch: UUID) -> str:
    return f"{AT_HAND}:{batch.hex}"
