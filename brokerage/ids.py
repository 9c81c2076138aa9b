"""Ids that sort by the time of their making, for rows that are listed by it."""

from uuid import UUID

from uuid_utils.compat import uuid7


def time_ordered_id() -> UUID:
    """Answer a new UUID (version 7); later ones are greater, also while the sandbox clock stands."""
    return uuid7()
