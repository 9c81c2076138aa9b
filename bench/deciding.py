"""How fast the approval rules decide: made-up applicants, one after the other, in one process."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from time import perf_counter

from accounts.choices import (
    EmploymentStatus,
    Experience,
    LiquidityNeeds,
    MaritalStatus,
    Objective,
    RiskTolerance,
    TimeHorizon,
)
from options.rules.applicants import Answers, Applicant, facts_of
from options.rules.approval import decide
from options.rules.approval_rules import LATEST, RULE_SETS
from options.rules.disclosure_document import AGREEMENT_IN_FORCE, EDITION_IN_FORCE

APPLICANTS = 20_000
RULES = RULE_SETS[LATEST]


@dataclass(frozen=True)
class Deciding:
    """How many decisions a second, what came of them, and the floor: the facts gathered and nothing compared."""

    per_second: float
    facts_per_second: float
    outcomes: dict[str, int]


def measure_deciding(count: int = APPLICANTS) -> Deciding:
    """Decide on `count` applicants for level 2."""
    rng = Random("strikebook")  # noqa: S311 - made-up people, no secrets
    people = [_applicant(rng) for _ in range(count)]
    started = perf_counter()
    decisions = [decide(2, person, RULES) for person in people]
    decided = perf_counter()
    for person in people:
        facts_of(person)
    gathered = perf_counter()
    outcomes = Counter(decision.status.value for decision in decisions)
    return Deciding(count / (decided - started), count / (gathered - decided), dict(outcomes.most_common()))


def _applicant(rng: Random) -> Applicant:
    """Answer somebody as they come: most sound, some with little, some who contradict themselves."""
    income, worth = Decimal(rng.randrange(10_000, 200_000, 1_000)), Decimal(rng.randrange(20_000, 900_000, 5_000))
    answers = Answers(
        annual_income_min=income,
        annual_income_max=income * 2,
        total_net_worth_min=worth,
        total_net_worth_max=worth * 2,
        liquid_net_worth_min=worth / 4,
        liquid_net_worth_max=worth / 2,
        liquidity_needs=rng.choice(list(LiquidityNeeds)),
        investment_experience_with_stocks=rng.choice([Experience.ONE_TO_FIVE_YEARS, Experience.OVER_FIVE_YEARS]),
        investment_experience_with_options=rng.choice([Experience.NONE, Experience.ONE_TO_FIVE_YEARS]),
        risk_tolerance=rng.choice(list(RiskTolerance)),
        investment_objective=rng.choice(list(Objective)),
        investment_time_horizon=rng.choice(list(TimeHorizon)),
        marital_status=rng.choice(list(MaritalStatus)),
        number_of_dependents=rng.randrange(5),
    )
    return Applicant(
        answers=answers,
        age=rng.randrange(19, 80),
        employment_status=EmploymentStatus.EMPLOYED,
        agreement=AGREEMENT_IN_FORCE,
        agreement_in_force=AGREEMENT_IN_FORCE,
        document=EDITION_IN_FORCE,
        document_in_force=EDITION_IN_FORCE,
    )
