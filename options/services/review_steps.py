"""Steps that the services over requests in review share; each runs inside a service's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.locking import lock_account
from accounts.models import Correspondent, User
from accounts.permissions import Permission
from accounts.record_errors import MakerCannotDecide
from brokerage.market_calendar import NEW_YORK
from options.applicant_files import as_recorded, policy_in_force, read_applicant, rules_under
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.models import OptionsApplication, ReviewStep
from options.models.reviews import DECISIONS
from options.review_errors import (
    ApplicationClaimed,
    ApplicationDecided,
    ApplicationNotFound,
    NotAReviewer,
    SamePrincipal,
)
from options.review_selectors import is_reviewer, who_may_not_decide
from options.rules.applicants import Applicant
from options.rules.approval_terms import RuleSet

# What people change of a request; what the rules wrote stays as it is.
WORKED_ON = (
    *("status", "approved_level", "level_before", "round", "makers", "asked_at", "claimed_by", "claimed_at"),
    *("first_approved_by", "decided_by", "decided_at", "updated_at"),
)


def in_new_york(moment: datetime) -> str:
    """Answer a moment as a sentence for a person says it: `Jan 24, 2024 10:00 EST`."""
    local = moment.astimezone(NEW_YORK)
    return f"{local:%b} {local.day}, {local:%Y %H:%M %Z}"


@dataclass(frozen=True)
class File:
    """What is on file of an applicant as a step is taken, and the rules in force then."""

    applicant: Applicant
    rules: RuleSet


def lock_application(actor: User, application_id: UUID) -> OptionsApplication:
    """Lock the account of a request and answer the request as it is then, or raise `ApplicationNotFound`."""
    requests = OptionsApplication.objects.visible_to(actor).filter(pk=application_id)
    account_id = requests.values_list("account_id", flat=True).first()
    if account_id is None:
        raise ApplicationNotFound
    account = lock_account(actor, account_id, missing=ApplicationNotFound)
    return account.options_applications.get(pk=application_id)


def lock_to_decide(actor: User, application_id: UUID) -> OptionsApplication:
    """Lock a pending request that the actor may decide on now, somebody else's claim apart.

    Raises `NotPermitted`, `ApplicationNotFound`, `NotAReviewer`, `ApplicationDecided`, `MakerCannotDecide` or
    `SamePrincipal`.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    application = lock_application(actor, application_id)
    drop_approval_of_maker(application)
    require_reviewer(actor, application.account.correspondent)
    require_pending(application)
    require_no_maker(actor, application)
    decided = application.steps.filter(round=application.round, taken_by=actor, act__in=DECISIONS)
    if actor.pk == application.first_approved_by_id or decided.exists():
        raise SamePrincipal
    return application


def require_reviewer(actor: User, correspondent: Correspondent) -> None:
    """Raise `NotAReviewer` unless the actor decides on requests of the correspondent: a person whom it chose."""
    if not is_reviewer(actor, correspondent):
        raise NotAReviewer(correspondent=correspondent.name)


def require_pending(application: OptionsApplication) -> None:
    """Raise `ApplicationDecided`, with who and when, unless the request waits for a person."""
    if application.status != ApplicationStatus.PENDING:
        assert application.decided_at is not None
        raise ApplicationDecided(
            status=ApplicationStatus(application.status).label.lower(),
            decided_by=application.decided_by or "the rules",
            decided_at=in_new_york(application.decided_at),
        )


def require_no_maker(actor: User, application: OptionsApplication) -> None:
    """Raise `MakerCannotDecide` where the actor entered or changed what is decided on, or benefits from it (AA-21)."""
    if actor.pk in who_may_not_decide(application):
        raise MakerCannotDecide(account_number=application.account.account_number)


def drop_approval_of_maker(application: OptionsApplication) -> None:
    """Let a first approval lapse, unsaved, where whoever gave it has become a maker since: the database refuses it."""
    if application.first_approved_by_id is not None and application.first_approved_by_id in who_may_not_decide(
        application
    ):
        application.first_approved_by = None


def save_work(application: OptionsApplication, *, now: datetime) -> None:
    """Save whatever a step changed of a request."""
    drop_approval_of_maker(application)
    application.updated_at = now
    application.save(update_fields=WORKED_ON)


def require_unclaimed(actor: User, application: OptionsApplication) -> None:
    """Raise `ApplicationClaimed` where somebody else works on the request."""
    if application.claimed_by_id not in (None, actor.pk):
        assert application.claimed_at is not None
        raise ApplicationClaimed(claimed_by=application.claimed_by, claimed_at=in_new_york(application.claimed_at))


def read_file(application: OptionsApplication, now: datetime) -> File:
    """Answer what is on file of the applicant at `now`."""
    policy = policy_in_force(application.account)
    applicant = read_applicant(application.account, policy, now=now, apart_from=application)
    return File(applicant, rules_under(policy))


def write_step(
    application: OptionsApplication,
    act: ReviewAct,
    reason: str,
    *,
    actor: User,
    now: datetime,
    reason_code: ReasonCode | None = None,
    level: int | None = None,
    level_after: int | None = None,
    file: File | None = None,
) -> None:
    """Keep a step with everything that AA-22 asks for; `level_after` where it changes the account's level.

    The answers are those on file now, which is what the person who takes the step looks at.
    """
    account = application.account
    file = file or read_file(application, now)
    ReviewStep.objects.create(
        application=application,
        account=account,
        round=application.round,
        act=act,
        level=level,
        level_before=account.options_approved_level,
        level_after=account.options_approved_level if level_after is None else level_after,
        reason_code=reason_code or "",
        reason=reason,
        rule_version=file.rules.version,
        answers=as_recorded(file.applicant),
        taken_by=actor,
        role=actor.role,
        taken_at=now,
    )
