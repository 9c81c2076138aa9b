"""What follows from events for notices and fifteen-day clocks, each event exactly once.

The letters and clocks hang on the outbox and not on the services that decide: those commit
without composing mail, whatever is announced is told whoever announced it, and one place says
what follows from what. A clock starts at the time of its event, so that a reader which comes late
moves no end. The place of the reader moves in the transaction in which an event is followed: a
second reader waits there and then finds it done.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from accounts.choices import AccountStatus, AgreementType, NoticeKind
from accounts.locking import lock_account
from accounts.models import Account, Notice
from accounts.services.users import system_user
from brokerage.models import Event
from options.choices import ClockKind, ReasonCode
from options.models import ComplianceClock, EventsRead, LevelReview, OptionsApplication
from options.notices import remind, tell_answers_on_file, tell_decision, tell_lowered, tell_question
from options.rules.clocks import is_background, marks_due
from options.rules.disclosure_document import AGREEMENT_IN_FORCE, month_of
from options.services.clocks import start_clock, stop_clock

READER = "notices"
REVIEWED = "It was lowered when the account was reviewed by a registered options principal."
BY_HOLDER = "The account’s own limit was lowered. It can be raised again up to the approved level."
BY_FIRM = "The firm lowered the limit of the account."


@transaction.atomic(durable=True)
def follow_event(*, event: Event) -> None:
    """Start and stop the clocks, and write the notices, that follow from one event of the stream."""
    actor = system_user()
    EventsRead.objects.get_or_create(reader=READER)
    read = EventsRead.objects.select_for_update().get(reader=READER)
    if event.event_id is None or event.event_id <= read.event_id:
        return
    account = lock_account(actor, event.account_id)
    FOLLOWED[event.type](account, event)
    read.event_id = event.event_id
    read.save(update_fields=["event_id"])


@transaction.atomic(durable=True)
def remind_of_clock(*, clock_id: int, at: datetime) -> None:
    """Tell of the days that have come of a running clock, each once; a clock that was stopped tells nothing."""
    account_id = ComplianceClock.objects.values_list("account_id", flat=True).get(pk=clock_id)
    lock_account(system_user(), account_id)
    running = ComplianceClock.objects.select_related(
        "account__correspondent", "account__owner", "application__correspondent", "application__claimed_by"
    ).get(pk=clock_id)
    if running.stopped_at is not None:
        return
    failure = _failure(running.account) if running.kind == ClockKind.VERIFICATION else ""
    for day in marks_due(running.started_at, warned_day=running.warned_day, at=at):
        remind(running, day, failure=failure)
        running.warned_day = day
    running.save(update_fields=["warned_day"])


def _submitted(account: Account, event: Event) -> None:
    start_clock(account, ClockKind.DECISION, at=event.at, application=_application(event))


def _decided(account: Account, event: Event) -> None:
    stop_clock(account, ClockKind.DECISION, at=event.at)
    tell_decision(_application(event), event.payload, key=_key(event), at=event.at)


def _asked(account: Account, event: Event) -> None:
    tell_question(_application(event), asked_by=event.payload.get("user_id"), key=_key(event), at=event.at)


def _approved(account: Account, event: Event) -> None:
    """Have the answers verified, and the agreement signed where none in force is on file (AA-8, AA-9)."""
    _verify(account, event)
    if not _is_signed(account):
        start_clock(account, ClockKind.AGREEMENT, at=event.at)


def _changed(account: Account, event: Event) -> None:
    changed = event.payload.get("changed", [])
    if "agreements" in changed and _is_signed(account):
        stop_clock(account, ClockKind.AGREEMENT, at=event.at)
    if account.options_approved_level and is_background(changed):
        _verify(account, event)


def _verify(account: Account, event: Event) -> None:
    start_clock(account, ClockKind.VERIFICATION, at=event.at)
    tell_answers_on_file(account, key=_key(event, "answers"), at=event.at)


def _status_changed(account: Account, event: Event) -> None:
    """Stop everything of an account that is closed: nobody decides on it or writes to its holder any more."""
    if event.payload.get("status_to") == AccountStatus.ACCOUNT_CLOSED:
        for kind in ClockKind:
            stop_clock(account, kind, at=event.at)


def _lowered(account: Account, event: Event) -> None:
    change = event.payload["options"]
    before, level = change["approved_level_from"], change["approved_level_to"]
    review = LevelReview.objects.filter(pk=event.subject_id, decided_at__isnull=False).first()
    why = f"{REVIEWED} Reason: {ReasonCode(review.reason_code).label}." if review is not None else REVIEWED
    tell_lowered(account, before=before, level=level, why=why, key=_key(event), at=event.at)


def _configured(account: Account, event: Event) -> None:
    change = event.payload.get("options_trading_level")
    if change is not None and change["to"] < change["from"]:
        tell_lowered(account, before=change["from"], level=change["to"], why=BY_HOLDER, key=_key(event), at=event.at)


def _admin_configured(account: Account, event: Event) -> None:
    change = event.payload.get("admin_configurations", {}).get("max_options_trading_level")
    if change is None:
        return
    others = [account.options_approved_level, account.max_options_trading_level]
    before, level = (min(int(one) for one in (*others, change[end]) if one is not None) for end in ("from", "to"))
    if level < before:
        tell_lowered(account, before=before, level=level, why=BY_FIRM, key=_key(event), at=event.at)


FOLLOWED: dict[str, Callable[[Account, Event], None]] = {
    "options_application.submitted": _submitted,
    "options_application.reopened": _submitted,
    "options_application.approved": _decided,
    "options_application.lower_level_approved": _decided,
    "options_application.rejected": _decided,
    "options_application.asked": _asked,
    "options.level_approved": _approved,
    "options.level_lowered": _lowered,
    "account.updated": _changed,
    "account.status_changed": _status_changed,
    "account.configured": _configured,
    "account.admin_configured": _admin_configured,
}


def follow(event_type: str, step: Callable[[Account, Event], None]) -> None:
    """Have `step` run once for each event of that type, its account locked: for apps to the right of this one."""
    FOLLOWED[event_type] = step


def _application(event: Event) -> OptionsApplication:
    rows = OptionsApplication.objects.select_related("account__correspondent", "account__owner", "correspondent")
    return rows.get(pk=event.subject_id)


def _key(event: Event, what: str = "event") -> str:
    return f"{what}:{event.pk}"


def _is_signed(account: Account) -> bool:
    revisions = account.agreements.filter(agreement=AgreementType.OPTIONS).values_list("revision", flat=True)
    return any(month_of(one) >= month_of(AGREEMENT_IN_FORCE) for one in revisions)


def _failure(account: Account) -> str:
    letters = Notice.objects.filter(account=account, kind=NoticeKind.VERIFICATION, sent_at__isnull=True)
    return letters.exclude(failure="").order_by("-id").values_list("failure", flat=True).first() or ""
