"""Where calls and open streams of a key are counted: Valkey or Redis, for all web processes together.

Minutes are the machine's: every window ends with the minute, so that counting takes one round
trip. Where the store is away, calls pass uncounted: better unlimited for a while than closed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from limits.storage import MemoryStorage, RedisStorage
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
T = TypeVar("T")

WINDOW_SECONDS = 60
PATIENCE_SECONDS = 0.25
UNTIL_ASKED_AGAIN = 5.0
SLOT_SECONDS = 60
ENDED_SECONDS = 3600

# A place is a member with the time until which it is taken: those of a process that died run out.
TAKE_SLOT = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""
KEEP_SLOT = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


@dataclass(frozen=True)
class Window:
    """The minute at hand: how many calls it allows, how many came, and when it ends."""

    limit: int
    used: int
    resets_at: int

    @property
    def is_exceeded(self) -> bool:
        """Say whether this call is one too many."""
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """Answer the headers that every answer carries."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(self.resets_at),
        }


class Store:
    """The store of counts; without a Redis, calls are counted in this process's own memory and streams not at all."""

    def __init__(self, url: str) -> None:
        self.redis: Any = None
        self.counts: MemoryStorage | RedisStorage = MemoryStorage()
        if url:
            patience: dict[str, Any] = {
                "socket_timeout": PATIENCE_SECONDS,
                "socket_connect_timeout": PATIENCE_SECONDS,
                "retry": Retry(NoBackoff(), 1),
            }
            self.counts = RedisStorage(url.replace("unix://", "redis+unix://", 1), key_prefix="calls", **patience)
            self.redis = self.counts.get_connection()
            self._take_slot = self.redis.register_script(TAKE_SLOT)
            self._keep_slot = self.redis.register_script(KEEP_SLOT)
        self._away_until = 0.0

    def count(self, name: str, limit: int, *, at: float) -> Window:
        """Count one more of `name` in its minute; 0 where nobody could count it."""
        minute = int(at // WINDOW_SECONDS)
        used = self.ask(lambda: self.counts.incr(f"{name}:{minute}", WINDOW_SECONDS + 5))
        return Window(limit, used or 0, (minute + 1) * WINDOW_SECONDS)

    def take_slot(self, key: int, slot: str, *, most: int, at: float) -> bool:
        """Take one of the key's places for open streams; False where all are taken."""
        if self.redis is None:
            return True
        places = [at, at + SLOT_SECONDS, most, slot, SLOT_SECONDS]
        return self.ask(lambda: self._take_slot([f"streams:{key}"], places)) != 0

    def keep_slot(self, key: int, slot: str, *, at: float) -> bool:
        """Keep a place for longer; False where the key's streams are to end."""
        if self.redis is None:
            return True
        names = [f"streams:{key}", f"ended:{key}"]
        return self.ask(lambda: self._keep_slot(names, [at + SLOT_SECONDS, slot, SLOT_SECONDS])) != 0

    def free_slot(self, key: int, slot: str) -> None:
        """Give a place back."""
        if self.redis is not None:
            self.ask(lambda: self.redis.zrem(f"streams:{key}", slot))

    def end_streams(self, key: int) -> None:
        """Let the streams that are open with a key end within half a minute: it is in force no more."""
        if self.redis is not None:
            self.ask(lambda: self.redis.set(f"ended:{key}", 1, ex=ENDED_SECONDS))

    def ask(self, question: Callable[[], T]) -> T | None:
        """Answer what the store says, None while it is away; that is logged once, and so is its return."""
        if monotonic() < self._away_until:
            return None
        try:
            answer = question()
        except RedisError as error:
            if not self._away_until:
                log.warning("the store that counts API calls is away, calls pass uncounted: %s", error)
            self._away_until = monotonic() + UNTIL_ASKED_AGAIN
            return None
        if self._away_until:
            self._away_until = 0.0
            log.warning("the store that counts API calls is back")
        return answer


@cache
def store() -> Store:
    """Answer this process's way to the store."""
    return Store(settings.CACHE_URL)
