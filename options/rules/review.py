"""What a person may decide on a request for a level, who may, and what it comes to (AA-2, AA-21, AA-22)."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.choices import UserKind
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.review_errors import VerdictInvalid
from options.rules.applicants import Applicant, facts_of
from options.rules.approval_flags import HISTORY, WHOSE_DECISION
from options.rules.approval_rules import LEVELS
from options.rules.approval_terms import Effect, Reason, RuleSet

R = ReasonCode

# Which words explain which act; a text says the rest.
REASON_CODES: dict[ReviewAct, tuple[ReasonCode, ...]] = {
    ReviewAct.APPROVED: (R.ANSWERS_SUPPORT, R.FACTS_CONFIRMED, R.EMPLOYER_CONSENTS, R.OTHER),
    ReviewAct.APPROVED_LOWER: (R.NOT_SUITABLE, R.ANSWERS_SUPPORT, R.FACTS_CONFIRMED, R.NOT_CONFIRMED, R.OTHER),
    ReviewAct.REJECTED: (R.NOT_SUITABLE, R.ANSWERS_CONTRADICT, R.NOT_CONFIRMED, R.INCOMPLETE, R.OTHER),
    ReviewAct.ASKED: (R.INCOMPLETE, R.ANSWERS_CONTRADICT, R.NOT_CONFIRMED, R.FACTS_CHANGED, R.OTHER),
    ReviewAct.REOPENED: (R.FACTS_CHANGED, R.ERROR_CORRECTED, R.OTHER),
}
KEEPING_CODES = (R.ANSWERS_SUPPORT, R.FACTS_CONFIRMED, R.EMPLOYER_CONSENTS, R.OTHER)
LOWERING_CODES = (R.FACTS_CHANGED, R.NOT_SUITABLE, R.ANSWERS_CONTRADICT, R.NOT_CONFIRMED, R.ERROR_CORRECTED, R.OTHER)
STATUS_OF: dict[ReviewAct, ApplicationStatus] = {
    ReviewAct.APPROVED: ApplicationStatus.APPROVED,
    ReviewAct.APPROVED_LOWER: ApplicationStatus.LOWER_LEVEL_APPROVED,
    ReviewAct.REJECTED: ApplicationStatus.REJECTED,
}
LEVEL_OF_TWO_PRINCIPALS = 2
# A person answered to these when deciding: they say how a request was made, not what the file holds.
_OF_THE_REQUEST = frozenset(rule.id for rule in (*WHOSE_DECISION, *HISTORY))
# A signature or a document that got old is no other answer: the fifteen-day clocks watch those.
_PAPERS = ("agreements", "disclosure_document")


@dataclass(frozen=True)
class Verdict:
    """What a principal decides on a request: the level it names is the one that the principal saw asked, or a lower."""

    act: ReviewAct
    level: int | None
    reason_code: ReasonCode
    reason: str

    @property
    def approves(self) -> bool:
        """Say whether a level is granted."""
        return self.act in (ReviewAct.APPROVED, ReviewAct.APPROVED_LOWER)


def require_verdict(verdict: Verdict, requested_level: int) -> None:
    """Raise `VerdictInvalid` unless the verdict fits the level that was requested, with a reason code of its act.

    An approval names its level, so that nobody approves another than the one they saw.
    """
    if verdict.act not in STATUS_OF:
        raise VerdictInvalid({"act": [f"must be {_listed(STATUS_OF)}"]})
    faults = {}
    allowed = _levels_of(verdict.act, requested_level)
    if verdict.level not in allowed:
        faults["level"] = [_said_of(verdict.act, requested_level)]
    if verdict.reason_code not in REASON_CODES[verdict.act]:
        faults["reason_code"] = [f"must be {_listed(REASON_CODES[verdict.act])}"]
    if faults:
        raise VerdictInvalid(faults)


def require_code(act: ReviewAct, code: str) -> ReasonCode:
    """Answer a reason code of an act that decides nothing; raise `VerdictInvalid` where it has no such."""
    if code not in REASON_CODES[act]:
        raise VerdictInvalid({"reason_code": [f"must be {_listed(REASON_CODES[act])}"]})
    return ReasonCode(code)


def require_level_verdict(level: int, reviewed: int, code: str) -> ReasonCode:
    """Answer the reason code of a decision to keep a reviewed level or to lower it to `level`.

    Raises `VerdictInvalid`: a review never raises a level.
    """
    faults = {}
    if not 0 <= level <= reviewed:
        faults["level"] = [f"must be from 0 to {reviewed}, the level that is reviewed"]
    codes = KEEPING_CODES if level == reviewed else LOWERING_CODES
    if code not in codes:
        faults["reason_code"] = [f"must be {_listed(codes)}"]
    if faults:
        raise VerdictInvalid(faults)
    return ReasonCode(code)


def may_decide(person: int, kind: str, *, is_brokers: bool, reviewers: Collection[int]) -> bool:
    """Say whether a principal decides on requests of a correspondent that has chosen these reviewers.

    People only: never a key, nor the system. Without a choice every principal does; the broker's always may.
    """
    return kind == UserKind.STAFF and (is_brokers or not reviewers or person in reviewers)


def needs_second_approval(level: int, principals: int, *, has_first: bool) -> bool:
    """Say whether an approval of `level` waits for another principal's."""
    return level >= LEVEL_OF_TWO_PRINCIPALS and principals > 1 and not has_first


def level_after(current: int, before: int, granted: int) -> int:
    """Answer an account's level after a decision that grants `granted`, 0 with a refusal.

    `before` is what it had before the request granted anything: a request decided for the first time
    never lowers it, and one decided again takes back no more than it had given.
    """
    return granted if granted >= current else max(granted, min(before, current))


def reasons_against(level: int, applicant: Applicant, rules: RuleSet) -> tuple[Reason, ...]:
    """Answer what in a holder's answers speaks against a level that the account has (SU-5).

    How the level was asked for is left out, and so are the papers, which a change of answers does not touch.
    """
    facts = facts_of(applicant)
    here = rules.struck(facts, level, *Effect)
    below = (
        reason for lower in LEVELS if lower < level for reason in rules.struck(facts, lower, Effect.WITHHOLDS_LEVEL)
    )
    return tuple(
        reason
        for reason in (*here, *below)
        if reason.rule not in _OF_THE_REQUEST and rules.rule(reason.rule).field not in _PAPERS
    )


def _levels_of(act: ReviewAct, requested_level: int) -> Collection[int | None]:
    if act is ReviewAct.APPROVED:
        return (requested_level,)
    return range(1, requested_level) if act is ReviewAct.APPROVED_LOWER else (None,)


def _said_of(act: ReviewAct, requested_level: int) -> str:
    if act is ReviewAct.APPROVED:
        return f"must be {requested_level}, the level that is requested now"
    if act is ReviewAct.REJECTED:
        return "must be absent, since a refusal grants none"
    below = " or ".join(str(level) for level in range(1, requested_level))
    return f"must be {below}" if below else f"there is no level below {requested_level} to approve"


def _listed(words: Collection[str]) -> str:
    *first, last = (str(word) for word in words)
    return f"{', '.join(first)} or {last}" if first else last
