"""The rules for options approval, by version (FINRA 2360(b)(16), domain rules AA, SU and DS).

The table is data: `approval.py` decides by it, `approval_terms.py` says what it is written in. A
version that has decided anything is never changed: a change is a new version beside it, which
principals then adopt, so that an old decision can be run again.
"""

from decimal import Decimal

from accounts.choices import LiquidityNeeds, Objective, RiskTolerance
from options.rules.applicants import QUESTIONS
from options.rules.approval_flags import FLAGS
from options.rules.approval_terms import UNKNOWN, Condition, Effect, Named, Rule, RuleSet, Threshold

LEVELS = (1, 2)
SCORES = "domain rules 2, FINRA 2360(b)(16)"


def _threshold(label: str, value: int, least: int, most: int) -> Threshold:
    return Threshold(label, Decimal(value), Decimal(least), Decimal(most))


# The value of each, and the broker's own limits: how far a correspondent may move it.
THRESHOLDS: dict[str, Threshold] = {
    "adult_age": _threshold("Age of an adult", 18, 18, 21),
    "level_1_annual_income": _threshold("Annual income for level 1", 0, 0, 1_000_000),
    "level_1_liquid_net_worth": _threshold("Liquid net worth for level 1", 2_000, 1_000, 1_000_000),
    "level_2_annual_income": _threshold("Annual income for level 2", 25_000, 15_000, 1_000_000),
    "level_2_liquid_net_worth": _threshold("Liquid net worth for level 2", 10_000, 5_000, 1_000_000),
    "level_2_age": _threshold("Age for level 2 without a person", 21, 21, 30),
    "age_that_asks_for_experience": _threshold("Age that asks for experience with options", 65, 50, 65),
    "young_age": _threshold("Age under which wealth is unusual", 25, 25, 35),
    "high_amount": _threshold("Income or net worth that is unusual while young", 300_000, 50_000, 300_000),
    "high_income_without_work": _threshold("Income that is unusual without work", 100_000, 25_000, 100_000),
    "many_dependents": _threshold("Dependents that are many", 4, 1, 4),
    "liquid_net_worth_for_dependents": _threshold("Liquid net worth with many dependents", 25_000, 25_000, 1_000_000),
}

_UNANSWERED = tuple(
    Rule(
        f"answer_{name}",
        "FINRA 2360(b)(16), AA-4, AA-6",
        Effect.INCOMPLETE,
        f"the {question} is required for options trading",
        (Condition(name, UNKNOWN),),
        field=f"identity.{name}",
    )
    for name, question in QUESTIONS.items()
)

_INCOMPLETE = (
    *_UNANSWERED,
    Rule(
        "age_unknown",
        "AA-7",
        Effect.INCOMPLETE,
        "the date of birth is required for options trading",
        (Condition("age", UNKNOWN),),
        field="identity.date_of_birth",
    ),
    Rule(
        "agreement_missing",
        "FINRA 2360(b)(16)(D), AA-9",
        Effect.INCOMPLETE,
        "a signed options_agreement is required for options trading",
        (Condition("agreement", UNKNOWN),),
        field="agreements",
    ),
    Rule(
        "agreement_stale",
        "FINRA 2360(b)(16)(D), AA-9",
        Effect.INCOMPLETE,
        "the options_agreement was signed under revision {agreement}; revision {agreement_in_force} is in force and "
        "must be signed",
        (Condition("agreement_month", "below", Named("agreement_month_in_force")),),
        field="agreements",
    ),
    Rule(
        "document_not_delivered",
        "Exchange Act Rule 9b-1(d), FINRA 2360(b)(11), DS-1",
        Effect.INCOMPLETE,
        "the options disclosure document, edition {document_in_force}, must be delivered",
        (Condition("document", UNKNOWN),),
        field="disclosure_document",
    ),
    Rule(
        "document_stale",
        "Exchange Act Rule 9b-1(d), FINRA 2360(b)(11), DS-1",
        Effect.INCOMPLETE,
        "the options disclosure document was delivered in edition {document}; edition {document_in_force} must be "
        "delivered",
        (Condition("document", "below", Named("document_in_force")),),
        field="disclosure_document",
    ),
)

_REFUSALS = (
    Rule(
        "minor",
        "AA-7",
        Effect.REFUSES,
        "the applicant is {age} years old and must be {adult_age}",
        (Condition("age", "below", Named("adult_age")),),
    ),
)


def _at_least(level: int, fact: str, threshold: str) -> Rule:
    text = f"{QUESTIONS[fact]} {{{fact}}} is below the {{{threshold}}} that level {level} asks"
    return Rule(
        threshold, SCORES, Effect.WITHHOLDS_LEVEL, text, (Condition(fact, "below", Named(threshold)),), (level,)
    )


def _among(level: int, fact: str, allowed: frozenset[str], text: str) -> Rule:
    when = (Condition(fact, "not in", allowed),)
    return Rule(f"level_{level}_{fact}", SCORES, Effect.WITHHOLDS_LEVEL, text, when, (level,))


# What each level asks of the answers, a range by its lower bound (SU-3).
_CRITERIA = (
    _at_least(1, "annual_income_min", "level_1_annual_income"),
    _at_least(1, "liquid_net_worth_min", "level_1_liquid_net_worth"),
    _among(
        1,
        "investment_objective",
        frozenset(Objective) - {Objective.PRESERVE_WEALTH},
        "the objective “{investment_objective}” does not support level 1",
    ),
    _at_least(2, "annual_income_min", "level_2_annual_income"),
    _at_least(2, "liquid_net_worth_min", "level_2_liquid_net_worth"),
    _among(
        2,
        "investment_objective",
        frozenset({Objective.GROWTH, Objective.MARKET_SPECULATION}),
        "the objective “{investment_objective}” does not support level 2",
    ),
    _among(
        2,
        "risk_tolerance",
        frozenset(RiskTolerance) - {RiskTolerance.CONSERVATIVE},
        "the risk tolerance “{risk_tolerance}” does not support level 2",
    ),
    _among(
        2,
        "liquidity_needs",
        frozenset(LiquidityNeeds) - {LiquidityNeeds.VERY_IMPORTANT},
        "the liquidity needs “{liquidity_needs}” do not support level 2",
    ),
)

LATEST = "2026-11-2"
RULE_SETS: dict[str, RuleSet] = {
    "2026-11-2": RuleSet("2026-11-2", THRESHOLDS, (*_INCOMPLETE, *_REFUSALS, *FLAGS, *_CRITERIA)),
}
