"""What holds of every applicant that can be generated."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.choices import Experience, LiquidityNeeds, Objective, RiskTolerance, TimeHorizon
from options.applicant_files import as_recorded, from_record
from options.choices import ApplicationStatus
from options.rules.applicants import facts_of
from options.rules.approval import decide, what_would_make
from options.rules.approval_terms import Effect
from tests.options.rules.applicants import RULES, applicants

levels = st.sampled_from([1, 2])
# From worst to best, as far as the rules count for more: an objective that supports more is better.
WORST_FIRST = {
    "liquidity_needs": list(LiquidityNeeds),
    "investment_experience_with_stocks": list(Experience),
    "investment_experience_with_options": list(Experience),
    "risk_tolerance": list(RiskTolerance),
    "investment_time_horizon": list(TimeHorizon),
    "investment_objective": [
        Objective.PRESERVE_WEALTH,
        Objective.BALANCE,
        Objective.GENERATE_INCOME,
        Objective.MARKET_SPECULATION,
        Objective.GROWTH,
    ],
    "number_of_dependents": list(range(10, -1, -1)),
}
AMOUNTS = ("annual_income_min", "total_net_worth_min", "liquid_net_worth_min")
RANKS = [
    ApplicationStatus.REJECTED,
    ApplicationStatus.PENDING,
    ApplicationStatus.LOWER_LEVEL_APPROVED,
    ApplicationStatus.APPROVED,
]


@st.composite
def with_a_worse_answer(draw):
    """Answer an applicant, and the same one with one answer worse."""
    who = draw(applicants)
    name = draw(st.sampled_from([*WORST_FIRST, *AMOUNTS]))
    given_answer = getattr(who.answers, name)
    if name in AMOUNTS:
        assume(given_answer > 0)
        worse = Decimal(draw(st.integers(0, int(given_answer * 100) - 1))) / 100
    else:
        place = WORST_FIRST[name].index(given_answer)
        assume(place > 0)
        worse = WORST_FIRST[name][draw(st.integers(0, place - 1))]
    return who, replace(who, answers=replace(who.answers, **{name: worse}))


def flags(who, level):
    return {reason.rule for reason in RULES.struck(facts_of(who), level, Effect.ASKS_A_PERSON)}


def granted(decision):
    return decision.level or 0


@settings(max_examples=300)
@given(with_a_worse_answer(), levels)
def test_the_decision_never_rises_when_an_answer_gets_worse(pair, requested):
    """Pairs are left out where the worse answer takes a contradiction away, such as less wealth at 20."""
    better, worse = pair
    assume(flags(better, requested) <= flags(worse, requested))

    before, after = decide(requested, better, RULES), decide(requested, worse, RULES)

    assert granted(after) <= granted(before)
    if flags(better, requested) == flags(worse, requested):
        assert RANKS.index(after.status) <= RANKS.index(before.status)


@settings(max_examples=300)
@given(with_a_worse_answer(), levels)
def test_what_the_answers_support_never_rises_whatever_they_contradict(pair, level):
    better, worse = (
        {reason.rule for reason in RULES.struck(facts_of(who), level, Effect.WITHHOLDS_LEVEL)} for who in pair
    )

    assert better <= worse


@settings(max_examples=300)
@given(applicants, levels)
def test_a_decision_never_exceeds_the_request_and_always_has_a_reason(who, requested):
    decision = decide(requested, who, RULES)

    expected = {ApplicationStatus.APPROVED: requested, ApplicationStatus.LOWER_LEVEL_APPROVED: requested - 1}
    assert decision.level == expected.get(decision.status)
    assert decision.level != 0
    assert decision.reasons
    for reason in decision.reasons:
        assert reason.text
        assert reason.source
        assert not {"{", "None"} & set(reason.text.split())
        assert len(reason.rule) <= 60


@given(applicants, st.sampled_from([RULES, RULES.with_thresholds({"level_1_annual_income": "60000"})]))
def test_who_gets_level_2_gets_level_1_as_well_wherever_thresholds_are(who, rules):
    if decide(2, who, rules).status is ApplicationStatus.APPROVED:
        assert decide(1, who, rules).status is ApplicationStatus.APPROVED


@settings(max_examples=300)
@given(applicants, levels)
def test_nothing_stands_between_exactly_those_who_would_be_approved(who, level):
    is_approved = decide(level, who, RULES).status is ApplicationStatus.APPROVED

    assert (what_would_make(level, who, RULES) == ()) == is_approved


@settings(max_examples=300)
@given(applicants, levels)
def test_a_decision_comes_out_the_same_from_its_record(who, requested):
    again = from_record(as_recorded(who))

    assert again == who
    assert decide(requested, again, RULES) == decide(requested, who, RULES)


@given(applicants, st.sampled_from(["is_for_a_person", "is_adopted"]), levels)
def test_where_a_person_decides_the_rules_grant_nothing(who, what, requested):
    who = replace(who, **{what: what == "is_for_a_person"})

    assert decide(requested, who, RULES).status in (ApplicationStatus.PENDING, ApplicationStatus.REJECTED)


@pytest.mark.parametrize("name", [*WORST_FIRST, *AMOUNTS, "marital_status"])
@given(who=applicants, requested=levels)
def test_a_question_not_answered_grants_nothing(name, who, requested):
    silent = replace(who, answers=replace(who.answers, **{name: None}))

    decision = decide(requested, silent, RULES)

    assert decision.status is ApplicationStatus.REJECTED
    assert f"answer_{name}" in [reason.rule for reason in decision.reasons]
