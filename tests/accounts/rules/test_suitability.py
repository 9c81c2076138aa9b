from decimal import Decimal

import pytest

from accounts.rules.applications import SuitabilityAnswers
from accounts.rules.suitability import AMOUNTS, suitability_faults, unanswered


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize("amount", ["0", "0.01", "10000", "999999999999.99"])
def test_an_amount_is_zero_or_more(name, amount):
    assert list(suitability_faults(SuitabilityAnswers(**{name: Decimal(amount)}))) == []


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize("amount", ["-0.01", "1000000000000"])
def test_an_amount_that_nobody_has_is_refused(name, amount):
    assert list(suitability_faults(SuitabilityAnswers(**{name: Decimal(amount)}))) == [
        (name, "must be zero or more, and below a trillion dollars")
    ]


def test_answers_that_contradict_each_other_are_kept_for_a_person_to_see():
    answers = SuitabilityAnswers(
        annual_income_min=Decimal(50000), annual_income_max=Decimal(10000), liquid_net_worth_min=Decimal(1)
    )

    assert list(suitability_faults(answers)) == []


@pytest.mark.parametrize("dependents", [0, 5, 99])
def test_dependents_are_counted(dependents):
    assert list(suitability_faults(SuitabilityAnswers(number_of_dependents=dependents))) == []


@pytest.mark.parametrize("dependents", [-1, 100])
def test_nobody_has_so_many_dependents(dependents):
    assert list(suitability_faults(SuitabilityAnswers(number_of_dependents=dependents))) == [
        ("number_of_dependents", "must be from 0 to 99")
    ]


def test_zero_is_an_answer_and_absence_is_not():
    answers = SuitabilityAnswers(annual_income_min=Decimal(0), number_of_dependents=0, liquidity_needs="important")

    assert "annual_income_min" not in unanswered(answers)
    assert "number_of_dependents" not in unanswered(answers)
    assert len(unanswered(SuitabilityAnswers())) == 14
    assert len(unanswered(answers)) == 11
