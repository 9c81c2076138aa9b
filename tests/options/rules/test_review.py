"""What a person may decide, who may, and what it comes to."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import RiskTolerance, UserKind
from options.choices import ReasonCode, ReviewAct
from options.review_errors import VerdictInvalid
from options.rules.review import (
    KEEPING_CODES,
    LOWERING_CODES,
    REASON_CODES,
    STATUS_OF,
    Verdict,
    level_after,
    may_decide,
    needs_second_approval,
    reasons_against,
    require_code,
    require_level_verdict,
    require_verdict,
)
from tests.options.rules.applicants import RULES, applicants, asked_before, make_applicant

APPROVED, LOWER, REJECTED = ReviewAct.APPROVED, ReviewAct.APPROVED_LOWER, ReviewAct.REJECTED
WHY = "The customer confirmed it on the phone"


def verdict(act, level, code=None):
    return Verdict(act, level, code or REASON_CODES[act][0], WHY)


def fits(given_verdict, *, requested):
    try:
        require_verdict(given_verdict, requested)
    except VerdictInvalid:
        return False
    return True


def test_every_act_that_needs_a_reason_code_has_some():
    assert set(REASON_CODES) == set(ReviewAct) - {ReviewAct.ANSWERED}
    assert all(REASON_CODES.values())


def test_a_verdict_grants_what_is_asked_or_less_or_nothing():
    sound = [
        one for one in product(STATUS_OF, [None, 0, 1, 2, 3], [1, 2]) if fits(verdict(one[0], one[1]), requested=one[2])
    ]

    assert sound == [(APPROVED, 1, 1), (APPROVED, 2, 2), (LOWER, 1, 2), (REJECTED, None, 1), (REJECTED, None, 2)]


@pytest.mark.parametrize(
    ("act", "level", "requested", "sentence"),
    [
        (APPROVED, 2, 1, "must be 1, the level that is requested now"),
        (LOWER, 2, 2, "must be 1"),
        (LOWER, 1, 1, "there is no level below 1 to approve"),
        (REJECTED, 1, 2, "must be absent, since a refusal grants none"),
    ],
)
def test_a_level_that_does_not_fit_is_said_so(act, level, requested, sentence):
    with pytest.raises(VerdictInvalid) as refused:
        require_verdict(verdict(act, level), requested)

    assert refused.value.errors == {"level": [sentence]}


@pytest.mark.parametrize(("act", "code"), product(STATUS_OF, ReasonCode))
def test_a_reason_code_belongs_to_its_act(act, code):
    level = {APPROVED: 2, LOWER: 1}.get(act)

    if code in REASON_CODES[act]:
        require_verdict(verdict(act, level, code), 2)
    else:
        with pytest.raises(VerdictInvalid) as refused:
            require_verdict(verdict(act, level, code), 2)
        assert set(refused.value.errors) == {"reason_code"}


def test_what_is_no_decision_decides_nothing():
    with pytest.raises(VerdictInvalid) as refused:
        require_verdict(Verdict(ReviewAct.ASKED, None, ReasonCode.INCOMPLETE, WHY), 2)

    assert refused.value.errors == {"act": ["must be approved, approved_lower or rejected"]}


def test_a_code_that_does_not_exist_is_refused():
    assert require_code(ReviewAct.ASKED, "incomplete") is ReasonCode.INCOMPLETE
    for code in ("", "two", ReasonCode.ANSWERS_SUPPORT):
        with pytest.raises(VerdictInvalid):
            require_code(ReviewAct.ASKED, code)


def test_a_review_keeps_a_level_or_lowers_it():
    for level, reviewed, code in product([-1, 0, 1, 2, 3], [1, 2], ReasonCode):
        codes = KEEPING_CODES if level == reviewed else LOWERING_CODES
        if 0 <= level <= reviewed and code in codes:
            assert require_level_verdict(level, reviewed, code) is code
        else:
            with pytest.raises(VerdictInvalid):
                require_level_verdict(level, reviewed, code)


def test_people_decide_whom_the_correspondent_chose_or_who_are_the_brokers():
    decides = {
        (kind.value, is_brokers, chosen)
        for kind, is_brokers, chosen in product(UserKind, [True, False], [(), (7,), (8,)])
        if may_decide(7, kind, is_brokers=is_brokers, reviewers=chosen)
    }

    assert decides == {
        *(("staff", True, chosen) for chosen in [(), (7,), (8,)]),
        *(("staff", False, chosen) for chosen in [(), (7,)]),
    }


def test_a_second_approval_is_needed_for_level_2_where_two_principals_are_asked():
    needed = [
        one
        for one in product([0, 1, 2], [1, 2], [False, True])
        if needs_second_approval(one[0], one[1], has_first=one[2])
    ]

    assert needed == [(2, 2, False)]


@pytest.mark.parametrize(
    ("current", "before", "granted", "after"),
    [
        (0, 0, 2, 2),
        (1, 1, 2, 2),
        (1, 1, 0, 1),  # a refusal takes nothing away that another request granted
        (2, 0, 0, 0),  # decided again: refused, after 0 to 2
        (2, 1, 0, 1),
        (2, 0, 1, 1),
        (2, 2, 1, 2),
        (0, 1, 0, 0),  # a review lowered it meanwhile, and a refusal does not raise it
        (0, 2, 1, 1),
    ],
)
def test_a_request_takes_back_no_more_than_it_had_given(current, before, granted, after):
    assert level_after(current, before, granted) == after


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_level_after_a_decision_never_exceeds_what_was_or_is_granted(current, before, granted):
    after = level_after(current, before, granted)

    assert granted <= after <= max(current, granted)
    assert level_after(current, current, granted) == max(current, granted)


def test_what_speaks_against_a_level_is_in_the_answers_not_in_how_it_was_asked():
    asked_in_a_way = make_applicant(
        is_for_a_person=True, is_adopted=False, earlier=asked_before(refused_by_person=True, marital_status="single")
    )
    without_papers = make_applicant(agreement="", document="")
    careful = make_applicant(risk_tolerance=RiskTolerance.CONSERVATIVE)

    assert reasons_against(2, asked_in_a_way, RULES) == reasons_against(2, without_papers, RULES) == ()
    assert [reason.rule for reason in reasons_against(2, careful, RULES)] == [
        "flag_conservative_at_level_2",
        "level_2_risk_tolerance",
    ]
    assert reasons_against(1, careful, RULES) == ()


def test_level_2_asks_all_that_level_1_asks():
    poor = make_applicant(liquid_net_worth_min=1_500)

    assert [reason.rule for reason in reasons_against(2, poor, RULES)] == [
        "level_2_liquid_net_worth",
        "level_1_liquid_net_worth",
    ]


@given(applicants, st.sampled_from([1, 2]))
def test_the_same_answers_speak_the_same_words(who, level):
    assert reasons_against(level, who, RULES) == reasons_against(level, who, RULES)
