"""Start and stop fifteen-day clocks, as steps of whatever sets them going (AA-8, AA-9)."""

from datetime import datetime

from accounts.choices import NoticeKind
from accounts.models import Account, Notice
from brokerage.events import record_event
from options.choices import ClockKind
from options.models import ComplianceClock, OptionsApplication
from options.rules.clocks import due_at


def start_clock(
    account: Account, kind: ClockKind, *, at: datetime, application: OptionsApplication | None = None
) -> ComplianceClock:
    """Start a clock of a locked account, or answer the one of this kind that runs: its end stands."""
    running = running_clock(account, kind)
    if running is not None:
        return running
    return ComplianceClock.objects.create(
        account=account,
        correspondent_id=account.correspondent_id,
        application=application,
        kind=kind,
        started_at=at,
        due_at=due_at(at),
    )


def stop_clock(account: Account, kind: ClockKind, *, at: datetime) -> ComplianceClock | None:
    """Stop the clock of this kind that runs on a locked account, and answer it; None where none does."""
    running = running_clock(account, kind)
    if running is not None:
        running.stopped_at = max(at, running.started_at)
        running.save(update_fields=["stopped_at"])
    return running


def running_clock(account: Account, kind: ClockKind) -> ComplianceClock | None:
    """Answer the clock of this kind that runs on an account, if one does."""
    return ComplianceClock.objects.filter(account=account, kind=kind, stopped_at__isnull=True).first()


def stop_when_verified(notice: Notice, account: Account, at: datetime) -> None:
    """Stop the verification clock when the customer's answers were sent, all that there are to send, and announce it.

    Answers that changed while an earlier letter waited have a letter of their own: the clock runs
    until that is sent too.
    """
    letters = Notice.objects.filter(account=account, kind=NoticeKind.VERIFICATION, sent_at__isnull=True)
    if letters.exists():
        return
    stopped = stop_clock(account, ClockKind.VERIFICATION, at=at)
    if stopped is not None:
        payload = {"kind": stopped.kind, "started_at": stopped.started_at.isoformat(), "notice_id": str(notice.pk)}
        record_event("compliance.verification_sent", account=account, subject=stopped, at=at, payload=payload)
