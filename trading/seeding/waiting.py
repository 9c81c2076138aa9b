"""Requests of a seeded book that wait for a person: what in the file asks for one, in the words of the rules."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from accounts.choices import EmploymentStatus, LiquidityNeeds, Objective, RiskTolerance
from accounts.models import Suitability
from accounts.rules.people import age_on
from brokerage.ids import time_ordered_text
from brokerage.market_calendar import NEW_YORK
from options.applicant_files import as_recorded
from options.choices import ApplicationStatus
from options.models import ComplianceClock, OptionsApplication
from options.rules.applicants import DISCLOSURE_FLAGS, QUESTIONS, Applicant, read_answers
from options.rules.approval import decide
from options.rules.approval_terms import RuleSet
from options.rules.clocks import due_at
from options.rules.disclosure_document import AGREEMENT_IN_FORCE, EDITION_IN_FORCE
from trading.seeding.tables import Table, array, escaped, pick

ANSWERS = Table(Suitability, f"account_id {' '.join(QUESTIONS)} recorded_at recorded_by_id")
WAITING = Table(
    OptionsApplication,
    "id account_id correspondent_id requested_by_id makers requested_level level_before reasons reason_rules answers "
    "rule_version policy_id created_at updated_at",
    {"requester": "CORRESPONDENT", "status": "PENDING", "ruled_status": "PENDING"},
)
# Whoever decides was reminded of the older ones: a book that was just loaded writes nobody ten thousand letters.
CLOCKS = Table(
    ComplianceClock,
    "account_id correspondent_id application_id started_at due_at",
    {"kind": "decision", "warned_day": "10"},
)
WAITING_TABLES = (ANSWERS, WAITING, CLOCKS)
OLDEST = timedelta(days=8)
FLAGGED = tuple("\t".join("t" if one == flag else "f" for one in DISCLOSURE_FLAGS) for flag in DISCLOSURE_FLAGS)


@dataclass(frozen=True)
class Judging:
    """By which rules a correspondent's requests are judged; `policy_id` as the tables write it."""

    rules: RuleSet
    policy_id: str
    is_for_a_person: bool


@dataclass(frozen=True)
class Asker:
    """Who asks for the level after `level`, and what the rules look at, as the tables write it."""

    account_id: str
    correspondent_id: str
    opened_by: str
    opened_at: str
    level: int
    answers: dict[str, str]
    flags: str
    employment_status: str
    born: str


def contradict(rng: Random, answers: dict[str, str]) -> dict[str, str]:
    """Answer a holder's answers so changed that the rules send them to a person (SU-2)."""
    twice = str(int(answers["total_net_worth_max"]) * 2)
    return answers | pick(
        rng,
        (
            {"liquid_net_worth_min": answers["total_net_worth_max"], "liquid_net_worth_max": twice},
            dict.fromkeys(("total_net_worth_min", "liquid_net_worth_min"), answers["annual_income_min"]),
            {
                "investment_objective": Objective.MARKET_SPECULATION.value,
                "risk_tolerance": RiskTolerance.CONSERVATIVE.value,
            },
            {
                "investment_objective": Objective.MARKET_SPECULATION.value,
                "liquidity_needs": LiquidityNeeds.VERY_IMPORTANT.value,
            },
        ),
    )


def add_waiting(rng: Random, asker: Asker, judging: Judging, *, newest: datetime) -> None:
    """Gather the answers, a request that the rules sent to a person, and its clock."""
    asked_at = newest - rng.random() * OLDEST
    applicant = _applicant(asker, judging, asked_at)
    decision = decide(asker.level + 1, applicant, judging.rules)
    if decision.status is not ApplicationStatus.PENDING:
        raise ValueError(f"the rules decide on this themselves: {decision}")
    request_id, at = time_ordered_text(), asked_at.isoformat()
    ANSWERS.add(asker.account_id, *(asker.answers[name] for name in QUESTIONS), asker.opened_at, asker.opened_by)
    WAITING.add(
        *(request_id, asker.account_id, asker.correspondent_id, asker.opened_by, f"{{{asker.opened_by}}}"),
        *(str(asker.level + 1), str(asker.level)),
        array(reason.text for reason in decision.reasons),
        array(reason.rule for reason in decision.reasons),
        escaped(json.dumps(as_recorded(applicant))),
        *(judging.rules.version, judging.policy_id, at, at),
    )
    CLOCKS.add(asker.account_id, asker.correspondent_id, request_id, at, due_at(asked_at).isoformat())


def _applicant(asker: Asker, judging: Judging, at: datetime) -> Applicant:
    is_set = zip(DISCLOSURE_FLAGS, asker.flags.split("\t"), strict=True)
    return Applicant(
        answers=read_answers(asker.answers),
        age=age_on(at.astimezone(NEW_YORK).date(), date.fromisoformat(asker.born)),
        employment_status=EmploymentStatus(asker.employment_status),
        disclosed=tuple(flag for flag, said in is_set if said == "t"),
        agreement=AGREEMENT_IN_FORCE,
        agreement_in_force=AGREEMENT_IN_FORCE,
        document=EDITION_IN_FORCE,
        document_in_force=EDITION_IN_FORCE,
        is_for_a_person=judging.is_for_a_person,
    )
