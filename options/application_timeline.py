"""A request for a level as its applicant follows it: what happened, what is waited for, and why."""

from dataclasses import dataclass
from datetime import datetime

from accounts.choices import UserKind
from accounts.models import Account, User
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.level_outlook import sentence
from options.models import OptionsApplication, ReviewStep

MOST_REQUESTS = 10
TITLES: dict[str, str] = {
    ReviewAct.APPROVED: "Approved for level {level}",
    ReviewAct.APPROVED_LOWER: "Approved for level {level}",
    ReviewAct.REJECTED: "Not approved",
    ReviewAct.ASKED: "Asked for more",
    ReviewAct.ANSWERED: "Answered",
    ReviewAct.REOPENED: "Opened again",
}
WAITS_FOR_ANSWER = "Waits for the answer"
FIRST_OF_TWO = "Approved by the first of two people"
# What was said to the applicant and by them; what a principal wrote for the record is the firm's.
SAID_TO_THE_APPLICANT = frozenset({ReviewAct.ASKED, ReviewAct.ANSWERED})
DECIDED: dict[str, str] = {
    ApplicationStatus.APPROVED: "Approved for level {level}",
    ApplicationStatus.LOWER_LEVEL_APPROVED: "Approved for level {level}, and not for level {requested}",
    ApplicationStatus.REJECTED: "Not approved for level {requested}",
    ApplicationStatus.PENDING: "Waits for a person to decide",
}


@dataclass(frozen=True)
class Happening:
    """One line of a timeline; `who` is told to staff only, and one that is still awaited has no time."""

    title: str
    at: datetime | None = None
    lines: tuple[str, ...] = ()
    who: str = ""


@dataclass(frozen=True)
class Followed:
    """A request with all that happened to it; `question` is what the applicant is asked and has not answered."""

    application: OptionsApplication
    outcome: str
    happenings: tuple[Happening, ...]
    question: str = ""

    @property
    def mark(self) -> str:
        """Answer the mark of the status: that of something done where it was approved."""
        return mark_of_status(self.application)

    @property
    def is_pending(self) -> bool:
        """Say whether it waits."""
        return self.application.status == ApplicationStatus.PENDING


def follow_newest(actor: User, account: Account) -> Followed | None:
    """Answer the newest request of an account that was fetched, with its timeline; None where none was made."""
    rows = account.options_applications.visible_to(actor).select_related("requested_by").order_by("-id")
    newest = rows.first()
    return _follow(actor, newest) if newest else None


def list_earlier(actor: User, account: Account) -> list[tuple[OptionsApplication, str, str]]:
    """Answer the requests before the newest, each with what became of it and its mark, newest first."""
    rows = account.options_applications.visible_to(actor).order_by("-id")[1 : MOST_REQUESTS + 1]
    return [(one, outcome_of(one), mark_of_status(one)) for one in rows]


def mark_of_status(application: OptionsApplication) -> str:
    """Answer the mark of a request's status: an account that is `APPROVED` is halfway, a request is through."""
    return "signed" if application.status == ApplicationStatus.APPROVED else application.status


def outcome_of(application: OptionsApplication) -> str:
    """Answer in words what became of a request."""
    return DECIDED[application.status].format(level=application.approved_level, requested=application.requested_level)


def _follow(actor: User, application: OptionsApplication) -> Followed:
    is_staff = actor.kind != UserKind.CUSTOMER
    steps = list(application.steps.select_related("taken_by").order_by("id"))
    happenings = [_asked(application, is_staff=is_staff), _ruled(application)]
    happenings += [_step(one, is_staff=is_staff) for one in steps]
    question = _open_question(application, steps)
    if application.status == ApplicationStatus.PENDING:
        happenings.append(Happening(WAITS_FOR_ANSWER if question else outcome_of(application)))
    outcome = WAITS_FOR_ANSWER if question else outcome_of(application)
    return Followed(application, outcome, tuple(happenings), question)


def _asked(application: OptionsApplication, *, is_staff: bool) -> Happening:
    title = f"Level {application.requested_level} asked for"
    if application.is_by_opening:
        title += " by the opening of the account"
    who = str(application.requested_by) if is_staff and not application.is_by_opening else ""
    return Happening(title, application.created_at, who=who)


def _ruled(application: OptionsApplication) -> Happening:
    """Answer what the rules did at once, with their reasons."""
    reasons = tuple(sentence(one) for one in application.reasons)
    if application.ruled_status == ApplicationStatus.PENDING:
        return Happening("Handed to a person", application.created_at, reasons)
    title = DECIDED[application.ruled_status]
    said = title.format(level=application.ruled_level, requested=application.requested_level)
    return Happening(said, application.created_at, reasons)


def _step(step: ReviewStep, *, is_staff: bool) -> Happening:
    code = (sentence(ReasonCode(step.reason_code).label),) if step.reason_code else ()
    is_shown = is_staff or step.act in SAID_TO_THE_APPLICANT
    text = (sentence(step.reason),) if is_shown else ()
    is_first_of_two = step.level is not None and step.level > step.level_after
    title = FIRST_OF_TWO if is_first_of_two else TITLES[step.act].format(level=step.level)
    return Happening(title, step.taken_at, (*code, *text), str(step.taken_by) if is_staff else "")


def _open_question(application: OptionsApplication, steps: list[ReviewStep]) -> str:
    if application.asked_at is None:
        return ""
    asked = [one.reason for one in steps if one.act == ReviewAct.ASKED]
    return asked[-1] if asked else ""
