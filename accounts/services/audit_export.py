"""Take a part of the audit trail away as CSV; that it was taken stands in the trail."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.db import transaction

from accounts.audit import record_export
from accounts.audit_listing import NEWEST_FIRST, AuditFilter, AuditRow, describe, filter_audit
from accounts.audit_words import shown_row
from accounts.models import User
from accounts.models.audit import AuditEntryQuerySet
from brokerage.keyset import read_chunks
from brokerage.market_calendar import NEW_YORK
from brokerage.tabular import FORMULA_STARTS

CHUNK = 1000
COLUMNS = (
    *("Entry", "Time (New York)", "Act", "Subject", "Subject ID", "Account", "Account ID", "Correspondent ID"),
    *("Who", "User ID", "From", "Request", "Reason", "Before", "After"),
)


@transaction.atomic(durable=True)
def export_audit(*, actor: User, wanted: AuditFilter) -> Iterator[bytes]:
    """Record the export and answer what to send: the header, then the entries, a chunk and a statement at a time.

    What is masked on the page is masked here. The export's own entry is not in it.
    """
    entries = filter_audit(actor, wanted)
    newest = record_export(actor, subject="AuditEntry", facts={"filter": dict(wanted.pairs)})
    return _lines(entries.filter(pk__lt=newest.pk))


def _lines(entries: AuditEntryQuerySet) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _csv([COLUMNS])
    for chunk in read_chunks(entries, NEWEST_FIRST, size=CHUNK):
        yield _csv([_cells(row) for row in describe(chunk)])


def _cells(row: AuditRow) -> tuple[str, ...]:
    entry = row.entry
    texts = (
        *(str(entry.pk), entry.at.astimezone(NEW_YORK).isoformat(), entry.act, entry.subject, entry.subject_id),
        *(row.account.account_number if row.account else "", str(entry.account_id or "")),
        *(str(entry.correspondent_id or ""), row.who, str(entry.actor_id or "")),
        *(entry.origin, entry.request_id, entry.reason, shown_row(entry.before), shown_row(entry.after)),
    )
    return tuple(f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts)


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
