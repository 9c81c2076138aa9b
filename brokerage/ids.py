"""Ids that sort by the time of their making, for rows that are listed by it."""

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


def time_ordered_id() -> UUID:
    """Answer a new UUID (version 7); later ones are greater, also while the sandbox clock stands."""
    return uuid7()


def time_ordered_text() -> str:
    """Answer what `time_ordered_id` answers as text, several times as fast: for rows that are loaded in bulk."""
    return str(uuid_utils.uuid7())
