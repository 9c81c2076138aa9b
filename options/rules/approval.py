"""Decide on a request for an options level by a rule set, always with reasons (AA-2, AA-22, SU-1).

What is incomplete or refused is rejected; a contradiction goes to a person whatever the rest
would allow (SU-2); else the highest level that the answers support is granted, where a level
asks all that the ones below it ask. The same rule set, thresholds and applicant always give the
same decision in the same words.
"""

from dataclasses import dataclass
from itertools import chain, takewhile

from options.choices import ApplicationStatus
from options.rules.applicants import Applicant, facts_of
from options.rules.approval_rules import LEVELS
from options.rules.approval_terms import Effect, Reason, RuleSet

WORKFLOW = "options overview, options enablement"


@dataclass(frozen=True)
class Decision:
    """What is decided: the status, the level granted (None unless one is), and why."""

    status: ApplicationStatus
    level: int | None
    reasons: tuple[Reason, ...]


def decide(requested_level: int, applicant: Applicant, rules: RuleSet) -> Decision:
    """Answer what becomes of a request for `requested_level`, with a reason for it."""
    facts = facts_of(applicant)
    refusals = rules.struck(facts, requested_level, Effect.INCOMPLETE, Effect.REFUSES)
    if refusals:
        return Decision(ApplicationStatus.REJECTED, None, refusals)
    flags = rules.struck(facts, requested_level, Effect.ASKS_A_PERSON)
    if flags:
        return Decision(ApplicationStatus.PENDING, None, flags)

    unmet = {level: rules.struck(facts, level, Effect.WITHHOLDS_LEVEL) for level in LEVELS if level <= requested_level}
    withheld = tuple(reason for level in sorted(unmet, reverse=True) for reason in unmet[level])
    supported = takewhile(lambda level: not unmet[level], sorted(unmet))
    granted = max(supported, default=None)
    if granted is None:
        return Decision(ApplicationStatus.REJECTED, None, withheld)
    return _granted(requested_level, granted, withheld)


def what_would_make(level: int, applicant: Applicant, rules: RuleSet) -> tuple[Reason, ...]:
    """Answer what stands between an applicant and a level: what to answer, sign or mend, and what a person looks at.

    It can be asked before anything is submitted, of a file with gaps: what is missing is a reason
    of its own and is not judged. No reason means that a request would be approved.
    """
    facts = facts_of(applicant)
    below = (rules.struck(facts, lower, Effect.WITHHOLDS_LEVEL) for lower in LEVELS if lower < level)
    return (*rules.struck(facts, level, *Effect), *chain.from_iterable(below))


def already_approved(requested_level: int, approved_level: int) -> Decision:
    """Answer a request for a level that the account has, or a lower one: approved as it stands."""
    reason = Reason("already_approved", WORKFLOW, f"level {approved_level} is already approved")
    return Decision(ApplicationStatus.APPROVED, requested_level, (reason,))


def _granted(requested_level: int, level: int, withheld: tuple[Reason, ...]) -> Decision:
    is_as_asked = level == requested_level
    status = ApplicationStatus.APPROVED if is_as_asked else ApplicationStatus.LOWER_LEVEL_APPROVED
    text = f"the answers meet all that level {level} asks, and nothing in them calls for a person"
    return Decision(status, level, (*withheld, Reason(f"level_{level}_supported", "SU-1", text)))
