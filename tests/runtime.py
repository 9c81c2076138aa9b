"""Tests as the role that the processes act as, where row-level security holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.acting import tenant_of
from accounts.models import User
from brokerage.database_session import TENANT, forget, put


@contextmanager
def runtime_role(actor: User | None = None) -> Iterator[None]:
    """Act inside as the processes do: for `actor`'s tenant, or for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.RUNTIME_ROLE}")
    forget()
    if actor is not None:
        put({TENANT: tenant_of(actor)}, is_local=False)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        forget()


def ask(statement: str, *values: Any) -> Any:
    """Answer the first value that a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None
