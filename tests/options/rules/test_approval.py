"""The approval rules: every threshold at its boundary, every flag and what is one step from it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest

from accounts.choices import EmploymentStatus, Experience, LiquidityNeeds, Objective, RiskTolerance, TimeHorizon
from accounts.rules.people import age_on
from options.choices import ApplicationStatus
from options.rules.applicants import read_answers
from options.rules.approval import already_approved, decide, what_would_make
from options.rules.approval_rules import LATEST, LEVELS, RULE_SETS
from options.rules.approval_terms import Effect, threshold_faults
from tests.options.rules.applicants import RULES, SOUND, asked_before, make_applicant

CENT = Decimal("0.01")
# A released version never changes: a change is a version of its own.
DIGESTS = {"2026-11-2": "76d0860ff1d25d66"}
LOWER = ApplicationStatus.LOWER_LEVEL_APPROVED


def outcome(requested_level, **changes):
    decision = decide(requested_level, make_applicant(**changes), RULES)
    return decision.status, decision.level


def texts(requested_level, rules=RULES, **changes):
    return [reason.text for reason in decide(requested_level, make_applicant(**changes), rules).reasons]


@pytest.mark.parametrize("level", LEVELS)
def test_sound_answers_get_what_they_ask_for_and_are_told_why(level):
    assert outcome(level) == (ApplicationStatus.APPROVED, level)
    assert texts(level) == [f"the answers meet all that level {level} asks, and nothing in them calls for a person"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"annual_income_min": Decimal("24999.99")}, "annual income 24,999.99 is below the 25,000 that level 2 asks"),
        ({"liquid_net_worth_min": Decimal(8_000)}, "liquid net worth 8,000 is below the 10,000 that level 2 asks"),
        (
            {"investment_objective": Objective.GENERATE_INCOME},
            "the objective “generate income” does not support level 2",
        ),
        (
            {"liquidity_needs": LiquidityNeeds.VERY_IMPORTANT},
            "the liquidity needs “very important” do not support level 2",
        ),
    ],
)
def test_answers_that_support_level_1_get_it_when_asking_for_2(answers, reason):
    decision = decide(2, make_applicant(**answers), RULES)

    assert (decision.status, decision.level) == (LOWER, 1)
    assert [one.text for one in decision.reasons] == [
        reason,
        "the answers meet all that level 1 asks, and nothing in them calls for a person",
    ]
    assert outcome(1, **answers) == (ApplicationStatus.APPROVED, 1)


@pytest.mark.parametrize(
    ("threshold", "answer"),
    [
        ("level_1_liquid_net_worth", "liquid_net_worth_min"),
        ("level_2_annual_income", "annual_income_min"),
        ("level_2_liquid_net_worth", "liquid_net_worth_min"),
    ],
)
def test_a_threshold_is_met_to_the_cent(threshold, answer):
    level, asked = int(threshold[6]), RULES.thresholds[threshold].value

    assert outcome(level, **{answer: asked}) == (ApplicationStatus.APPROVED, level)
    assert threshold not in rules_of(level, **{answer: asked})
    assert outcome(level, **{answer: asked - CENT}) != (ApplicationStatus.APPROVED, level)
    assert threshold in rules_of(level, **{answer: asked - CENT})


def test_an_income_that_level_1_does_not_ask_can_be_asked_by_a_correspondent():
    stricter = RULES.with_thresholds({"level_1_annual_income": "30000"})

    assert decide(1, make_applicant(annual_income_min=Decimal(30_000)), stricter).level == 1
    assert decide(1, make_applicant(annual_income_min=Decimal("29999.99")), stricter).level is None


def rules_of(level, **changes):
    return [reason.rule for reason in what_would_make(level, make_applicant(**changes), RULES)]


def test_answers_that_support_no_level_are_refused_with_every_reason():
    assert outcome(2, liquid_net_worth_min=Decimal("1999.99")) == (ApplicationStatus.REJECTED, None)
    assert texts(2, liquid_net_worth_min=Decimal("1999.99")) == [
        "liquid net worth 1,999.99 is below the 10,000 that level 2 asks",
        "liquid net worth 1,999.99 is below the 2,000 that level 1 asks",
    ]


@pytest.mark.parametrize(("age", "status"), [(17, ApplicationStatus.REJECTED), (18, ApplicationStatus.APPROVED)])
def test_a_minor_is_refused(age, status):
    assert outcome(1, age=age, investment_experience_with_options=Experience.NONE)[0] is status


def test_a_minor_is_told_why():
    assert texts(1, age=17) == ["the applicant is 17 years old and must be 18"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"agreement": ""}, "a signed options_agreement is required for options trading"),
        (
            {"agreement": "16.2021.05"},
            "the options_agreement was signed under revision 16.2021.05; revision 01.2024.05 is in force and must be "
            "signed",
        ),
        ({"document": ""}, "the options disclosure document, edition 2023-04, must be delivered"),
        (
            {"document": "2022-03"},
            "the options disclosure document was delivered in edition 2022-03; edition 2023-04 must be delivered",
        ),
        ({"age": None}, "the date of birth is required for options trading"),
        ({"annual_income_min": None}, "the annual income is required for options trading"),
    ],
)
def test_nothing_is_granted_on_a_file_with_gaps(changes, text):
    assert outcome(2, **changes) == (ApplicationStatus.REJECTED, None)
    assert texts(2, **changes) == [text]


def test_an_agreement_later_than_the_one_in_force_is_not_stale():
    assert outcome(2, agreement="24.2025.11") == (ApplicationStatus.APPROVED, 2)


FLAGS = [
    pytest.param({"is_for_a_person": True}, 1, "has a person decide", id="the correspondent decides"),
    pytest.param({"is_adopted": False}, 1, "no options principal has adopted", id="rules not adopted"),
    pytest.param(
        {"earlier": asked_before(refused_by_person=True)},
        1,
        "a person refused an earlier request on 2026-01-14",
        id="refused by a person",
    ),
    pytest.param({"disclosed": ("is_affiliated_exchange_or_finra",)}, 1, "affiliated with an", id="affiliated"),
    pytest.param({"disclosed": ("is_politically_exposed",)}, 1, "applicant is politically", id="exposed"),
    pytest.param({"disclosed": ("immediate_family_exposed",)}, 1, "family is politically", id="family exposed"),
    pytest.param({"disclosed": ("is_control_person",)}, 1, "controls a public company", id="control person"),
    pytest.param(
        {"earlier": asked_before(annual_income_min=Decimal(1))},
        1,
        "annual income was 1 on 2026-01-14 and is 50,000",
        id="changed answers",
    ),
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
    pytest.param({"age": 18}, 1, "longer than the applicant, who is 18", id="options as a minor"),
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
    pytest.param(
        {"annual_income_max": Decimal("49999.99")}, 1, "annual income's lower bound", id="income above itself"
    ),
    pytest.param({"total_net_worth_max": Decimal("199999.99")}, 1, "net worth's lower bound", id="worth above itself"),
    pytest.param(
        {"liquid_net_worth_max": Decimal("59999.99")}, 1, "liquid net worth's lower", id="liquid above itself"
    ),
    pytest.param({"liquid_net_worth_min": Decimal("200000.01")}, 1, "above the net worth", id="liquid above total"),
    pytest.param({"liquid_net_worth_max": Decimal("250000.01")}, 1, "above the net worth of up to 250,000", id="upper"),
    pytest.param(
        {"age": 24, "annual_income_min": Decimal(300_000), "annual_income_max": Decimal(300_000)},
        1,
        "at the age of 24",
        id="rich while young",
    ),
    pytest.param(
        {
            "employment_status": EmploymentStatus.STUDENT,
            "annual_income_min": Decimal(100_000),
            "annual_income_max": Decimal(100_000),
        },
        1,
        "unusual for somebody who is student",
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
            "liquid_net_worth_min": Decimal("24999.99"),
        },
        1,
        "dependents",
        id="speculating for dependents",
    ),
    pytest.param({"age": 20}, 2, "at the age of 20, which is below 21", id="level 2 at 20"),
    pytest.param(
        {"age": 65, "investment_experience_with_options": Experience.NONE},
        2,
        "at the age of 65 without",
        id="level 2 at 65 without experience",
    ),
]


@pytest.mark.parametrize(("changes", "level", "said"), FLAGS)
def test_a_contradiction_goes_to_a_person_whatever_else_is_said(changes, level, said):
    for answers in (changes, {"annual_income_max": Decimal(1), "liquidity_needs": LiquidityNeeds.IMPORTANT} | changes):
        assert outcome(level, **answers) == (ApplicationStatus.PENDING, None)
        assert any(said in text for text in texts(level, **answers))


def test_every_flag_is_tried():
    tried = {
        reason.rule for one in FLAGS for reason in decide(one.values[1], make_applicant(**one.values[0]), RULES).reasons
    }

    assert tried >= {rule.id for rule in RULES.rules if rule.effect is Effect.ASKS_A_PERSON}


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"risk_tolerance": RiskTolerance.CONSERVATIVE}, 1),
        ({"earlier": asked_before()}, 2),
        ({"age": 19}, 1),
        ({"age": 21}, 2),
        ({"age": 64, "investment_experience_with_options": Experience.NONE}, 2),
        ({"age": 65}, 2),
        ({"age": 25, "annual_income_min": Decimal(300_000), "annual_income_max": Decimal(300_000)}, 2),
        ({"age": 24, "total_net_worth_min": Decimal("299999.99"), "total_net_worth_max": Decimal(300_000)}, 2),
        ({"annual_income_min": Decimal("99999.99"), "employment_status": EmploymentStatus.UNEMPLOYED}, 2),
        ({"liquid_net_worth_max": Decimal(250_000)}, 2),
        ({"annual_income_min": Decimal("25000.00"), "annual_income_max": Decimal(25_000)}, 2),
        (
            {
                "annual_income_min": Decimal("60000.01"),
                "total_net_worth_min": Decimal(60_000),
                "liquid_net_worth_min": Decimal(60_000),
            },
            2,
        ),
        (
            {
                "investment_objective": Objective.MARKET_SPECULATION,
                "number_of_dependents": 4,
                "liquid_net_worth_min": Decimal(25_000),
            },
            2,
        ),
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
    assert outcome(level, **changes) == (ApplicationStatus.APPROVED, level)


def test_preserving_wealth_over_years_supports_no_level():
    assert outcome(1, investment_objective=Objective.PRESERVE_WEALTH) == (ApplicationStatus.REJECTED, None)
    assert texts(1, investment_objective=Objective.PRESERVE_WEALTH) == [
        "the objective “preserve wealth” does not support level 1"
    ]


def overviews_applicant():
    ten_thousand = Decimal(10_000)
    amounts = [name for name in vars(SOUND) if name.endswith(("_min", "_max"))]
    return make_applicant(
        age=36,
        **dict.fromkeys(amounts, ten_thousand),
        liquidity_needs=LiquidityNeeds.DOES_NOT_MATTER,
        investment_experience_with_options=Experience.OVER_FIVE_YEARS,
        risk_tolerance=RiskTolerance.CONSERVATIVE,
        investment_objective=Objective.MARKET_SPECULATION,
        investment_time_horizon=TimeHorizon.MORE_THAN_TEN_YEARS,
        number_of_dependents=5,
        disclosed=("is_affiliated_exchange_or_finra",),
    )


@pytest.mark.parametrize("level", LEVELS)
def test_the_overviews_applicant_goes_to_a_person(level):
    decision = decide(level, overviews_applicant(), RULES)

    assert decision.status is ApplicationStatus.PENDING
    assert [reason.rule for reason in decision.reasons if reason.rule != "flag_conservative_at_level_2"] == [
        "flag_affiliated_exchange_or_finra",
        "flag_conservative_speculation",
        "flag_speculating_for_dependents",
        "flag_same_to_the_dollar",
    ]


def test_what_would_make_level_2_possible_names_all_that_stands_between():
    who = make_applicant(
        liquid_net_worth_min=Decimal(8_000),
        annual_income_min=None,
        agreement="",
        risk_tolerance=RiskTolerance.CONSERVATIVE,
    )

    assert [(reason.rule, reason.text) for reason in what_would_make(2, who, RULES)] == [
        ("answer_annual_income_min", "the annual income is required for options trading"),
        ("agreement_missing", "a signed options_agreement is required for options trading"),
        ("flag_conservative_at_level_2", "level 2 is asked with a conservative risk tolerance"),
        ("level_2_liquid_net_worth", "liquid net worth 8,000 is below the 10,000 that level 2 asks"),
        ("level_2_risk_tolerance", "the risk tolerance “conservative” does not support level 2"),
    ]
    assert what_would_make(2, make_applicant(), RULES) == ()


def test_a_level_that_is_there_is_approved_as_it_stands():
    decision = already_approved(1, 2)

    assert (decision.status, decision.level) == (ApplicationStatus.APPROVED, 1)
    assert [reason.text for reason in decision.reasons] == ["level 2 is already approved"]


# --- The rule sets -------------------------------------------------------------------------------


def test_a_version_that_has_decided_never_changes():
    assert LATEST in RULE_SETS
    assert {version: digest(rules) for version, rules in RULE_SETS.items()} == DIGESTS


def digest(rules):
    written = [(name, vars(one)) for name, one in rules.thresholds.items()]
    for rule in rules.rules:
        conditions = [(one.fact, one.compares, plain(one.than)) for one in rule.when]
        written.append((rule.id, rule.source, rule.effect.value, rule.text, conditions, rule.levels, rule.field))
    return sha256(repr(written).encode()).hexdigest()[:16]


def plain(than):
    return sorted(str(one) for one in than) if isinstance(than, frozenset | tuple) else repr(than)


def test_rules_have_ids_and_sources_of_their_own():
    for version, rules in RULE_SETS.items():
        ids = [rule.id for rule in rules.rules]
        assert rules.version == version
        assert len(set(ids)) == len(ids)
        assert all(rule.source and rule.text and rule.when for rule in rules.rules)
        assert all(rule.field for rule in rules.rules if rule.effect is Effect.INCOMPLETE)


@pytest.mark.parametrize("name", RULES.thresholds)
def test_a_threshold_moves_within_the_brokers_limits(name):
    allowed = RULES.thresholds[name]

    assert allowed.least <= allowed.value <= allowed.most
    assert list(threshold_faults(RULES, {name: str(allowed.least)})) == []
    assert list(threshold_faults(RULES, {name: str(allowed.most)})) == []
    for beyond in (allowed.least - CENT, allowed.most + CENT):
        assert [fault[0] for fault in threshold_faults(RULES, {name: str(beyond)})] == [name]


@pytest.mark.parametrize("value", ["", "many", "NaN", "Infinity", "10000.001", 10_000, None, "1e99"])
def test_a_threshold_is_a_number_in_cents_written_as_text(value):
    assert [name for name, _ in threshold_faults(RULES, {"level_2_liquid_net_worth": value})] == [
        "level_2_liquid_net_worth"
    ]


def test_an_unknown_threshold_is_a_fault():
    assert list(threshold_faults(RULES, {"level_9": "1"})) == [("level_9", f"is not a threshold of the rules {LATEST}")]


def test_a_moved_threshold_decides_and_says_so():
    stricter = RULES.with_thresholds({"level_2_liquid_net_worth": "60000.01"})

    assert texts(2, stricter)[0] == "liquid net worth 60,000 is below the 60,000.01 that level 2 asks"
    assert texts(2, RULES) != texts(2, stricter)


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2024, 2, 28), 19), (date(2024, 2, 29), 20), (date(2025, 2, 28), 20), (date(2025, 3, 1), 21)],
)
def test_an_age_is_in_whole_years(day, age):
    assert age_on(day, date(2004, 2, 29)) == age


def test_answers_come_back_from_their_record_as_they_were():
    recorded = {name: str(value) for name, value in vars(SOUND).items()}

    assert read_answers(recorded) == SOUND


def test_an_empty_answer_is_not_zero():
    unanswered = read_answers({"annual_income_min": None, "risk_tolerance": "", "number_of_dependents": None})

    assert set(vars(unanswered).values()) == {None}
    assert replace(unanswered, number_of_dependents=0) != unanswered
