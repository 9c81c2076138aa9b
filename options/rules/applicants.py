"""What is known of a person who asks for an options level."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.choices import (
    EmploymentStatus,
    Experience,
    LiquidityNeeds,
    MaritalStatus,
    Objective,
    RiskTolerance,
    TimeHorizon,
)

ADULT_AGE = 18

YEARS_AT_LEAST: dict[Experience, int] = {
    Experience.NONE: 0,
    Experience.ONE_TO_FIVE_YEARS: 1,
    Experience.OVER_FIVE_YEARS: 5,
}


@dataclass(frozen=True)
class Answers:
    """The ten suitability answers of the options overview, all of them given."""

    annual_income_min: Decimal
    annual_income_max: Decimal
    total_net_worth_min: Decimal
    total_net_worth_max: Decimal
    liquid_net_worth_min: Decimal
    liquid_net_worth_max: Decimal
    liquidity_needs: LiquidityNeeds
    investment_experience_with_stocks: Experience
    investment_experience_with_options: Experience
    risk_tolerance: RiskTolerance
    investment_objective: Objective
    investment_time_horizon: TimeHorizon
    marital_status: MaritalStatus
    number_of_dependents: int


ANSWER_TYPES: dict[str, Callable[[Any], Any]] = {
    "liquidity_needs": LiquidityNeeds,
    "investment_experience_with_stocks": Experience,
    "investment_experience_with_options": Experience,
    "risk_tolerance": RiskTolerance,
    "investment_objective": Objective,
    "investment_time_horizon": TimeHorizon,
    "marital_status": MaritalStatus,
    "number_of_dependents": int,
}


def complete_answers(given: Mapping[str, Any]) -> Answers:
    """Answer what was given, by name, as answers that are all there and each of its type."""
    return Answers(**{name: ANSWER_TYPES.get(name, Decimal)(value) for name, value in given.items()})


@dataclass(frozen=True)
class Applicant:
    """What is known of the holder on the day of the decision."""

    answers: Answers
    age: int
    employment_status: EmploymentStatus | None
    disclosed: tuple[str, ...] = ()
    earlier_answers: Answers | None = None

    @property
    def years_with_stocks(self) -> int:
        """Answer the years of investing in stocks, at least."""
        return YEARS_AT_LEAST[self.answers.investment_experience_with_stocks]

    @property
    def years_with_options(self) -> int:
        """Answer the years of investing in options, at least."""
        return YEARS_AT_LEAST[self.answers.investment_experience_with_options]

    @property
    def is_conservative(self) -> bool:
        """Say whether the applicant wants to risk little."""
        return self.answers.risk_tolerance is RiskTolerance.CONSERVATIVE

    @property
    def speculates(self) -> bool:
        """Say whether speculation is the objective."""
        return self.answers.investment_objective is Objective.MARKET_SPECULATION

    @property
    def preserves_wealth(self) -> bool:
        """Say whether preserving wealth is the objective."""
        return self.answers.investment_objective is Objective.PRESERVE_WEALTH
