"""The letters of the options side: what is told, in plain text, to the applicant and to staff.

They carry a name, the last four of the account's number, levels and reasons, and no more of what
is on file (RK-10); only the letter by which the customer verifies the answers lists those (AA-8).
What a principal wrote for the record goes to staff; the applicant reads its reason code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from accounts.choices import NoticeKind, OptionsLevel
from accounts.models import Account, Disclosures, Suitability, User
from accounts.profile import answer_facts
from accounts.services.notices import Message, Recipient, give_notice
from brokerage.market_calendar import NEW_YORK
from options.applicant_files import from_record, rules_under
from options.choices import ApplicationStatus, ClockKind, ReasonCode, ReviewAct
from options.level_outlook import sentence
from options.models import ComplianceClock, OptionsApplication, ReviewStep
from options.models.reviews import DECISIONS
from options.notice_people import applicant_of, deciders_of, principals_for, staff_of
from options.rules.approval import what_would_make
from options.rules.approval_rules import RULE_SETS
from options.rules.clocks import DAYS, mark_at

OUTCOMES = {
    ApplicationStatus.APPROVED: ("approved", "is approved"),
    ApplicationStatus.LOWER_LEVEL_APPROVED: ("lower", "is approved for a lower level"),
    ApplicationStatus.REJECTED: ("rejected", "was not approved"),
}
CLOCK_TITLES = {
    ClockKind.DECISION: "request for an options level to decide",
    ClockKind.VERIFICATION: "answers to send to the customer",
    ClockKind.AGREEMENT: "options agreement to be signed",
}


@dataclass(frozen=True)
class Letter:
    """What is told of an account, once per `key`, and when it happened."""

    account: Account
    kind: NoticeKind
    key: str
    at: datetime

    def send(self, template: str, subject: str, facts: dict[str, Any], to: Iterable[Recipient]) -> None:
        """Write it from a template, to each of `to` that was not told under its key before."""
        body = render_to_string(f"options/mail/{template}.txt", _common(self.account) | facts)
        message = Message(self.kind, self.key, f"Strikebook: {subject}", body)
        correspondent = self.account.correspondent
        give_notice(message, to, correspondent=correspondent, account=self.account, now=self.at)


def tell_decision(application: OptionsApplication, decided: dict[str, Any], *, key: str, at: datetime) -> None:
    """Tell applicant and staff what was decided, by whom, and what would make the level possible that was asked."""
    letter = Letter(application.account, NoticeKind.DECISION, key, at)
    outcome, said = OUTCOMES[ApplicationStatus(decided["status"])]
    person = User.objects.filter(pk=decided["user_id"]).first() if decided.get("user_id") else None
    step = _newest_step(application, DECISIONS) if person is not None else None
    level, asked = decided["approved_level"], decided["requested_level"]
    facts = {
        "outcome": outcome,
        "level": level,
        "allows": _allows(level or 0),
        "requested_level": asked,
        "decided_by": str(person) if person is not None else "the rules",
        "code": ReasonCode(step.reason_code).label if step is not None and step.reason_code else "",
        "reason": step.reason if step is not None else "",
        "reasons": [] if outcome == "approved" else _what_stands_between(application),
        "link": _link(f"/options/requests/{application.pk}"),
    }
    subject = f"request for options level {asked} {said}"
    letter.send("decision_applicant", f"Your {subject}", facts, applicant_of(application.account))
    staff = staff_of(application, without=person.pk if person is not None else None)
    letter.send("decision_staff", f"{_named(application.account)}: {subject}", facts, staff)


def tell_question(application: OptionsApplication, *, asked_by: int | None, key: str, at: datetime) -> None:
    """Tell the applicant what is asked of them, and the staff who can answer for them."""
    step = _newest_step(application, [ReviewAct.ASKED])
    if step is None:
        return
    letter = Letter(application.account, NoticeKind.QUESTION, key, at)
    facts = {
        "question": step.reason,
        "asked_by": str(step.taken_by),
        "requested_level": application.requested_level,
        "link": _link(f"/options/requests/{application.pk}"),
    }
    letter.send("question_applicant", "A question about your options request", facts, applicant_of(application.account))
    subject = f"{_named(application.account)}: a question to the applicant"
    letter.send("question_staff", subject, facts, staff_of(application, without=asked_by))


def tell_lowered(account: Account, *, before: int, level: int, why: str, key: str, at: datetime) -> None:
    """Tell the holder and the principals that an options level was lowered or switched off."""
    letter = Letter(account, NoticeKind.LEVEL, key, at)
    facts = {"before": before, "level": level, "allows": _allows(level), "why": why}
    facts["link"] = _link(f"/accounts/{account.pk}/options")
    said = f"options level is now {level}" if level else "options trading is switched off"
    letter.send("level_customer", f"Your {said}", facts, applicant_of(account))
    letter.send("level_staff", f"{_named(account)}: {said}", facts, principals_for(account.correspondent))


def tell_answers_on_file(account: Account, *, key: str, at: datetime) -> None:
    """Send the customer the background and financial information on file, to be verified (AA-8)."""
    answers = answer_facts(Suitability.objects.filter(account=account).order_by("-id").first())
    disclosed = Disclosures.objects.filter(account=account).exclude(employment_status="").first()
    facts = [(fact.label, strip_tags(fact.value)) for fact in answers]
    facts += [("Employment", sentence(disclosed.get_employment_status_display())[:-1])] if disclosed else []
    letter = Letter(account, NoticeKind.VERIFICATION, key, at)
    letter.send("verification", "Please check your answers", {"facts": facts}, applicant_of(account))


def remind(running: ComplianceClock, day: int, *, failure: str = "") -> None:
    """Tell staff, and the customer where it is theirs to do, that a clock is on day `day` of fifteen."""
    account, application = running.account, running.application
    letter = Letter(account, NoticeKind.REMINDER, f"clock:{running.pk}:{day}", mark_at(running.started_at, day))
    is_decision = running.kind == ClockKind.DECISION and application is not None
    facts: dict[str, Any] = {
        "kind": running.kind,
        "day": day,
        "is_last": day == DAYS,
        "today": _day(letter.at),
        "until": _day(running.due_at),
        "failure": failure,
        "link": _link(f"/accounts/{account.pk}/options"),
    }
    staff = principals_for(account.correspondent)
    if is_decision and application is not None:
        staff = deciders_of(application)
        facts["link"] = _link(f"/options/requests/{application.pk}")
        facts |= {"requested_level": application.requested_level, "claimed_by": application.claimed_by}
        facts["is_asked"] = application.asked_at is not None
    end = "last day" if day == DAYS else f"day {day} of {DAYS}"
    subject = f"{_named(account)}: {end}, {CLOCK_TITLES[ClockKind(running.kind)]}"
    letter.send("reminder_staff", subject, facts, staff)
    if running.kind != ClockKind.VERIFICATION and day != DAYS:
        is_to_sign = running.kind == ClockKind.AGREEMENT
        own = "Please sign your options agreement" if is_to_sign else "Your options request is to be decided"
        letter.send("reminder_customer", f"{own} by {facts['until']}", facts, applicant_of(account))


def _what_stands_between(application: OptionsApplication) -> list[str]:
    """Answer what would make the level possible that was asked: from the record, or as the rules wrote it."""
    if application.rule_version not in RULE_SETS:
        return [sentence(one) for one in application.reasons]
    rules = rules_under(application.policy) if application.policy else RULE_SETS[application.rule_version]
    found = what_would_make(application.requested_level, from_record(application.answers), rules)
    return [sentence(one.text) for one in found]


def _newest_step(application: OptionsApplication, acts: Iterable[ReviewAct]) -> ReviewStep | None:
    steps = ReviewStep.objects.filter(application=application, act__in=list(acts))
    return steps.select_related("taken_by").order_by("-id").first()


def _common(account: Account) -> dict[str, Any]:
    firm = account.correspondent.name
    page = _link(f"/accounts/{account.pk}/options")
    return {
        "name": account.name,
        "last_four": account.account_number[-4:],
        "firm": firm,
        "where": f"Sign in to see more: {page}" if account.owner_id else f"{firm} can tell you more.",
        "correct": f"Correct it here: {page}" if account.owner_id else f"To correct it, tell {firm}.",
    }


def _named(account: Account) -> str:
    return f"{account.name}, account ending in {account.account_number[-4:]}"


def _allows(level: int) -> str:
    label = OptionsLevel(level).label
    return label[:1].lower() + label[1:]


def _day(moment: datetime) -> str:
    local = moment.astimezone(NEW_YORK)
    return f"{local:%B} {local.day}, {local.year}"


def _link(path: str) -> str:
    return settings.PUBLIC_URL + path
