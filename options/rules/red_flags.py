"""What a person must look at before an options level is granted (domain rules AA-15, AA-16, SU-2).

A contradiction outranks every score: one flag stops the automatic decision, whatever the rest
of the answers would support.
"""

from collections.abc import Callable
from decimal import Decimal

from accounts.choices import EmploymentStatus, LiquidityNeeds, TimeHorizon
from options.rules.applicants import ADULT_AGE, Applicant

LEVEL_2_AGE = 21
EXPERIENCE_AGE = 65
YOUNG_AGE = 25
HIGH_BRACKET = Decimal(300_000)
HIGH_INCOME_WITHOUT_WORK = Decimal(100_000)
LOW_LIQUID_NET_WORTH = Decimal(25_000)
MANY_DEPENDENTS = 4


def red_flags(requested_level: int, applicant: Applicant) -> tuple[str, ...]:
    """Answer a sentence for each thing in the application that a person must look at."""
    return tuple(sentence for is_raised, sentence in RED_FLAGS if is_raised(applicant, requested_level))


def _answers_changed(who: Applicant, level: int) -> bool:
    return who.earlier_answers is not None and who.earlier_answers != who.answers


def _same_to_the_dollar(who: Applicant, level: int) -> bool:
    answers = who.answers
    return answers.annual_income_min == answers.total_net_worth_min == answers.liquid_net_worth_min


def _ranges_cross(who: Applicant, level: int) -> bool:
    answers = who.answers
    return (
        answers.annual_income_min > answers.annual_income_max
        or answers.total_net_worth_min > answers.total_net_worth_max
        or answers.liquid_net_worth_min > answers.liquid_net_worth_max
        or answers.liquid_net_worth_min > answers.total_net_worth_min
        or answers.liquid_net_worth_max > answers.total_net_worth_max
    )


def _rich_while_young(who: Applicant, level: int) -> bool:
    answers = who.answers
    highest = max(answers.annual_income_min, answers.total_net_worth_min, answers.liquid_net_worth_min)
    return who.age < YOUNG_AGE and highest >= HIGH_BRACKET


def _earns_without_work(who: Applicant, level: int) -> bool:
    has_no_work = who.employment_status in (EmploymentStatus.UNEMPLOYED, EmploymentStatus.STUDENT)
    return has_no_work and who.answers.annual_income_min >= HIGH_INCOME_WITHOUT_WORK


def _speculates_for_dependents(who: Applicant, level: int) -> bool:
    answers = who.answers
    has_many = answers.number_of_dependents >= MANY_DEPENDENTS
    return who.speculates and has_many and answers.liquid_net_worth_min < LOW_LIQUID_NET_WORTH


RED_FLAGS: tuple[tuple[Callable[[Applicant, int], bool], str], ...] = (
    (_answers_changed, "the answers differ from those of the earlier request"),
    (
        lambda who, level: bool(who.disclosed),
        "the applicant disclosed an affiliation, control of a company or political exposure",
    ),
    (
        lambda who, level: who.is_conservative and who.speculates,
        "a conservative risk tolerance contradicts speculation as the objective",
    ),
    (lambda who, level: who.is_conservative and level >= 2, "level 2 is asked with a conservative risk tolerance"),
    (lambda who, level: who.preserves_wealth and level >= 2, "level 2 is asked to preserve wealth"),
    (
        lambda who, level: (
            who.preserves_wealth and who.answers.investment_time_horizon is TimeHorizon.LESS_THAN_ONE_YEAR
        ),
        "wealth is to be preserved over less than one year",
    ),
    (
        lambda who, level: who.years_with_stocks == who.years_with_options == 0,
        "the applicant has no experience with stocks or options",
    ),
    (
        lambda who, level: who.years_with_options > who.years_with_stocks,
        "the experience with options is longer than that with stocks",
    ),
    (
        lambda who, level: who.years_with_options > who.age - ADULT_AGE,
        "the experience with options is longer than the applicant has been of age",
    ),
    (lambda who, level: who.answers.annual_income_min == 0, "the annual income is zero"),
    (_same_to_the_dollar, "income, net worth and liquid net worth are the same to the dollar"),
    (_ranges_cross, "the ranges contradict each other: liquid above total net worth, or a minimum above its maximum"),
    (_rich_while_young, f"income or net worth of {HIGH_BRACKET:,} or more under the age of {YOUNG_AGE}"),
    (_earns_without_work, f"an annual income of {HIGH_INCOME_WITHOUT_WORK:,} or more without employment"),
    (
        lambda who, level: who.speculates and who.answers.liquidity_needs is LiquidityNeeds.VERY_IMPORTANT,
        "very important liquidity needs contradict speculation as the objective",
    ),
    (
        _speculates_for_dependents,
        f"speculation with {MANY_DEPENDENTS} or more dependents and a liquid net worth below {LOW_LIQUID_NET_WORTH:,}",
    ),
    (lambda who, level: who.age < LEVEL_2_AGE and level >= 2, f"level 2 is asked under the age of {LEVEL_2_AGE}"),
    (
        lambda who, level: who.age >= EXPERIENCE_AGE and who.years_with_options == 0 and level >= 2,
        f"level 2 is asked from the age of {EXPERIENCE_AGE} without experience with options",
    ),
)
