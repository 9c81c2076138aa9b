"""A connection of one's own, for LISTEN and session locks: never from the pool, never through a proxy."""

from typing import Any

from django.db import connection


def direct_parameters() -> dict[str, Any]:
    """Answer psycopg's parameters for a connection straight to PostgreSQL."""
    settings = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {name: settings[key] for name, key in named.items() if settings[key]}
