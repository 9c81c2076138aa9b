"""Check every book, and keep what was found: what is new, what is still there, what is gone."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from trading.history_errors import BreakNoteInvalid
from trading.models import ReconciliationBreak, ReconciliationRun
from trading.reconciliation import CHECKS, Break, find_breaks_of
from trading.reconciliation_book import get_break
from trading.reconciliation_tasks import reconcile_books

KEEPING_LOCK = 5_072_005
GIVEN_UP = timedelta(minutes=30)  # a run whose worker died holds nobody up for longer


def reconcile(*, at: datetime, run_id: int | None = None) -> ReconciliationRun:
    """Run every check as of `at`, each in a transaction of its own, and keep what it finds.

    `run_id` is one that was asked for; its `checks_done` says how far it is. Safe to run twice.
    """
    asked = ReconciliationRun.objects.filter(pk=run_id).first() if run_id else None
    run = asked or ReconciliationRun.objects.create(started_at=at)
    for done, check in enumerate(CHECKS, 1):
        _keep(check, find_breaks_of(check, at), at)
        run.checks_done = done
        run.save(update_fields=["checks_done"])
    run.finished_at = clock.now()
    run.save(update_fields=["finished_at"])
    return run


@transaction.atomic(durable=True)
def _keep(check: str, breaks: list[Break], at: datetime) -> None:
    with connection.cursor() as cursor:  # two runs may find the same break at the same time
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEEPING_LOCK])
    open_breaks = ReconciliationBreak.objects.select_for_update().filter(check_name=check, gone_at=None)
    known = {(one.account_id, one.asset): one for one in open_breaks}
    owners = _correspondents({one.account_id for one in breaks if one.account_id})
    for one in breaks:
        found = known.pop((one.account_id, one.asset), None) or ReconciliationBreak(
            check_name=check,
            account_id=one.account_id,
            correspondent_id=owners.get(one.account_id),
            asset=one.asset,
            first_seen_at=at,
        )
        found.found, found.expected, found.last_seen_at = one.found, one.expected, at
        found.save()
    ReconciliationBreak.objects.filter(pk__in=[one.pk for one in known.values()]).update(gone_at=at)


def _correspondents(account_ids: set[UUID]) -> dict[UUID | None, UUID]:
    rows = Account.objects.filter(pk__in=account_ids).values_list("pk", "correspondent_id")
    return dict(rows)


LONGEST_NOTE = 1024


@transaction.atomic(durable=True)
def ask_for_reconciliation(*, actor: User) -> ReconciliationRun:
    """Let the worker check every book now; while a run is under way, answer that one."""
    actor.require(Permission.WRITE_NOTES)
    under_way = ReconciliationRun.objects.select_for_update().filter(finished_at=None).order_by("-started_at").first()
    if under_way is not None and clock.now() - under_way.started_at < GIVEN_UP:
        return under_way
    run = ReconciliationRun.objects.create(started_at=clock.now(), asked_by=actor)
    reconcile_books.delay_on_commit(run.pk)
    return run


@transaction.atomic(durable=True)
def note_break(*, actor: User, break_id: int, note: str) -> ReconciliationBreak:
    """Take a break upon oneself and say what is known of it. A run alone says that it is over.

    Raises `BreakNotFound` and `BreakNoteInvalid`.
    """
    actor.require(Permission.WRITE_NOTES)
    found = get_break(actor, break_id)
    said = " ".join(note.split())
    if not 2 <= len(said) <= LONGEST_NOTE:
        raise BreakNoteInvalid(most=LONGEST_NOTE, found=len(said))
    found.owner, found.note = actor, said
    found.save(update_fields=["owner", "note"])
    return found
