"""Ask for an options level: decided at once, or left to a person (options overview, enablement)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.choices import AccountKind, AccountStatus, AgreementType, EnabledAsset
from accounts.errors import AccountNotAuthorized
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.rules.editing import require_unchanged
from accounts.services.sections import answers_on_file
from brokerage import clock
from brokerage.mode import is_sandbox
from brokerage.models import Event
from options.applicant_files import as_recorded, makers_of, policy_in_force, read_applicant, rules_under
from options.choices import ApplicationStatus, Requester
from options.errors import (
    AccountNotReadyForOptions,
    ApplicationIncomplete,
    ApplicationPending,
    FixturesNotAvailable,
    OptionsNotEnabled,
    OptionsNotOffered,
)
from options.models import OptionsApplication
from options.rules.applicants import Applicant, facts_of
from options.rules.approval import Decision, already_approved, decide
from options.rules.approval_terms import Effect, RuleSet
from options.rules.requests import LEVEL_OF_AN_OPENING, ApprovalRequest, fixed_decision, require_sound
from options.services.deliveries import record_enclosed_document
from options.services.outcomes import ANNOUNCED_AS, announce, grant_level

# Whose identity is established (domain rule AA-24); an edit under review does not undo that.
READY = (AccountStatus.ACTIVE, AccountStatus.ACCOUNT_UPDATED)


@transaction.atomic(durable=True)
def request_options_approval(
    *, actor: User, account_id: UUID, request: ApprovalRequest, seen: str = ""
) -> OptionsApplication:
    """Record a request for a level with what was decided, and grant what was granted.

    A sandbox fixture orders the decision, else the rules decide on what is on file. A level that
    the account already has, or a lower one, is approved as it stands; no request ever lowers
    what is approved. What the opening asked by itself and a person has yet to decide is taken
    over. Refuses a level that is not offered, a fixture in production, an account that is not
    active or not enabled for options, a second request beside a pending one, and a file with
    something missing. `seen` is the mark (`accounts/rules/editing.py`) of the answers that the
    applicant confirmed: `ChangedMeanwhile` where others are on file by now (SU-4).
    """
    actor.require(Permission.REQUEST_OPTIONS)
    require_sound(request)
    if request.fixture is not None and not is_sandbox():
        raise FixturesNotAvailable
    account = lock_account(actor, account_id, missing=AccountNotAuthorized)
    if seen:
        require_unchanged(seen, answers_on_file(account))
    application = _require_open_to_requests(account) or OptionsApplication(
        account=account, correspondent=account.correspondent
    )
    application.requested_level = request.level
    application.requester = Requester.ALPACA_ADMIN if actor.sees_every_correspondent else Requester.CORRESPONDENT
    application.requested_by = actor
    application.is_fixture = request.fixture is not None
    application.is_by_opening = False
    application.rule_version, application.policy = "", None

    now = clock.now()
    if request.fixture is not None:
        _require_enabled(account)
        return _settle(application, fixed_decision(request.level, request.fixture), now=now)
    approved = account.options_approved_level
    if request.level <= approved:
        answers = {"options_approved_level": approved}
        return _settle(application, already_approved(request.level, approved), now=now, answers=answers)
    return _judge(application, actor=actor, now=now)


@transaction.atomic(durable=True)
def request_for_opening(*, actor: User, account_id: UUID) -> OptionsApplication | None:
    """Ask for the first options level of an account that was opened with options, once it is ACTIVE.

    Safe to run twice, and beside a request of the partner's: nothing is done where anything was
    asked before, where options are not enabled or were only enabled since, or where something is
    missing on file, for which the partner asks when it has it.
    """
    actor.require(Permission.REQUEST_OPTIONS)
    account = lock_account(actor, account_id)
    is_due = (
        account.kind == AccountKind.CUSTOMER
        and account.status == AccountStatus.ACTIVE
        and account.options_approved_level == 0
        and account.correspondent.options_enabled
        and EnabledAsset.US_OPTION in account.enabled_assets
        and not account.options_applications.exists()
        and not _was_enabled_since(account)
    )
    if not is_due:
        return None
    application = OptionsApplication(
        account=account,
        correspondent=account.correspondent,
        requested_level=LEVEL_OF_AN_OPENING,
        requester=Requester.CORRESPONDENT,
        requested_by=account.opened_by,
        is_by_opening=True,
    )
    try:
        return _judge(application, actor=actor, now=clock.now())
    except ApplicationIncomplete:
        return None


def _was_enabled_since(account: Account) -> bool:
    """Say whether asset classes were switched on after the opening: who adds `us_option` later asks for a level."""
    edits = Event.objects.filter(account_id=account.pk, type="account.updated")
    return edits.filter(payload__changed__contains=["enabled_assets"]).exists()


def _require_open_to_requests(account: Account) -> OptionsApplication | None:
    """Raise unless the account may ask; answer what its opening asked and nobody has looked into, to take over."""
    if not account.correspondent.options_enabled:
        raise OptionsNotOffered
    if account.status not in READY:
        raise AccountNotReadyForOptions(status=account.status)
    pending = account.options_applications.filter(status=ApplicationStatus.PENDING).first()
    if pending is not None and (not pending.is_by_opening or pending.steps.exists()):
        raise ApplicationPending(requested_level=pending.requested_level, pending_request_id=str(pending.id))
    return pending


def _require_enabled(account: Account) -> None:
    """Raise unless the account has `us_option`, or signed the options agreement after it was opened.

    The overview's steps for an existing account are to add the answers and the agreement, and
    to ask: it is the later signature that enables options there.
    """
    signed = account.agreements.filter(agreement=AgreementType.OPTIONS, recorded_at__gt=account.created_at)
    if EnabledAsset.US_OPTION not in account.enabled_assets and not signed.exists():
        raise OptionsNotEnabled


def _judge(application: OptionsApplication, *, actor: User, now: datetime) -> OptionsApplication:
    account = application.account
    policy = policy_in_force(account)
    rules = rules_under(policy)
    applicant = read_applicant(account, policy, now=now)
    require_complete(application.requested_level, applicant, rules, Effect.INCOMPLETE)
    _require_enabled(account)
    record_enclosed_document(account, applicant, actor=actor, now=now)
    application.policy = policy
    application.rule_version = rules.version
    decision = decide(application.requested_level, applicant, rules)
    return _settle(application, decision, now=now, answers=as_recorded(applicant))


def require_complete(level: int, applicant: Applicant, rules: RuleSet, *effects: Effect) -> None:
    """Raise `ApplicationIncomplete`, field by field, where a rule of these effects strikes at the level."""
    faults: dict[str, list[str]] = {}
    for reason in rules.struck(facts_of(applicant), level, *effects):
        faults.setdefault(rules.rule(reason.rule).field, []).append(reason.text)
    if faults:
        raise ApplicationIncomplete(faults)


def _settle(
    application: OptionsApplication, decision: Decision, *, now: datetime, answers: dict[str, Any] | None = None
) -> OptionsApplication:
    """Write a decision of the rules on its request, announce it, and grant what it grants.

    A request that is taken over is another one for whoever had claimed it.
    """
    application.makers = sorted({application.requested_by_id, *makers_of(application.account)})
    application.claimed_by, application.claimed_at = None, None
    application.status = application.ruled_status = decision.status
    application.approved_level = application.ruled_level = decision.level
    application.level_before = application.account.options_approved_level
    application.reasons = [reason.text for reason in decision.reasons]
    application.reason_rules = [reason.rule for reason in decision.reasons]
    application.answers = answers or {}
    if application.created_at is None:
        application.created_at = now
    application.updated_at = now
    application.decided_at = None if decision.status is ApplicationStatus.PENDING else now
    application.save()
    announce(application, ANNOUNCED_AS[application.status], now=now)
    if decision.level is not None:
        grant_level(application.account, decision.level, subject=application, now=now)
    return application
