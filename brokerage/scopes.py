"""Scopes that are no part of the API but a rule for all of them.

Apart from `brokerage.api`, because DRF imports what enforces scopes while it is being imported.
"""

from enum import Enum

ANY_KEY = "any"
"""For a view that every key may read, whatever it was let into, such as the calendar."""
EVERY_SCOPE = "every scope"
"""For a view that touches what everybody shares, such as the sandbox clock: it takes access to all scopes."""


class Admits(Enum):
    """Whose keys a view lets in: a correspondent's, those of one account, or both."""

    CORRESPONDENTS = "correspondents"
    ACCOUNTS = "accounts"
    BOTH = "both"
