"""Where orders go and reports come from: all that an adapter of another venue has to know.

A venue takes what the services hand it after a commit, and answers whenever it likes by calling

- it has the order and works it: `venue_reports.acknowledge_order`;
- part of it, or all, was executed: `fills.record_fill`;
- it is held, stopped, suspended, done for the day, at work again: `venue_reports.record_status`;
- it is canceled, or is not: `venue_reports.record_cancel`, `venue_reports.reject_cancel`;
- it is replaced, or is not: `venue_reports.record_replacement`, `venue_reports.reject_replacement`;
- no more of it will be executed: `venue_reports.record_rejection`;
- an execution never was, or was another: `corrections.bust_fill`, `corrections.correct_fill`,

in any order, twice or late. Fills, busts and corrections are known by the venue's own execution id,
which is a UUID: an adapter whose venue counts otherwise derives one from the venue's name, the day
and the id (`uuid5`), so that the same report always comes to the same. Nothing above this package
knows which venue it is.

Two things are the adapter's to keep. What a service refuses with `ExecutionNotFound` came before
the fill that it is about: it is told again after that one. What fails with a database error is told
again too; a report is done once the call has returned. A FIX session does both by taking its next
sequence number in the same breath, and asking for a resend from there.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Venue(Protocol):
    """One place that executes orders. Each call may come twice: after a crash, or by the sweep that looks for gaps."""

    def submit(self, order_id: UUID) -> None:
        """Take an accepted order and work it."""

    def submit_new(self, *, follow_until: float = 0.0) -> None:
        """Take every accepted order that it does not have yet, oldest first, and work it.

        Those that follow closely may be taken along until `follow_until`, of `time.monotonic`.
        """

    def cancel(self, order_id: UUID) -> None:
        """Take a request to cancel; until the answer comes as a report, the order is live (domain rule OR-10)."""

    def replace(self, order_id: UUID) -> None:
        """Take an order in place of the one that it replaces; the answer comes as a report.

        Its quantity is what was still to fill of the first one when it was entered, and is lowered by
        what fills of that one meanwhile: what is handed on is what it says at that moment.
        """

    def work(self, at: datetime) -> None:
        """Look at every resting order as of `at`: what the process lost between a commit and the venue is found so.

        Venues with a feed of their own hand on again what they never acknowledged, and do no more.
        """
