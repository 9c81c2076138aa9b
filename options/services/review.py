"""Work on a request for a level and decide on it: principals, each once, never who made it (AA-2, AA-21, AA-22).

The account's lock is the boundary: of two who decide at the same instant, one is told what the other decided.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.acting import give_reason
from accounts.choices import AccountStatus, UserKind
from accounts.locking import lock_account
from accounts.models import User
from accounts.permissions import Permission
from accounts.rules.decisions import LONGEST_REASON, require_reason
from brokerage import clock
from brokerage.errors import BrokerageError
from options.applicant_files import makers_of
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.errors import AccountNotReadyForOptions
from options.models import OptionsApplication
from options.review_errors import ApplicationNotDecided, LaterRequestExists, NotEligible, NothingAsked, VerdictInvalid
from options.review_selectors import eligible_reviewers, who_may_not_decide
from options.rules.review import Verdict, require_code, require_verdict
from options.services.applications import READY
from options.services.outcomes import announce
from options.services.review_steps import (
    lock_application,
    lock_to_decide,
    require_no_maker,
    require_pending,
    require_reviewer,
    require_unclaimed,
    save_work,
    write_step,
)
from options.services.verdicts import carry_out

MOST_AT_ONCE = 200
CLOSED = "The account was closed."


@transaction.atomic(durable=True)
def claim_application(*, actor: User, application_id: UUID) -> OptionsApplication:
    """Take a request to work on, so that others leave it alone; again by the same principal changes nothing.

    Only who could decide may claim. Raises `ApplicationClaimed` where another works on it.
    """
    application = lock_to_decide(actor, application_id)
    require_unclaimed(actor, application)
    if application.claimed_by_id is None:
        now = clock.now()
        _give(application, actor, now=now)
        announce(application, "claimed", now=now, actor=actor)
    return application


@transaction.atomic(durable=True)
def release_application(*, actor: User, application_id: UUID) -> OptionsApplication:
    """Leave a request to others again; one that nobody claimed stays as it is.

    Another's claim is taken over (`assign_application`), not released: `ApplicationClaimed`.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    application = lock_application(actor, application_id)
    require_pending(application)
    require_unclaimed(actor, application)
    if application.claimed_by_id is not None:
        now = clock.now()
        _give(application, None, now=now)
        announce(application, "released", now=now, actor=actor)
    return application


@transaction.atomic(durable=True)
def assign_application(*, actor: User, application_id: UUID, to: int) -> OptionsApplication:
    """Give a request to a principal, oneself too, whoever works on it now.

    Raises `NotEligible` for somebody who could not decide on it: no reviewer, one who made it, or
    the first of its two principals.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    application = lock_application(actor, application_id)
    require_reviewer(actor, application.account.correspondent)
    require_pending(application)
    if application.claimed_by_id == to:
        return application
    reviewers = {one.pk: one for one in eligible_reviewers(actor, application.account.correspondent)}
    barred = who_may_not_decide(application) | {application.first_approved_by_id}
    if to not in reviewers or to in barred:
        raise NotEligible(person=reviewers.get(to, "this user"))

    now = clock.now()
    before = application.claimed_by_id
    _give(application, reviewers[to], now=now)
    announce(application, "assigned", now=now, actor=actor, assigned_to=to, assigned_from=before)
    return application


@transaction.atomic(durable=True)
def decide_application(*, actor: User, application_id: UUID, verdict: Verdict) -> OptionsApplication:
    """Approve a pending request, approve a lower level, or refuse it, and put the account's level into force.

    What the rules wrote on it stays beside the decision. Where the correspondent asks two principals
    for level 2, the first approval is kept and the second decides. Nobody can approve what is
    incomplete, or a minor: an approval reads the file again and raises `ApplicationIncomplete`.
    Raises `ReasonTooShort`, `NotAReviewer`, `ApplicationDecided`, `MakerCannotDecide`,
    `SamePrincipal`, `ApplicationClaimed` or `VerdictInvalid`.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    reason = require_reason(verdict.reason)
    application = lock_to_decide(actor, application_id)
    require_unclaimed(actor, application)
    require_verdict(verdict, application.requested_level)

    give_reason(reason)
    carry_out(application, verdict, reason, actor=actor, now=clock.now())
    return application


