"""Which symbols a fed market asks its vendor for: what is held, ordered, watched, and what somebody looked at."""

from collections.abc import Callable, Collection, Iterable
from time import monotonic, time

from accounts.key_counts import store

LOOKED_AT = "market:looked-at"
LOOKS_LAST = 120.0  # seconds for which what was looked at is asked for
NOTED_EVERY = 30.0  # seconds after which a process says again what is looked at
NOTED_AT_MOST = 20_000  # symbols that a process remembers having said
_registered: list[Callable[[], Iterable[str]]] = []
_noted: dict[str, float] = {}


def want(symbols: Callable[[], Iterable[str]]) -> None:
    """Register what answers the symbols that an app wants prices of."""
    _registered.append(symbols)


def look_at(symbols: Collection[str]) -> None:
    """Say that somebody looks at these. Without a Redis only what is held, ordered and watched is asked for."""
    now = monotonic()
    fresh = [symbol for symbol in symbols if now - _noted.get(symbol, -NOTED_EVERY) >= NOTED_EVERY]
    redis = store().redis
    if not fresh or redis is None:
        return
    if store().ask(lambda: redis.zadd(LOOKED_AT, dict.fromkeys(fresh, time()))) is not None:
        if len(_noted) + len(fresh) > NOTED_AT_MOST:
            _noted.clear()  # some are said once more
        _noted.update(dict.fromkeys(fresh, now))


def wanted_symbols() -> set[str]:
    """Answer every symbol that somebody wants prices of."""
    wanted = {symbol for symbols in _registered for symbol in symbols()}
    redis = store().redis
    if redis is not None:
        store().ask(lambda: redis.zremrangebyscore(LOOKED_AT, "-inf", time() - LOOKS_LAST))
        wanted |= {symbol.decode() for symbol in store().ask(lambda: redis.zrange(LOOKED_AT, 0, -1)) or []}
    return wanted
