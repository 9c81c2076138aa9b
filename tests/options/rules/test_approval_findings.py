"""How every rule came out: in step with the decision, in sentences, about the answers that it looks at."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.choices import Objective, RiskTolerance
from options.rules.applicants import Answers
from options.rules.approval import what_would_make
from options.rules.approval_findings import ANSWERS, Outcome, judge
from tests.options.rules.applicants import RULES, make_applicant

SOUND = make_applicant(employment_status=None)
EMPTY = replace(SOUND, answers=Answers(*[None] * 14), age=None, agreement="", document="")


def answering(**answers):
    return replace(SOUND, answers=replace(SOUND.answers, **answers))


def outcomes(level, applicant):
    return {one.rule: one for one in judge(level, applicant, RULES)}


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize(
    "applicant",
    [
        SOUND,
        EMPTY,
        answering(liquid_net_worth_min=Decimal(8000)),
        answering(risk_tolerance=RiskTolerance.CONSERVATIVE, investment_objective=Objective.MARKET_SPECULATION),
        replace(SOUND, disclosed=("is_politically_exposed",), is_adopted=False, is_for_a_person=True),
        replace(SOUND, age=17),
    ],
)
def test_what_failed_is_what_stands_between_in_the_same_words(level, applicant):
    failed = {(one.rule, one.text) for one in judge(level, applicant, RULES) if one.outcome is Outcome.FAILED}

    assert failed == {(one.rule, one.text) for one in what_would_make(level, applicant, RULES)}


def test_every_rule_of_the_level_is_judged_and_says_something_about_an_answer():
    found = judge(2, SOUND, RULES)

    assert [one.rule for one in found] == [rule.id for rule in RULES.rules]
    assert all(one.text and one.answers and set(one.answers) <= set(ANSWERS) for one in found)
    assert {one.outcome for one in found} == {Outcome.MET}


def test_every_answer_is_looked_at_by_some_rule():
    looked_at = {answer for one in judge(2, SOUND, RULES) for answer in one.answers}

    assert set(ANSWERS) - looked_at == set()


def test_level_1_is_not_held_to_what_level_2_asks():
    assert not any(rule.startswith("level_2") or rule.endswith("at_level_2") for rule in outcomes(1, SOUND))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("level_2_annual_income", "annual income: at least 25,000, for level 2"),
        ("level_2_investment_objective", "investment objective: one of growth, market speculation, for level 2"),
        ("minor", "age: at least 18"),
        ("flag_control_person", "not disclosed"),
        ("flag_preserving_at_level_2", "investment objective: not preserve wealth"),
        (
            "flag_speculating_with_needed_money",
            "not together: investment objective market speculation; liquidity needs very important",
        ),
        ("answer_marital_status", "marital status: answered"),
        ("agreement_missing", "an options agreement was signed"),
    ],
)
def test_what_is_met_is_the_condition_turned_round(rule, said):
    assert outcomes(2, SOUND)[rule].text == said


def test_a_rule_on_what_is_not_known_is_not_judged():
    found = outcomes(2, answering(annual_income_min=None))

    assert found["answer_annual_income_min"].outcome is Outcome.FAILED
    assert found["level_2_annual_income"].outcome is Outcome.NOT_JUDGED
    assert found["level_2_annual_income"].text == "not known: annual income"


def test_a_rule_is_met_where_one_of_its_conditions_is_known_not_to_hold():
    found = outcomes(2, answering(liquidity_needs=None))

    assert found["flag_speculating_with_needed_money"].outcome is Outcome.MET
