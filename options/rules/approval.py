"""Which options level an applicant's answers support (FINRA 2360(b)(16), domain rules AA and SU).

A first, small rule set, known by its version, which every decision records. A minor is refused,
a red flag goes to a person whatever the rest would allow (SU-2), else the highest level that
the answers support is granted (SU-1). Ranges are judged by their lower bound (SU-3).
"""

from dataclasses import dataclass
from decimal import Decimal

from accounts.choices import LiquidityNeeds, Objective, RiskTolerance
from options.choices import ApplicationStatus
from options.rules.applicants import ADULT_AGE, Answers, Applicant
from options.rules.red_flags import red_flags

RULE_VERSION = "2026-11-1"
LEVELS = (1, 2)


@dataclass(frozen=True)
class Decision:
    """What is decided: the status, the level granted (None unless one is), and why."""

    status: ApplicationStatus
    level: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Criteria:
    """What one level asks of the answers; a set names what is allowed."""

    annual_income: Decimal
    liquid_net_worth: Decimal
    objectives: frozenset[Objective]
    risk_tolerances: frozenset[RiskTolerance]
    liquidity_needs: frozenset[LiquidityNeeds]


CRITERIA: dict[int, Criteria] = {
    1: Criteria(
        annual_income=Decimal(0),
        liquid_net_worth=Decimal(2_000),  # One contract's collateral.
        objectives=frozenset(Objective) - {Objective.PRESERVE_WEALTH},
        risk_tolerances=frozenset(RiskTolerance),
        liquidity_needs=frozenset(LiquidityNeeds),
    ),
    2: Criteria(
        annual_income=Decimal(25_000),
        liquid_net_worth=Decimal(10_000),
        objectives=frozenset({Objective.GROWTH, Objective.MARKET_SPECULATION}),
        risk_tolerances=frozenset(RiskTolerance) - {RiskTolerance.CONSERVATIVE},
        liquidity_needs=frozenset(LiquidityNeeds) - {LiquidityNeeds.VERY_IMPORTANT},
    ),
}


def decide(requested_level: int, applicant: Applicant) -> Decision:
    """Answer what becomes of a request for `requested_level`, with a sentence for each reason."""
    if applicant.age < ADULT_AGE:
        return Decision(ApplicationStatus.REJECTED, None, (f"the applicant is under {ADULT_AGE}",))
    reviews = red_flags(requested_level, applicant)
    if reviews:
        return Decision(ApplicationStatus.PENDING, None, reviews)

    reasons: tuple[str, ...] = ()
    for level in range(requested_level, 0, -1):
        unmet = unmet_criteria(level, applicant.answers)
        if not unmet:
            granted_as_asked = level == requested_level
            status = ApplicationStatus.APPROVED if granted_as_asked else ApplicationStatus.LOWER_LEVEL_APPROVED
            return Decision(status, level, reasons)
        reasons += unmet
    return Decision(ApplicationStatus.REJECTED, None, reasons)


def unmet_criteria(level: int, answers: Answers) -> tuple[str, ...]:
    """Answer a sentence for each thing that `level` asks and the answers do not give."""
    asked = CRITERIA[level]
    checks = (
        (
            answers.annual_income_min >= asked.annual_income,
            f"annual income {_dollars(answers.annual_income_min)} is below the {asked.annual_income:,} "
            f"that level {level} asks",
        ),
        (
            answers.liquid_net_worth_min >= asked.liquid_net_worth,
            f"liquid net worth {_dollars(answers.liquid_net_worth_min)} is below the {asked.liquid_net_worth:,} "
            f"that level {level} asks",
        ),
        (
            answers.investment_objective in asked.objectives,
            f"the objective {answers.investment_objective.value} does not support level {level}",
        ),
        (
            answers.risk_tolerance in asked.risk_tolerances,
            f"the risk tolerance {answers.risk_tolerance.value} does not support level {level}",
        ),
        (
            answers.liquidity_needs in asked.liquidity_needs,
            f"the liquidity needs {answers.liquidity_needs.value} do not support level {level}",
        ),
    )
    return tuple(sentence for is_met, sentence in checks if not is_met)


def _dollars(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
