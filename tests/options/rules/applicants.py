"""Applicants for the approval rules: a sound one, and any other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from accounts.choices import (
    EmploymentStatus,
    Experience,
    LiquidityNeeds,
    MaritalStatus,
    Objective,
    RiskTolerance,
    TimeHorizon,
)
from options.rules.applicants import DISCLOSURE_FLAGS, Answers, Applicant, EarlierRequest
from options.rules.approval_rules import LATEST, RULE_SETS
from options.rules.disclosure_document import AGREEMENT_IN_FORCE, EDITION_IN_FORCE

RULES = RULE_SETS[LATEST]
SOUND = Answers(
    annual_income_min=Decimal(50_000),
    annual_income_max=Decimal(100_000),
    total_net_worth_min=Decimal(200_000),
    total_net_worth_max=Decimal(250_000),
    liquid_net_worth_min=Decimal(60_000),
    liquid_net_worth_max=Decimal(80_000),
    liquidity_needs=LiquidityNeeds.SOMEWHAT_IMPORTANT,
    investment_experience_with_stocks=Experience.OVER_FIVE_YEARS,
    investment_experience_with_options=Experience.ONE_TO_FIVE_YEARS,
    risk_tolerance=RiskTolerance.SIGNIFICANT_RISK,
    investment_objective=Objective.GROWTH,
    investment_time_horizon=TimeHorizon.SIX_TO_TEN_YEARS,
    marital_status=MaritalStatus.MARRIED,
    number_of_dependents=1,
)
PAPERS = {
    "agreement": AGREEMENT_IN_FORCE,
    "agreement_in_force": AGREEMENT_IN_FORCE,
    "document": EDITION_IN_FORCE,
    "document_in_force": EDITION_IN_FORCE,
}
KNOWN = {"age": 40, "employment_status": EmploymentStatus.EMPLOYED, **PAPERS}
YESTERDAY = date(2026, 1, 14)


def make_applicant(**changes: Any) -> Applicant:
    """Answer a sound applicant with some things changed, answers and the rest alike."""
    answers = {name: changes.pop(name) for name in list(changes) if name in vars(SOUND)}
    return Applicant(answers=replace(SOUND, **answers), **{**KNOWN, **changes})


def asked_before(*, refused_by_person: bool = False, **answers: Any) -> tuple[EarlierRequest, ...]:
    """Answer one earlier request, on the sound answers with some changed."""
    return (EarlierRequest(replace(SOUND, **answers), YESTERDAY, refused_by_person),)


# Amounts are often near a threshold, where decisions change.
_money = st.one_of(
    st.integers(0, 400_000).map(Decimal),
    st.sampled_from(["0", "1999.99", "2000", "9999.99", "10000", "24999.99", "25000", "99999.99", "100000"]).map(
        Decimal
    ),
)
any_answers = st.builds(
    Answers,
    annual_income_min=_money,
    annual_income_max=_money,
    total_net_worth_min=_money,
    total_net_worth_max=_money,
    liquid_net_worth_min=_money,
    liquid_net_worth_max=_money,
    liquidity_needs=st.sampled_from(LiquidityNeeds),
    investment_experience_with_stocks=st.sampled_from(Experience),
    investment_experience_with_options=st.sampled_from(Experience),
    risk_tolerance=st.sampled_from(RiskTolerance),
    investment_objective=st.sampled_from(Objective),
    investment_time_horizon=st.sampled_from(TimeHorizon),
    marital_status=st.sampled_from(MaritalStatus),
    number_of_dependents=st.integers(0, 10),
)


@st.composite
def plausible_answers(draw: st.DrawFn) -> Answers:
    """Answer sound answers with a few of them drawn: most raise no flag, so that levels are granted too."""
    drawn = draw(any_answers)
    names = draw(st.sets(st.sampled_from(sorted(vars(SOUND))), max_size=4))
    return replace(SOUND, **{name: getattr(drawn, name) for name in names})


earlier_requests = st.lists(
    st.builds(EarlierRequest, st.just(SOUND) | any_answers, st.dates(), st.booleans()), max_size=3
).map(tuple)
applicants = st.builds(
    Applicant,
    answers=plausible_answers() | any_answers,
    age=st.integers(16, 90),
    employment_status=st.none() | st.sampled_from(EmploymentStatus),
    disclosed=st.sets(st.sampled_from(DISCLOSURE_FLAGS)).map(lambda flags: tuple(sorted(flags))) | st.just(()),
    earlier=st.just(()) | earlier_requests,
    agreement=st.sampled_from(["", "01.2020.01", AGREEMENT_IN_FORCE]) | st.just(AGREEMENT_IN_FORCE),
    agreement_in_force=st.just(AGREEMENT_IN_FORCE),
    document=st.sampled_from(["", "2022-03", EDITION_IN_FORCE]) | st.just(EDITION_IN_FORCE),
    document_in_force=st.just(EDITION_IN_FORCE),
    is_for_a_person=st.just(False) | st.booleans(),
    is_adopted=st.just(True) | st.booleans(),
)
