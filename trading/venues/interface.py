"""Where orders go and reports come from.

A venue takes what the services hand it after a commit and reports back by calling
`record_fill`, `acknowledge_order`, `record_cancel` and `record_replacement`, in any order, twice or late.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Venue(Protocol):
    """One place that executes orders."""

    def submit(self, order_id: UUID) -> None:
        """Take an accepted order and work it."""

    def cancel(self, order_id: UUID) -> None:
        """Take a request to cancel; the answer comes as a report."""

    def replace(self, order_id: UUID) -> None:
        """Take an order in place of the one that it replaces; the answer comes as a report."""

    def work(self, at: datetime) -> None:
        """Look at every resting order as of `at`. Venues with a feed of their own do nothing here."""
