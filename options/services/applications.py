"""Ask for an options level: decided at once, or left to a person (options overview, enablement)."""

from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.choices import AccountStatus, AgreementType, EmploymentStatus, EnabledAsset
from accounts.errors import AccountNotAuthorized
from accounts.locking import lock_account
from accounts.models import Account, Disclosures, User
from accounts.permissions import Permission
from accounts.rules.people import age_on
from accounts.rules.suitability import unanswered
from accounts.services.sections import answers_on_file
from brokerage import clock
from brokerage.events import record_event
from brokerage.market_calendar import NEW_YORK
from brokerage.mode import is_sandbox
from brokerage.money import plain
from options.choices import ApplicationStatus, Requester
from options.errors import (
    AccountNotReadyForOptions,
    ApplicationIncomplete,
    ApplicationPending,
    FixturesNotAvailable,
    OptionsNotOffered,
)
from options.models import OptionsApplication
from options.rules.applicants import Answers, Applicant, complete_answers
from options.rules.approval import RULE_VERSION, Decision, decide
from options.rules.requests import ApprovalRequest, fixed_decision, require_sound

# Whose identity is established (domain rule AA-24); an edit under review does not undo that.
READY = (AccountStatus.ACTIVE, AccountStatus.ACCOUNT_UPDATED)
DISCLOSURE_FLAGS = (
    "is_control_person",
    "is_affiliated_exchange_or_finra",
    "is_politically_exposed",
    "immediate_family_exposed",
)


@transaction.atomic(durable=True)
def request_options_approval(*, actor: User, account_id: UUID, request: ApprovalRequest) -> OptionsApplication:
    """Record a request for a level with what was decided, and grant what was granted.

    A sandbox fixture orders the decision, else the rules decide on what is on file. A level that
    the account already has, or a lower one, is approved as it stands; no request ever lowers
    what is approved. Refuses a level that is not offered, a fixture in production, an account
    that is not active, a second request beside a pending one, and a file with answers missing.
    """
    actor.require(Permission.REQUEST_OPTIONS)
    require_sound(request)
    if request.fixture is not None and not is_sandbox():
        raise FixturesNotAvailable
    account = lock_account(actor, account_id, missing=AccountNotAuthorized)
    _require_open_to_requests(account)

    now = clock.now()
    decision, basis = _decide(account, request, now.astimezone(NEW_YORK).date())
    application = OptionsApplication.objects.create(
        account=account,
        requested_level=request.level,
        approved_level=decision.level,
        status=decision.status,
        reasons=list(decision.reasons),
        requester=Requester.ALPACA_ADMIN if actor.sees_every_correspondent else Requester.CORRESPONDENT,
        requested_by=actor,
        is_fixture=request.fixture is not None,
        created_at=now,
        updated_at=now,
        decided_at=None if decision.status is ApplicationStatus.PENDING else now,
        **basis,
    )
    if decision.level is not None:
        grant_level(account, decision.level, application=application, now=now)
    return application


def grant_level(account: Account, level: int, *, application: OptionsApplication, now: datetime) -> None:
    """Raise a locked account to an approved level and announce it, as the last step of a service.

    What is approved already is never lowered here. Options are enabled with the first level:
    the overview's steps for an existing account do not ask for `us_option` separately.
    """
    before = account.options_approved_level
    if level <= before:
        return
    account.options_approved_level = level
    account.options_approved_at = now
    if EnabledAsset.US_OPTION not in account.enabled_assets:
        account.enabled_assets = [*account.enabled_assets, EnabledAsset.US_OPTION.value]
    account.save(update_fields=["options_approved_level", "options_approved_at", "enabled_assets"])
    change = {"approved_level_from": before, "approved_level_to": level}
    record_event("options.level_approved", account=account, subject=application, at=now, payload={"options": change})


def _require_open_to_requests(account: Account) -> None:
    if not account.correspondent.options_enabled:
        raise OptionsNotOffered
    if account.status not in READY:
        raise AccountNotReadyForOptions(status=account.status)
    pending = account.options_applications.filter(status=ApplicationStatus.PENDING).first()
    if pending is not None:
        raise ApplicationPending(requested_level=pending.requested_level, pending_request_id=str(pending.id))


def _decide(account: Account, request: ApprovalRequest, today: date) -> tuple[Decision, dict[str, Any]]:
    """Answer the decision, and the columns that say what it was made on."""
    if request.fixture is not None:
        return fixed_decision(request.level, request.fixture), {}
    if request.level <= account.options_approved_level:
        reason = f"level {account.options_approved_level} is already approved"
        return Decision(ApplicationStatus.APPROVED, request.level, (reason,)), {}
    applicant = _applicant(account, today)
    decision = decide(request.level, applicant)
    return decision, {"rule_version": RULE_VERSION, "answers": _as_recorded(applicant)}


def _applicant(account: Account, today: date) -> Applicant:
    answers = answers_on_file(account)
    faults = {f"identity.{name}": ["is required for options trading"] for name in unanswered(answers)}
    if not account.agreements.filter(agreement=AgreementType.OPTIONS).exists():
        faults["agreements"] = [f"a signed {AgreementType.OPTIONS} is required for options trading"]
    if not hasattr(account, "identity"):
        faults["identity.date_of_birth"] = ["is required for options trading"]
    if faults:
        raise ApplicationIncomplete(faults)
    disclosures = Disclosures.objects.filter(account=account).first()
    return Applicant(
        answers=complete_answers(vars(answers)),
        age=age_on(today, account.identity.date_of_birth),
        employment_status=_employment(disclosures),
        disclosed=tuple(flag for flag in DISCLOSURE_FLAGS if getattr(disclosures, flag, False)),
        earlier_answers=_earlier_answers(account),
    )


def _employment(disclosures: Disclosures | None) -> EmploymentStatus | None:
    return EmploymentStatus(disclosures.employment_status) if disclosures and disclosures.employment_status else None


def _as_recorded(applicant: Applicant) -> dict[str, Any]:
    answers = {name: _recorded(value) for name, value in asdict(applicant.answers).items()}
    return answers | {
        "age": applicant.age,
        "employment_status": applicant.employment_status,
        "disclosed": list(applicant.disclosed),
    }


def _recorded(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else value


def _earlier_answers(account: Account) -> Answers | None:
    """Answer those that the account's last request was judged on; a fixture judged none (AA-16)."""
    judged = account.options_applications.exclude(rule_version="").order_by("-id")
    earlier = judged.values_list("answers", flat=True).first()
    return complete_answers({column.name: earlier[column.name] for column in fields(Answers)}) if earlier else None
