"""What a verdict does to its request and to the account's level, as the last steps of the service that decides."""

from datetime import datetime

from accounts.models import User
from options.errors import AccountNotReadyForOptions
from options.models import OptionsApplication
from options.review_errors import VerdictInvalid
from options.rules.approval_terms import Effect
from options.rules.review import STATUS_OF, Verdict, level_after, needs_second_approval
from options.services.applications import READY, require_complete
from options.services.deliveries import record_enclosed_document
from options.services.outcomes import ANNOUNCED_AS, announce, put_level
from options.services.review_steps import File, read_file, save_work, write_step

# What no person overrules: something is missing, or the applicant is a minor (AA-7).
NOT_TO_OVERRULE = (Effect.INCOMPLETE, Effect.REFUSES)


def carry_out(application: OptionsApplication, verdict: Verdict, reason: str, *, actor: User, now: datetime) -> None:
    """Write a verdict on a locked request, keep it as a step, announce it, and put the level into force.

    Where two principals are asked, the first approval leaves the request to the second. An approval
    that nobody can give on the file as it is now raises `ApplicationIncomplete`,
    `AccountNotReadyForOptions` or `VerdictInvalid`.
    """
    file = read_file(application, now)
    if verdict.level is not None:
        _require_approvable(application, verdict.level, file)
        record_enclosed_document(application.account, file.applicant, actor=actor, now=now)
    if _is_first_of_two(application, verdict):
        _approve_first(application, verdict, reason, file, actor=actor, now=now)
    else:
        _decide(application, verdict, reason, file, actor=actor, now=now)


def _require_approvable(application: OptionsApplication, level: int, file: File) -> None:
    account = application.account
    if not account.correspondent.options_enabled:
        raise VerdictInvalid({"": [f"{account.correspondent.name} is not enabled for options"]})
    if account.status not in READY:
        raise AccountNotReadyForOptions(status=account.status)
    require_complete(level, file.applicant, file.rules, *NOT_TO_OVERRULE)


def _is_first_of_two(application: OptionsApplication, verdict: Verdict) -> bool:
    principals = application.account.correspondent.principals_for_level_2
    has_first = application.first_approved_by_id is not None
    return needs_second_approval(verdict.level or 0, principals, has_first=has_first)


def _approve_first(
    application: OptionsApplication, verdict: Verdict, reason: str, file: File, *, actor: User, now: datetime
) -> None:
    application.first_approved_by = actor
    application.claimed_by, application.claimed_at, application.asked_at = None, None, None
    save_work(application, now=now)
    _keep(application, verdict, reason, file, actor=actor, now=now)
    announce(application, "first_approved", now=now, actor=actor, level=verdict.level)


def _decide(
    application: OptionsApplication, verdict: Verdict, reason: str, file: File, *, actor: User, now: datetime
) -> None:
    account = application.account
    current = account.options_approved_level
    if application.round == 1:
        application.level_before = current
    level = level_after(current, application.level_before or 0, verdict.level or 0)
    application.status = STATUS_OF[verdict.act]
    application.approved_level = verdict.level
    application.decided_by, application.decided_at = actor, now
    application.claimed_by, application.claimed_at, application.asked_at = None, None, None
    save_work(application, now=now)
    _keep(application, verdict, reason, file, actor=actor, now=now, level_after=level)
    announce(application, ANNOUNCED_AS[application.status], now=now, actor=actor)
    put_level(account, level, subject=application, now=now)


def _keep(
    application: OptionsApplication,
    verdict: Verdict,
    reason: str,
    file: File,
    *,
    actor: User,
    now: datetime,
    level_after: int | None = None,
) -> None:
    write_step(
        application,
        verdict.act,
        reason,
        actor=actor,
        now=now,
        reason_code=verdict.reason_code,
        level=verdict.level,
        level_after=level_after,
        file=file,
    )
