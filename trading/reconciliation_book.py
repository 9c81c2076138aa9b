"""The reconciliation as staff read it: every check, green or with its breaks."""

from dataclasses import dataclass

from django.db.models import F, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from trading.history_errors import BreakNotFound
from trading.models import ReconciliationBreak, ReconciliationRun
from trading.reconciliation import CHECKS

MOST_SHOWN = 50  # of one check: the rest is counted


@dataclass(frozen=True)
class CheckLine:
    """One check as the last run left it: how many breaks the actor may see, and the oldest of them."""

    name: str
    count: int
    breaks: list[ReconciliationBreak]


def visible_breaks(actor: User) -> QuerySet[ReconciliationBreak]:
    """Answer the open breaks that the actor may see: those of no account are the broker's."""
    actor.require(Permission.WRITE_NOTES)
    rows = ReconciliationBreak.objects.filter(gone_at=None)
    return rows if actor.sees_every_correspondent else rows.filter(correspondent=actor.correspondent)


def list_checks(actor: User) -> list[CheckLine]:
    """Answer every check with what is open of it, oldest first; two statements however many there are."""
    rows = visible_breaks(actor).select_related("account", "correspondent", "owner").order_by("first_seen_at", "pk")
    found: dict[str, list[ReconciliationBreak]] = {}
    for one in rows[: MOST_SHOWN * len(CHECKS)]:
        found.setdefault(one.check_name, []).append(one)
    return [CheckLine(check, len(found.get(check, ())), found.get(check, [])[:MOST_SHOWN]) for check in CHECKS]


def get_break(actor: User, break_id: int) -> ReconciliationBreak:
    """Answer an open break with its account and who looks after it, or raise `BreakNotFound`."""
    found = visible_breaks(actor).select_related("account", "correspondent", "owner").filter(pk=break_id).first()
    if found is None:
        raise BreakNotFound(break_id=break_id)
    return found


def last_runs() -> tuple[ReconciliationRun | None, ReconciliationRun | None]:
    """Answer the newest run that has finished, and the one that is under way now."""
    runs = ReconciliationRun.objects.select_related("asked_by")
    finished = runs.filter(finished_at__isnull=False).order_by("-started_at").first()
    newest = runs.order_by(F("started_at").desc()).first()
    return finished, newest if newest is not None and newest.finished_at is None else None
