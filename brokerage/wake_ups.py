"""Wake-ups that come to one: a task that is on its way already is not sent once more.

It may be a mark too many for some seconds, when its task was lost, but never one too few: what a
task that is woken so looks for must be found by the tick as well.
"""

from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis

ON_ITS_WAY_SECONDS = 5  # A task that takes longer to come was lost, or waits so long that one more does no harm.


def is_first(task: str) -> bool:
    """Mark that a task is on its way; False where that was marked. Without a Redis every one is the first."""
    redis = _redis()
    return redis is None or bool(redis.set(f"woken:{task}", 1, nx=True, ex=ON_ITS_WAY_SECONDS))


def has_come(task: str) -> None:
    """Take the mark away: what is committed from here on may come too late for the task, which looks once more."""
    redis = _redis()
    if redis is not None:
        redis.delete(f"woken:{task}")


@cache
def _redis() -> Any:
    return Redis.from_url(settings.CACHE_URL, socket_timeout=1) if settings.CACHE_URL else None
