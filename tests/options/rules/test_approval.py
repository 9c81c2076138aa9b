from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
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
from accounts.rules.people import age_on
from options.choices import ApplicationStatus
from options.rules.applicants import Answers, Applicant, complete_answers
from options.rules.approval import CRITERIA, decide

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


def applicant(*, age=40, employment=EmploymentStatus.EMPLOYED, disclosed=(), earlier=None, **answers) -> Applicant:
    return Applicant(replace(SOUND, **answers), age, employment, disclosed, earlier)


def level_after(requested_level: int, who: Applicant) -> tuple[ApplicationStatus, int | None]:
    decision = decide(requested_level, who)
    return decision.status, decision.level


@pytest.mark.parametrize("level", [1, 2])
def test_sound_answers_get_what_they_ask_for(level):
    assert level_after(level, applicant()) == (ApplicationStatus.APPROVED, level)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (
            {"annual_income_min": Decimal("24999.99")},
            "annual income 24,999.99 is below the 25,000 that level 2 asks",
        ),
        (
            {"liquid_net_worth_min": Decimal(8_000)},
            "liquid net worth 8,000 is below the 10,000 that level 2 asks",
        ),
        (
            {"investment_objective": Objective.GENERATE_INCOME},
            "the objective generate_income does not support level 2",
        ),
        (
            {"liquidity_needs": LiquidityNeeds.VERY_IMPORTANT},
            "the liquidity needs very_important do not support level 2",
        ),
    ],
)
def test_answers_that_support_level_1_get_it_when_asking_for_2(answers, reason):
    decision = decide(2, applicant(**answers))

    assert (decision.status, decision.level) == (ApplicationStatus.LOWER_LEVEL_APPROVED, 1)
    assert decision.reasons == (reason,)
    assert level_after(1, applicant(**answers)) == (ApplicationStatus.APPROVED, 1)


@pytest.mark.parametrize("level", CRITERIA)
def test_a_threshold_is_met_by_the_very_dollar(level):
    asked = CRITERIA[level]
    exact = {
        "annual_income_min": max(asked.annual_income, Decimal(1)),
        "liquid_net_worth_min": asked.liquid_net_worth,
    }

    assert level_after(level, applicant(**exact)) == (ApplicationStatus.APPROVED, level)


def test_answers_that_support_no_level_are_refused_with_every_reason():
    decision = decide(2, applicant(liquid_net_worth_min=Decimal("1999.99")))

    assert (decision.status, decision.level) == (ApplicationStatus.REJECTED, None)
    assert decision.reasons == (
        "liquid net worth 1,999.99 is below the 10,000 that level 2 asks",
        "liquid net worth 1,999.99 is below the 2,000 that level 1 asks",
    )


@pytest.mark.parametrize(("age", "status"), [(17, ApplicationStatus.REJECTED), (18, ApplicationStatus.APPROVED)])
def test_a_minor_is_refused(age, status):
    answers = {"investment_experience_with_options": Experience.NONE}

    assert decide(1, applicant(age=age, **answers)).status is status


FLAGS = [
    pytest.param({"disclosed": ("is_control_person",)}, 1, "affiliation", id="disclosed"),
    pytest.param({"earlier": replace(SOUND, annual_income_min=Decimal(1))}, 1, "answers differ", id="changed answers"),
    pytest.param(
        {"risk_tolerance": RiskTolerance.CONSERVATIVE, "investment_objective": Objective.MARKET_SPECULATION},
        1,
        "contradicts speculation",
        id="conservative speculation",
    ),
    pytest.param({"risk_tolerance": RiskTolerance.CONSERVATIVE}, 2, "conservative", id="conservative for level 2"),
    pytest.param({"investment_objective": Objective.PRESERVE_WEALTH}, 2, "preserve wealth", id="preserving at 2"),
    pytest.param(
        {
            "investment_objective": Objective.PRESERVE_WEALTH,
            "investment_time_horizon": TimeHorizon.LESS_THAN_ONE_YEAR,
        },
        1,
        "less than one year",
        id="preserving briefly",
    ),
    pytest.param(
        {
            "investment_experience_with_stocks": Experience.NONE,
            "investment_experience_with_options": Experience.NONE,
        },
        1,
        "no experience",
        id="no experience",
    ),
    pytest.param(
        {
            "investment_experience_with_stocks": Experience.ONE_TO_FIVE_YEARS,
            "investment_experience_with_options": Experience.OVER_FIVE_YEARS,
        },
        1,
        "longer than that with stocks",
        id="options before stocks",
    ),
    pytest.param({"age": 18}, 1, "longer than the applicant has been of age", id="options as a minor"),
    pytest.param({"annual_income_min": Decimal(0)}, 1, "income is zero", id="no income"),
    pytest.param(
        {
            "annual_income_min": Decimal(60_000),
            "total_net_worth_min": Decimal(60_000),
            "liquid_net_worth_min": Decimal(60_000),
        },
        1,
        "same to the dollar",
        id="same to the dollar",
    ),
    pytest.param({"annual_income_max": Decimal(49_999)}, 1, "contradict each other", id="minimum above maximum"),
    pytest.param({"liquid_net_worth_max": Decimal(250_001)}, 1, "contradict each other", id="liquid above total"),
    pytest.param(
        {"age": 24, "annual_income_min": Decimal(300_000), "annual_income_max": Decimal(300_000)},
        1,
        "under the age of 25",
        id="rich while young",
    ),
    pytest.param(
        {
            "employment": EmploymentStatus.STUDENT,
            "annual_income_min": Decimal(100_000),
            "annual_income_max": Decimal(100_000),
        },
        1,
        "without employment",
        id="high income of a student",
    ),
    pytest.param(
        {
            "investment_objective": Objective.MARKET_SPECULATION,
            "liquidity_needs": LiquidityNeeds.VERY_IMPORTANT,
        },
        1,
        "liquidity needs contradict",
        id="speculating with what is needed",
    ),
    pytest.param(
        {
            "investment_objective": Objective.MARKET_SPECULATION,
            "number_of_dependents": 4,
            "liquid_net_worth_min": Decimal(24_999),
        },
        1,
        "dependents",
        id="speculating for dependents",
    ),
    pytest.param({"age": 20}, 2, "under the age of 21", id="level 2 at 20"),
    pytest.param(
        {"age": 65, "investment_experience_with_options": Experience.NONE},
        2,
        "from the age of 65",
        id="level 2 at 65 without experience",
    ),
]


