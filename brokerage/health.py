"""Whether the installation is all there: `GET /healthz`, and the signs of life that it reads.

The worker and the relay say that they live by a key in the cache that outlasts them by ten
seconds. That is real time, kept by the cache: the sandbox clock has no part in it.
"""

import contextlib
from collections.abc import Callable

import psycopg
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerDown
from redis.exceptions import RedisError

from brokerage.celery import app
from brokerage.database import direct_parameters

ALIVE_SECONDS = 10
"""How long a sign of life counts: several ticks, so that one slow tick is not an alarm."""
ANSWER_SECONDS = 2
_details: dict[str, Callable[[], str]] = {}
UNREACHABLE = (psycopg.Error, DatabaseError, BrokerDown, RedisError, OSError)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when web, database, broker, worker and relay are there, else 503 naming what is missing."""
    checks: dict[str, Callable[[], bool]] = {
        "web": lambda: True,
        "database": _database_answers,
        "broker": _broker_answers,
        "worker": lambda: is_alive("worker"),
        "relay": lambda: is_alive("relay"),
    }
    parts = {part: "ok" if _holds(check) else "missing" for part, check in checks.items()}
    is_whole = "missing" not in parts.values()
    answer = {"status": "ok" if is_whole else "unavailable", "parts": parts, "details": _tell()}
    response = JsonResponse(answer, status=200 if is_whole else 503)
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django: the answer says it, once a probe is enough
    return response


def tell(detail: str, read: Callable[[], str]) -> None:
    """Have `/healthz` say what `read` answers. It must be seen, and is no reason to stop answering requests."""
    _details[detail] = read


def _tell() -> dict[str, str]:
    told = {}
    for detail, read in _details.items():
        try:
            told[detail] = read()
        except UNREACHABLE:
            told[detail] = "unknown"
    return told


def beat_alive(part: str) -> None:
    """Say that `part` ("worker", "relay") is at work. A cache that is down is not `part`'s failure."""
    with contextlib.suppress(*UNREACHABLE):
        cache.set(_key(part), True, timeout=ALIVE_SECONDS)


def is_alive(part: str) -> bool:
    """Say whether `part` showed a sign of life in the last ten seconds. Raises when the cache is down."""
    return cache.get(_key(part)) is True


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except UNREACHABLE:
        return False


def _database_answers() -> bool:
    """Ask over a connection of its own: the pool would first wait for one of its own to come back."""
    parameters = direct_parameters(options=f"-c statement_timeout={ANSWER_SECONDS}s")
    with psycopg.connect(**{**parameters, "connect_timeout": ANSWER_SECONDS}) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def _broker_answers() -> bool:
    patience = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
    options = patience if str(app.conf.broker_url).startswith("redis") else {}
    with app.connection_for_read(connect_timeout=ANSWER_SECONDS, transport_options=options) as connection:
        connection.ensure_connection(max_retries=1, timeout=ANSWER_SECONDS, interval_start=0)
    return True


def _key(part: str) -> str:
    return f"health:{part}"
