"""What stands between an account and a level, and decisions run again from their record."""

from dataclasses import dataclass
from uuid import UUID

from accounts.errors import AccountNotFound
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from options.applicant_files import from_record, policy_in_force, read_applicant, rules_under
from options.choices import ApplicationStatus
from options.errors import LevelNotOffered, RuleSetGone
from options.models import OptionsApplication
from options.rules.approval import Decision, already_approved, decide, what_would_make
from options.rules.approval_rules import LEVELS, RULE_SETS
from options.rules.approval_terms import Reason
from options.rules.requests import Fixture, fixed_decision


def what_stands_between(actor: User, account_id: UUID, level: int) -> tuple[Reason, ...]:
    """Answer why an account would not be approved for `level` as its file is now; nothing where it would be.

    It can be asked before and after a request. Raises `AccountNotFound` or `LevelNotOffered`.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    if level not in LEVELS:
        raise LevelNotOffered(level=level)
    account = Account.objects.visible_to(actor).select_related("correspondent").filter(pk=account_id).first()
    if account is None:
        raise AccountNotFound()
    if level <= account.options_approved_level:
        return ()
    policy = policy_in_force(account)
    return what_would_make(level, read_applicant(account, policy, now=clock.now()), rules_under(policy))


def rerun(application: OptionsApplication) -> Decision:
    """Decide again what was decided without a person, from the record alone: rules, policy and answers as they stood.

    Raises `RuleSetGone` for a version of the rules that is no longer here.
    """
    if application.is_fixture:
        fixture = Fixture(ApplicationStatus(application.ruled_status), application.ruled_level)
        return fixed_decision(application.requested_level, fixture)
    if "options_approved_level" in application.answers:
        return already_approved(application.requested_level, application.answers["options_approved_level"])
    if application.rule_version not in RULE_SETS:
        raise RuleSetGone(rule_version=application.rule_version)
    applicant = from_record(application.answers)
    policy = application.policy
    rules = rules_under(policy) if policy else RULE_SETS[application.rule_version]
    return decide(application.requested_level, applicant, rules)


@dataclass(frozen=True)
class Difference:
    """A stored decision that comes out otherwise when it is run again."""

    application: OptionsApplication
    again: Decision


def find_difference(application: OptionsApplication) -> Difference | None:
    """Answer how a stored decision of the rules comes out otherwise; None where result and text are the same."""
    again = rerun(application)
    stored = (application.ruled_status, application.ruled_level, application.reasons)
    is_same = (again.status, again.level, [reason.text for reason in again.reasons]) == stored
    return None if is_same else Difference(application, again)
