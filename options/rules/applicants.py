"""What is known of a person who asks for an options level, and the facts that rules compare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
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
from options.rules.approval_terms import written
from options.rules.disclosure_document import month_of

YEARS_AT_LEAST: dict[Experience, int] = {
    Experience.NONE: 0,
    Experience.ONE_TO_FIVE_YEARS: 1,
    Experience.OVER_FIVE_YEARS: 5,
}
DISCLOSURE_FLAGS = (
    "is_control_person",
    "is_affiliated_exchange_or_finra",
    "is_politically_exposed",
    "immediate_family_exposed",
)
# Each answer as a sentence calls it.
QUESTIONS: dict[str, str] = {
    "annual_income_min": "annual income",
    "annual_income_max": "upper bound of the annual income",
    "total_net_worth_min": "net worth",
    "total_net_worth_max": "upper bound of the net worth",
    "liquid_net_worth_min": "liquid net worth",
    "liquid_net_worth_max": "upper bound of the liquid net worth",
    "liquidity_needs": "liquidity needs",
    "investment_experience_with_stocks": "experience with stocks",
    "investment_experience_with_options": "experience with options",
    "risk_tolerance": "risk tolerance",
    "investment_objective": "investment objective",
    "investment_time_horizon": "time horizon",
    "marital_status": "marital status",
    "number_of_dependents": "number of dependents",
}


@dataclass(frozen=True)
class Answers:
    """The ten suitability answers of the options overview; None is a question not answered (AA-6)."""

    annual_income_min: Decimal | None
    annual_income_max: Decimal | None
    total_net_worth_min: Decimal | None
    total_net_worth_max: Decimal | None
    liquid_net_worth_min: Decimal | None
    liquid_net_worth_max: Decimal | None
    liquidity_needs: LiquidityNeeds | None
    investment_experience_with_stocks: Experience | None
    investment_experience_with_options: Experience | None
    risk_tolerance: RiskTolerance | None
    investment_objective: Objective | None
    investment_time_horizon: TimeHorizon | None
    marital_status: MaritalStatus | None
    number_of_dependents: int | None


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


def read_answers(given: Mapping[str, Any]) -> Answers:
    """Answer what was given, by name, each of its type; what is empty or not there is not answered."""
    found = {column.name: given.get(column.name) for column in fields(Answers)}
    return Answers(
        **{
            name: None if value in (None, "") else ANSWER_TYPES.get(name, Decimal)(value)
            for name, value in found.items()
        }
    )


@dataclass(frozen=True)
class EarlierRequest:
    """An earlier request that was judged: on which answers, when, and whether a person refused it (AA-16)."""

    answers: Answers
    requested_on: date
    refused_by_person: bool = False


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """What is known of the holder on the day of the decision, and whose decision it is.

    `agreement` is the revision that was signed, `document` the edition that was delivered; either
    is empty where there is none. `is_for_a_person` says that the correspondent has every request
    decided by a person, `is_adopted` that a principal adopted the rules (AA-3).
    """

    answers: Answers
    age: int | None
    employment_status: EmploymentStatus | None = None
    disclosed: tuple[str, ...] = ()
    earlier: tuple[EarlierRequest, ...] = ()
    agreement: str = ""
    agreement_in_force: str = ""
    document: str = ""
    document_in_force: str = ""
    is_for_a_person: bool = False
    is_adopted: bool = True


def facts_of(applicant: Applicant) -> dict[str, Any]:
    """Answer every fact that a condition can name; None is not known."""
    answers = applicant.answers
    amounts = (answers.annual_income_min, answers.total_net_worth_min, answers.liquid_net_worth_min)
    known_amounts = [amount for amount in amounts if amount is not None]
    return {
        **{column.name: getattr(answers, column.name) for column in fields(Answers)},
        **{flag: flag in applicant.disclosed for flag in DISCLOSURE_FLAGS},
        "age": applicant.age,
        "highest_amount": max(known_amounts, default=None),
        "years_with_stocks": _years(answers.investment_experience_with_stocks),
        "years_with_options": _years(answers.investment_experience_with_options),
        "years_of_age_since_18": None if applicant.age is None else applicant.age - 18,
        "employment_status": applicant.employment_status,
        "changed_answers": _changes(applicant) or None,
        "refused_by_person_on": next((one.requested_on for one in applicant.earlier if one.refused_by_person), None),
        "agreement": applicant.agreement or None,
        "agreement_in_force": applicant.agreement_in_force,
        "agreement_month": month_of(applicant.agreement) or None,
        "agreement_month_in_force": month_of(applicant.agreement_in_force),
        "document": applicant.document or None,
        "document_in_force": applicant.document_in_force,
        "is_for_a_person": applicant.is_for_a_person,
        "is_adopted": applicant.is_adopted,
    }


def _years(experience: Experience | None) -> int | None:
    return None if experience is None else YEARS_AT_LEAST[experience]


def _changes(applicant: Applicant) -> str:
    """Answer which answers differ from those of the newest earlier request that had others."""
    for earlier in applicant.earlier:
        differing = [name for name in QUESTIONS if getattr(earlier.answers, name) != getattr(applicant.answers, name)]
        if differing:
            said = [
                f"{QUESTIONS[name]} was {_said(getattr(earlier.answers, name))} on {earlier.requested_on} "
                f"and is {_said(getattr(applicant.answers, name))}"
                for name in differing
            ]
            return ", ".join(said)
    return ""


def _said(value: Any) -> str:
    return "not answered" if value is None else written(value)
