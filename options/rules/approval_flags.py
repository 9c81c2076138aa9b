"""What a person must look at before a level is granted: the red flags of rule set 2026-11-2.

A contradiction outranks every score (SU-2): one flag stops the automatic decision, whatever the
rest of the answers would support.
"""

from accounts.choices import EmploymentStatus, LiquidityNeeds, Objective, RiskTolerance, TimeHorizon
from options.rules.approval_terms import KNOWN, Condition, Effect, Named, Rule

SWEEP = "FINRA options sweep 2021-22, AA-15"
TABLE = "domain rules 2, what a person looks at"
CONTRADICTION = f"{TABLE}, SU-2"
RANGES = "SU-3"
CONSERVATIVE = Condition("risk_tolerance", "is", RiskTolerance.CONSERVATIVE)
SPECULATES = Condition("investment_objective", "is", Objective.MARKET_SPECULATION)
PRESERVES = Condition("investment_objective", "is", Objective.PRESERVE_WEALTH)


def _flag(name: str, source: str, text: str, *when: Condition, levels: tuple[int, ...] = (1, 2)) -> Rule:
    return Rule(f"flag_{name}", source, Effect.ASKS_A_PERSON, text, when, levels)


def _discloses(flag: str, source: str, text: str) -> Rule:
    return _flag(flag.removeprefix("is_"), source, text, Condition(flag, "is", True))


def _crosses(lower: str, upper: str, text: str) -> Rule:
    return _flag(f"{lower}_above_{upper}", RANGES, text, Condition(lower, "above", Named(upper)))


WHOSE_DECISION = (
    _flag(
        "correspondent_decides",
        "setting of the correspondent, AA-2",
        "the correspondent has a person decide on every request",
        Condition("is_for_a_person", "is", True),
    ),
    _flag(
        "rules_not_adopted",
        "AA-3",
        "no options principal has adopted the rules yet",
        Condition("is_adopted", "is", False),
    ),
)
HISTORY = (
    _flag(
        "changed_answers",
        "FINRA AWC 2020066971201, AA-16",
        "the answers differ from those of an earlier request: {changed_answers}",
        Condition("changed_answers", KNOWN),
    ),
    _flag(
        "refused_by_person",
        SWEEP,
        "a person refused an earlier request on {refused_by_person_on}",
        Condition("refused_by_person_on", KNOWN),
    ),
)
DISCLOSURES = (
    _discloses(
        "is_affiliated_exchange_or_finra",
        "FINRA 3210, AA-18",
        "the applicant is affiliated with an exchange or FINRA",
    ),
    _discloses("is_control_person", "Rule 144, AA-19", "the applicant controls a public company"),
    _discloses("is_politically_exposed", TABLE, "the applicant is politically exposed"),
    _discloses("immediate_family_exposed", TABLE, "the applicant's family is politically exposed"),
)
CONTRADICTIONS = (
    _flag(
        "conservative_speculation",
        CONTRADICTION,
        "a conservative risk tolerance contradicts speculation as the objective",
        CONSERVATIVE,
        SPECULATES,
    ),
    _flag(
        "conservative_at_level_2",
        "FINRA AWC 2020066971201, AA-16",
        "level 2 is asked with a conservative risk tolerance",
        CONSERVATIVE,
        levels=(2,),
    ),
    _flag("preserving_at_level_2", TABLE, "level 2 is asked to preserve wealth", PRESERVES, levels=(2,)),
    _flag(
        "preserving_briefly",
        CONTRADICTION,
        "wealth is to be preserved over less than one year",
        PRESERVES,
        Condition("investment_time_horizon", "is", TimeHorizon.LESS_THAN_ONE_YEAR),
    ),
    _flag(
        "speculating_with_needed_money",
        CONTRADICTION,
        "very important liquidity needs contradict speculation as the objective",
        SPECULATES,
        Condition("liquidity_needs", "is", LiquidityNeeds.VERY_IMPORTANT),
    ),
    _flag(
        "speculating_for_dependents",
        CONTRADICTION,
        "speculation with {number_of_dependents} dependents ({many_dependents} are many) and a liquid net worth of "
        "{liquid_net_worth_min}, which is below {liquid_net_worth_for_dependents}",
        SPECULATES,
        Condition("number_of_dependents", "at least", Named("many_dependents")),
        Condition("liquid_net_worth_min", "below", Named("liquid_net_worth_for_dependents")),
    ),
)
EXPERIENCE = (
    _flag(
        "no_experience",
        f"{TABLE}; stocks for a year are asked for puts",
        "the applicant has no experience with stocks or options",
        Condition("years_with_stocks", "is", 0),
        Condition("years_with_options", "is", 0),
    ),
    _flag(
        "options_before_stocks",
        CONTRADICTION,
        "the experience with options is longer than that with stocks",
        Condition("years_with_options", "above", Named("years_with_stocks")),
    ),
    _flag(
        "options_as_a_minor",
        "FINRA AWC 2020066971201, AA-16",
        "{years_with_options} or more years of experience with options is longer than the applicant, "
        "who is {age}, has been of age",
        Condition("years_with_options", "above", Named("years_of_age_since_18")),
    ),
    _flag(
        "level_2_while_young",
        TABLE,
        "level 2 is asked at the age of {age}, which is below {level_2_age}",
        Condition("age", "below", Named("level_2_age")),
        levels=(2,),
    ),
    _flag(
        "level_2_late_without_experience",
        TABLE,
        "level 2 is asked at the age of {age} without experience with options",
        Condition("age", "at least", Named("age_that_asks_for_experience")),
        Condition("years_with_options", "is", 0),
        levels=(2,),
    ),
)
MONEY = (
    _flag("no_income", TABLE, "the annual income is zero", Condition("annual_income_min", "is", 0)),
    _flag(
        "same_to_the_dollar",
        CONTRADICTION,
        "income, net worth and liquid net worth are the same to the dollar",
        Condition("annual_income_min", "is", Named("total_net_worth_min")),
        Condition("total_net_worth_min", "is", Named("liquid_net_worth_min")),
    ),
    _crosses("annual_income_min", "annual_income_max", "the annual income's lower bound is above its upper bound"),
    _crosses("total_net_worth_min", "total_net_worth_max", "the net worth's lower bound is above its upper bound"),
    _crosses(
        "liquid_net_worth_min", "liquid_net_worth_max", "the liquid net worth's lower bound is above its upper bound"
    ),
    _crosses(
        "liquid_net_worth_min",
        "total_net_worth_min",
        "the liquid net worth {liquid_net_worth_min} is above the net worth {total_net_worth_min}",
    ),
    _crosses(
        "liquid_net_worth_max",
        "total_net_worth_max",
        "the liquid net worth of up to {liquid_net_worth_max} is above the net worth of up to {total_net_worth_max}",
    ),
    _flag(
        "rich_while_young",
        f"{SWEEP}; {TABLE}",
        "an income or net worth of {highest_amount} at the age of {age} is unusual",
        Condition("age", "below", Named("young_age")),
        Condition("highest_amount", "at least", Named("high_amount")),
    ),
    _flag(
        "income_without_work",
        f"{SWEEP}; {TABLE}",
        "an annual income of {annual_income_min} is unusual for somebody who is {employment_status}",
        Condition("employment_status", "in", (EmploymentStatus.UNEMPLOYED, EmploymentStatus.STUDENT)),
        Condition("annual_income_min", "at least", Named("high_income_without_work")),
    ),
)
FLAGS: tuple[Rule, ...] = (*WHOSE_DECISION, *HISTORY, *DISCLOSURES, *CONTRADICTIONS, *EXPERIENCE, *MONEY)
