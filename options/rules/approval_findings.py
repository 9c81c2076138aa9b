"""What each rule found of an applicant: met, failed or not judged, and which answers it looked at.

`approval.py` says what strikes; a principal also sees what did not, beside the answers. What
failed says so in the rule's own words, what was met by the condition turned round.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from options.rules.applicants import DISCLOSURE_FLAGS, QUESTIONS, Applicant, facts_of
from options.rules.approval_terms import KNOWN, UNKNOWN, Condition, Effect, Facts, Named, Rule, RuleSet, written

EARLIER, WHOSE_DECISION = "earlier", "whose_decision"
# Which answer stands behind a fact that is worked out; every other fact is an answer itself.
ANSWERS_BEHIND: dict[str, tuple[str, ...]] = {
    "years_with_stocks": ("investment_experience_with_stocks",),
    "years_with_options": ("investment_experience_with_options",),
    "years_of_age_since_18": ("age",),
    "highest_amount": ("annual_income_min", "total_net_worth_min", "liquid_net_worth_min"),
    "agreement_month": ("agreement",),
    "changed_answers": (EARLIER,),
    "refused_by_person_on": (EARLIER,),
    "is_for_a_person": (WHOSE_DECISION,),
    "is_adopted": (WHOSE_DECISION,),
}
ANSWERS = (*QUESTIONS, "age", "employment_status", *DISCLOSURE_FLAGS, "agreement", "document", EARLIER, WHOSE_DECISION)
LABELS = QUESTIONS | {
    "age": "age",
    "employment_status": "employment",
    "years_with_stocks": "years with stocks",
    "years_with_options": "years with options",
    "years_of_age_since_18": "the years since the age of 18",
    "highest_amount": "income or net worth",
}
# What is met of a rule whose condition turned round would not be a sentence.
MET = {
    "age_unknown": "the date of birth is on file",
    "agreement_missing": "an options agreement was signed",
    "agreement_stale": "the agreement was signed under the revision in force",
    "document_not_delivered": "the disclosure document was delivered",
    "document_stale": "the disclosure document was delivered in the edition in force",
    "flag_correspondent_decides": "the correspondent lets the rules decide",
    "flag_rules_not_adopted": "a principal adopted the rules, or the sandbox asks for none",
    "flag_changed_answers": "no earlier request had other answers",
    "flag_refused_by_person": "no person refused an earlier request",
    "flag_options_as_a_minor": "the experience with options began of age",
    "flag_options_before_stocks": "the experience with options is no longer than that with stocks",
    "flag_same_to_the_dollar": "income, net worth and liquid net worth differ",
    "flag_annual_income_min_above_annual_income_max": "the lower bound is not above the upper bound",
    "flag_total_net_worth_min_above_total_net_worth_max": "the lower bound is not above the upper bound",
    "flag_liquid_net_worth_min_above_liquid_net_worth_max": "the lower bound is not above the upper bound",
    "flag_liquid_net_worth_min_above_total_net_worth_min": "the liquid net worth is within the net worth",
    "flag_liquid_net_worth_max_above_total_net_worth_max": "its upper bound is within that of the net worth",
}


class Outcome(Enum):
    """How a rule came out."""

    FAILED = "failed"
    NOT_JUDGED = "not judged"
    MET = "met"


@dataclass(frozen=True)
class Finding:
    """How one rule came out, in a sentence, and the answers that it looked at."""

    rule: str
    source: str
    effect: Effect
    outcome: Outcome
    text: str
    answers: tuple[str, ...]


def judge(requested_level: int, applicant: Applicant, rules: RuleSet) -> tuple[Finding, ...]:
    """Answer how every rule came out that a request for `requested_level` is decided by, in their order.

    A rule on what is not known is not judged, unless something else that it asks is known not to hold.
    """
    facts = facts_of(applicant)
    known = {**{name: one.value for name, one in rules.thresholds.items()}, **facts}
    struck = {
        reason.rule: reason.text
        for level in range(1, requested_level + 1)
        for reason in rules.struck(facts, level, *(Effect if level == requested_level else (Effect.WITHHOLDS_LEVEL,)))
    }
    return tuple(_found(rule, known, struck) for rule in rules.rules if _is_asked(rule, requested_level))


def _is_asked(rule: Rule, requested_level: int) -> bool:
    """A level asks all that the ones below it ask; every other rule looks at the level that is requested."""
    if rule.effect is Effect.WITHHOLDS_LEVEL:
        return min(rule.levels) <= requested_level
    return requested_level in rule.levels


def _found(rule: Rule, known: Facts, struck: Mapping[str, str]) -> Finding:
    outcome = _outcome(rule, known, struck)
    texts: dict[Outcome, Callable[[], str]] = {
        Outcome.FAILED: lambda: struck[rule.id],
        Outcome.MET: lambda: _met(rule, known),
        Outcome.NOT_JUDGED: lambda: f"not known: {', '.join(_unknown(rule, known))}",
    }
    return Finding(rule.id, rule.source, rule.effect, outcome, texts[outcome](), answers_of(rule))


def _outcome(rule: Rule, known: Facts, struck: Mapping[str, str]) -> Outcome:
    if rule.id in struck:
        return Outcome.FAILED
    return Outcome.MET if any(_is_known_not_to_hold(one, known) for one in rule.when) else Outcome.NOT_JUDGED


def _is_known_not_to_hold(condition: Condition, known: Facts) -> bool:
    return not _missing(condition, known) and not condition.holds(known)


def _missing(condition: Condition, known: Facts) -> list[str]:
    """Answer which sides of a comparison are not known; whether something is known can always be told."""
    if condition.compares in (KNOWN, UNKNOWN):
        return []
    sides = [condition.fact, *([condition.than.name] if isinstance(condition.than, Named) else [])]
    return [side for side in sides if known[side] is None]


def _unknown(rule: Rule, known: Facts) -> list[str]:
    return list(dict.fromkeys(_label(side) for condition in rule.when for side in _missing(condition, known)))


def answers_of(rule: Rule) -> tuple[str, ...]:
    """Answer which answers a rule looks at."""
    facts = [side for one in rule.when for side in (one.fact, one.than.name if isinstance(one.than, Named) else "")]
    behind = [answer for fact in facts for answer in ANSWERS_BEHIND.get(fact, (fact,))]
    return tuple(dict.fromkeys(answer for answer in behind if answer in ANSWERS))


# --- What is met, in words -----------------------------------------------------------------------

TURNED_ROUND: dict[str, str] = {
    "is": "not {than}",
    "is not": "{than}",
    "below": "at least {than}",
    "above": "at most {than}",
    "at least": "below {than}",
    "in": "none of {than}",
    "not in": "one of {than}",
    UNKNOWN: "answered",
    KNOWN: "none",
}
AS_IT_IS: dict[str, str] = {
    "is": "{than}",
    "is not": "not {than}",
    "below": "below {than}",
    "above": "above {than}",
    "at least": "{than} or more",
    "in": "one of {than}",
    "not in": "none of {than}",
}


def _met(rule: Rule, known: Facts) -> str:
    if rule.id in MET:
        return MET[rule.id]
    if len(rule.when) > 1:
        return "not together: " + "; ".join(_said(one, known, AS_IT_IS) for one in rule.when)
    (condition,) = rule.when
    if condition.than is True:
        return "not disclosed"
    said = _said(condition, known, TURNED_ROUND, mark=":")
    return f"{said}, for level {rule.levels[0]}" if rule.effect is Effect.WITHHOLDS_LEVEL else said


def _said(condition: Condition, known: Facts, words: Mapping[str, str], *, mark: str = "") -> str:
    return f"{_label(condition.fact)}{mark} {words[condition.compares].format(than=_than(condition, known))}"


def _than(condition: Condition, known: Facts) -> str:
    than: Any = condition.than
    if isinstance(than, Named):
        return LABELS[than.name] if than.name in LABELS else written(known[than.name])
    if isinstance(than, tuple | frozenset):
        return ", ".join(sorted(written(one) for one in than))
    return written(than)


def _label(fact: str) -> str:
    return LABELS.get(fact, fact.replace("_", " "))