@pytest.mark.parametrize(("changes", "level", "said"), FLAGS)
def test_a_contradiction_goes_to_a_person_whatever_else_is_said(changes, level, said):
    decision = decide(level, applicant(**changes))

    assert (decision.status, decision.level) == (ApplicationStatus.PENDING, None)
    assert any(said in reason for reason in decision.reasons)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"risk_tolerance": RiskTolerance.CONSERVATIVE}, 1),
        ({"earlier": SOUND}, 2),
        ({"age": 19}, 1),
        ({"age": 21}, 2),
        ({"age": 64, "investment_experience_with_options": Experience.NONE}, 2),
        ({"age": 65}, 2),
        ({"age": 25, "annual_income_min": Decimal(300_000), "annual_income_max": Decimal(300_000)}, 2),
        ({"annual_income_min": Decimal("99999.99"), "employment": EmploymentStatus.UNEMPLOYED}, 2),
        ({"liquid_net_worth_max": Decimal(250_000)}, 2),
        ({"investment_objective": Objective.MARKET_SPECULATION, "number_of_dependents": 4}, 2),
        (
            {
                "investment_objective": Objective.MARKET_SPECULATION,
                "number_of_dependents": 3,
                "liquid_net_worth_min": Decimal(24_999),
            },
            2,
        ),
    ],
)
def test_one_step_from_a_contradiction_is_none(changes, level):
    assert level_after(level, applicant(**changes)) == (ApplicationStatus.APPROVED, level)


def test_preserving_wealth_over_years_supports_no_level():
    decision = decide(1, applicant(investment_objective=Objective.PRESERVE_WEALTH))

    assert decision.status is ApplicationStatus.REJECTED
    assert decision.reasons == ("the objective preserve_wealth does not support level 1",)


@pytest.mark.parametrize("level", [1, 2])
def test_the_overviews_applicant_goes_to_a_person(level):
    ten_thousand = Decimal(10_000)
    who = applicant(
        annual_income_min=ten_thousand,
        annual_income_max=ten_thousand,
        total_net_worth_min=ten_thousand,
        total_net_worth_max=ten_thousand,
        liquid_net_worth_min=ten_thousand,
        liquid_net_worth_max=ten_thousand,
        liquidity_needs=LiquidityNeeds.DOES_NOT_MATTER,
        investment_experience_with_options=Experience.OVER_FIVE_YEARS,
        risk_tolerance=RiskTolerance.CONSERVATIVE,
        investment_objective=Objective.MARKET_SPECULATION,
        investment_time_horizon=TimeHorizon.MORE_THAN_TEN_YEARS,
        number_of_dependents=5,
        disclosed=("is_affiliated_exchange_or_finra",),
    )

    decision = decide(level, who)

    assert decision.status is ApplicationStatus.PENDING
    assert len(decision.reasons) == 3 + level


money = st.integers(0, 400_000).map(Decimal)
applicants = st.builds(
    Applicant,
    answers=st.builds(
        Answers,
        annual_income_min=money,
        annual_income_max=money,
        total_net_worth_min=money,
        total_net_worth_max=money,
        liquid_net_worth_min=money,
        liquid_net_worth_max=money,
        liquidity_needs=st.sampled_from(LiquidityNeeds),
        investment_experience_with_stocks=st.sampled_from(Experience),
        investment_experience_with_options=st.sampled_from(Experience),
        risk_tolerance=st.sampled_from(RiskTolerance),
        investment_objective=st.sampled_from(Objective),
        investment_time_horizon=st.sampled_from(TimeHorizon),
        marital_status=st.sampled_from(MaritalStatus),
        number_of_dependents=st.integers(0, 10),
    ),
    age=st.integers(16, 90),
    employment_status=st.none() | st.sampled_from(EmploymentStatus),
)


@given(applicants, st.sampled_from([1, 2]))
def test_a_level_is_granted_if_and_only_if_the_status_says_so(who, requested):
    decision = decide(requested, who)

    granted = {ApplicationStatus.APPROVED: requested, ApplicationStatus.LOWER_LEVEL_APPROVED: 1}
    assert decision.level == granted.get(decision.status)
    assert decision.reasons or decision.status is ApplicationStatus.APPROVED


@given(applicants)
def test_who_gets_level_2_gets_level_1_as_well(who):
    if decide(2, who).status is ApplicationStatus.APPROVED:
        assert decide(1, who).status is ApplicationStatus.APPROVED


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2024, 2, 28), 19), (date(2024, 2, 29), 20), (date(2025, 2, 28), 20), (date(2025, 3, 1), 21)],
)
def test_an_age_is_in_whole_years(day, age):
    assert age_on(day, date(2004, 2, 29)) == age


def test_answers_come_back_from_their_record_as_they_were():
    recorded = {name: str(value) for name, value in vars(SOUND).items()}

    assert complete_answers(recorded) == SOUND
