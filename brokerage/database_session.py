"""What PostgreSQL knows of who acts: settings of the session, read by policies and triggers.

`strikebook.tenant` is `all`, a correspondent's id, or empty, which shows nothing. A connection
starts with it empty, or with `all` where its process works for everybody (`settings.py`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

ACTOR = "strikebook.actor"
TENANT = "strikebook.tenant"
ORIGIN = "strikebook.origin"
REQUEST_ID = "strikebook.request_id"
REASON = "strikebook.reason"
EVERYBODY = "all"
NOBODY = dict.fromkeys((ACTOR, TENANT, ORIGIN, REQUEST_ID, REASON), "")
LONGEST_ORIGIN = 200
LONGEST_REASON = 1000


@dataclass(frozen=True)
class Origin:
    """Where what happens comes from: a client's address, and the id of its request."""

    address: str = ""
    request_id: str = ""


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def origin() -> Origin:
    """Answer where the request at hand comes from; empty outside of one."""
    return _origin.get() or Origin()


@contextmanager
def coming_from(address: str, request_id: str) -> Iterator[None]:
    """Remember inside where the request comes from."""
    token = _origin.set(Origin(address, request_id))
    try:
        yield
    finally:
        _origin.reset(token)


def put(settings: Mapping[str, str], *, is_local: bool) -> None:
    """Set settings of the session, or of the transaction only, in one statement."""
    columns = ", ".join(["set_config(%s, %s, %s)"] * len(settings))
    values = [value for name, text in settings.items() for value in (name, text, is_local)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", values)


def forget() -> None:
    """Let nobody act any more on this connection, and show it nothing: what was said was not true."""
    put(NOBODY, is_local=False)


@contextmanager
def everybody() -> Iterator[None]:
    """Show every correspondent's rows inside: for what the sandbox runs for all within one partner's request."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [TENANT])
        before = cursor.fetchone()[0]
    put({TENANT: EVERYBODY}, is_local=False)
    try:
        yield
    finally:
        put({TENANT: before}, is_local=False)


def clear_returned(returned: psycopg.Connection[Any]) -> None:
    """Clear a connection on its way back to the pool, so that no request inherits another's tenant.

    The pool runs this aside from the request. A connection on which it fails is thrown away.
    """
    names = list(NOBODY)
    returned.execute("SELECT set_config(name, '', false) FROM unnest(%s::text[]) AS name", [names])
    if not returned.autocommit:
        returned.commit()
