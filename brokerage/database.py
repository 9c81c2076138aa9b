"""A connection of one's own, for LISTEN and session locks: never from the pool, never through a proxy.

And what a task wants to do alone, on the connection that it has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

DJANGOS_OWN = {"pool", "server_side_binding", "isolation_level", "assume_role"}


def direct_parameters(*, options: str = "") -> dict[str, Any]:
    """Answer psycopg's parameters for a connection straight to PostgreSQL, with further `-c name=value` options."""
    settings = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: settings[key] for name, key in named.items() if settings[key]}
    # What DATABASE_URL says after its question mark, such as sslmode, but not Django's own options.
    given |= {name: value for name, value in settings["OPTIONS"].items() if name not in DJANGOS_OWN}
    return given | {"options": f"{given.get('options', '')} {options}".strip()}


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Say whether nobody else is inside with the same `lock`, which is held until the end; it never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        is_alone = cursor.fetchone()[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