@transaction.atomic(durable=True)
def ask_applicant(*, actor: User, application_id: UUID, reason_code: ReasonCode, question: str) -> OptionsApplication:
    """Ask the applicant for more; the request goes on waiting, and says since when it waits for an answer.

    Raises what `decide_application` does: only who could decide may ask.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    said = require_reason(question)
    application = lock_to_decide(actor, application_id)
    require_unclaimed(actor, application)
    code = require_code(ReviewAct.ASKED, reason_code)

    now = clock.now()
    application.asked_at = application.asked_at or now
    save_work(application, now=now)
    write_step(application, ReviewAct.ASKED, said, actor=actor, now=now, reason_code=code)
    announce(application, "asked", now=now, actor=actor)
    return application


@transaction.atomic(durable=True)
def answer_question(*, actor: User, application_id: UUID, answer: str) -> OptionsApplication:
    """Keep what the applicant answered: the customer, or whoever asks for levels on the customer's behalf.

    Who answers has made what is decided on, and does not decide. Raises `ApplicationNotFound`,
    `ApplicationDecided`, `NothingAsked` or `VerdictInvalid`.
    """
    actor.require(Permission.VIEW_ACCOUNTS if actor.kind == UserKind.CUSTOMER else Permission.REQUEST_OPTIONS)
    said = " ".join(answer.split())
    if not 1 <= len(said) <= LONGEST_REASON:
        raise VerdictInvalid({"answer": [f"must have from 1 to {LONGEST_REASON} characters, found {len(said)}"]})
    application = lock_application(actor, application_id)
    require_pending(application)
    if application.asked_at is None:
        raise NothingAsked

    now = clock.now()
    application.asked_at = None
    application.makers = sorted({*application.makers, actor.pk})
    save_work(application, now=now)
    write_step(application, ReviewAct.ANSWERED, said, actor=actor, now=now)
    announce(application, "answered", now=now, actor=actor)
    return application


@transaction.atomic(durable=True)
def reopen_application(
    *, actor: User, application_id: UUID, reason_code: ReasonCode, reason: str
) -> OptionsApplication:
    """Open the newest request of an account again after it was decided, by the rules or by a person.

    The account keeps its level until it is decided again; then what the request had granted is
    replaced. Raises `ApplicationNotDecided`, `LaterRequestExists`, `AccountNotReadyForOptions`,
    `NotAReviewer`, `MakerCannotDecide`, `ReasonTooShort` or `VerdictInvalid`.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    said = require_reason(reason)
    application = lock_application(actor, application_id)
    account = application.account
    require_reviewer(actor, account.correspondent)
    if application.status == ApplicationStatus.PENDING:
        raise ApplicationNotDecided
    if account.options_applications.filter(pk__gt=application.pk).exists():
        raise LaterRequestExists
    require_no_maker(actor, application)
    code = require_code(ReviewAct.REOPENED, reason_code)
    if account.status not in READY:
        raise AccountNotReadyForOptions(status=account.status)

    give_reason(said)
    now = clock.now()
    application.status, application.approved_level = ApplicationStatus.PENDING, None
    application.decided_by, application.decided_at, application.first_approved_by = None, None, None
    application.round += 1
    application.makers = sorted({*application.makers, *makers_of(account)})
    save_work(application, now=now)
    write_step(application, ReviewAct.REOPENED, said, actor=actor, now=now, reason_code=code)
    announce(application, "reopened", now=now, actor=actor)
    return application


@transaction.atomic(durable=True)
def end_request_of_closed(*, actor: User, account_id: UUID) -> OptionsApplication | None:
    """Refuse the request of an account that was closed, if one waits: it leaves the queue. Safe to run twice."""
    actor.require(Permission.DECIDE_OPTIONS)
    account = lock_account(actor, account_id)
    application = account.options_applications.filter(status=ApplicationStatus.PENDING).first()
    if account.status != AccountStatus.ACCOUNT_CLOSED or application is None:
        return None

    now = clock.now()
    application.status, application.decided_at = ApplicationStatus.REJECTED, now
    application.claimed_by, application.claimed_at, application.asked_at = None, None, None
    application.first_approved_by = None
    save_work(application, now=now)
    write_step(application, ReviewAct.REJECTED, CLOSED, actor=actor, now=now, reason_code=ReasonCode.OTHER)
    announce(application, "ended", now=now)
    return application


def _give(application: OptionsApplication, person: User | None, *, now: datetime) -> None:
    application.claimed_by = person
    application.claimed_at = None if person is None else now
    save_work(application, now=now)


@dataclass(frozen=True)
class BulkOutcome:
    """What became of one request among several: nothing was refused, or why it was."""

    application_id: UUID
    refusal: str = ""


def claim_applications(*, actor: User, application_ids: Iterable[UUID]) -> list[BulkOutcome]:
    """Claim several requests, each by itself: one that is refused costs no other."""
    actor.require(Permission.DECIDE_OPTIONS)
    return _each(application_ids, lambda one: claim_application(actor=actor, application_id=one))


def reject_applications(
    *, actor: User, application_ids: Iterable[UUID], reason_code: ReasonCode, reason: str
) -> list[BulkOutcome]:
    """Refuse several requests for one reason, each by itself; several are never approved at once (AA-1).

    Raises `ReasonTooShort` or `VerdictInvalid` before any of them.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    code = require_code(ReviewAct.REJECTED, reason_code)
    verdict = Verdict(ReviewAct.REJECTED, None, code, require_reason(reason))
    return _each(application_ids, lambda one: decide_application(actor=actor, application_id=one, verdict=verdict))


def _each(application_ids: Iterable[UUID], act: Callable[[UUID], OptionsApplication]) -> list[BulkOutcome]:
    wanted = list(dict.fromkeys(application_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise VerdictInvalid({"application_ids": [f"must be at most {MOST_AT_ONCE}, found {len(wanted)}"]})
    outcomes = []
    for application_id in wanted:
        try:
            act(application_id)
            outcomes.append(BulkOutcome(application_id))
        except BrokerageError as refusal:
            outcomes.append(BulkOutcome(application_id, str(refusal)))
    return outcomes
