"""One request as a principal judges it: the answers beside what each rule found, what changed, and the papers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.choices import AgreementType
from accounts.models import Account, Agreement, OwnerDocument
from accounts.selectors import list_papers
from options.applicant_files import from_record, policy_in_force, read_applicant, rules_under
from options.models import ApprovalPolicy, DisclosureDelivery, LevelReview, OptionsApplication, ReviewStep
from options.rules.applicants import Applicant
from options.rules.approval import what_would_make
from options.rules.approval_findings import EARLIER, WHOSE_DECISION, Finding, Outcome, judge
from options.rules.approval_rules import LEVELS, RULE_SETS
from options.rules.approval_terms import RuleSet, written
from options.rules.disclosure_document import AGREEMENT_IN_FORCE, EDITION_IN_FORCE

MOST_EARLIER = 20
HIGHEST = max(LEVELS)
FLAGS = {
    "is_control_person": "Controls a public company",
    "is_affiliated_exchange_or_finra": "Affiliated with an exchange or FINRA",
    "is_politically_exposed": "Politically exposed",
    "immediate_family_exposed": "Family politically exposed",
}
# The lines of the screen in groups: what each is called, and which answers stand in it.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "Money": {
        "Annual income": ("annual_income_min", "annual_income_max"),
        "Net worth": ("total_net_worth_min", "total_net_worth_max"),
        "Liquid net worth": ("liquid_net_worth_min", "liquid_net_worth_max"),
        "Liquidity needs": ("liquidity_needs",),
    },
    "Experience and aims": {
        "Experience with stocks": ("investment_experience_with_stocks",),
        "Experience with options": ("investment_experience_with_options",),
        "Risk tolerance": ("risk_tolerance",),
        "Objective": ("investment_objective",),
        "Time horizon": ("investment_time_horizon",),
    },
    "Person": {
        "Age": ("age",),
        "Employment": ("employment_status",),
        "Marital status": ("marital_status",),
        "Dependents": ("number_of_dependents",),
        **{label: (flag,) for flag, label in FLAGS.items()},
    },
    "Papers and history": {
        "Options agreement": ("agreement",),
        "Disclosure document": ("document",),
        "Earlier requests": (EARLIER,),
        "Who decides": (WHOSE_DECISION,),
    },
}


@dataclass(frozen=True)
class Line:
    """One question: what was judged, what it was before, what is on file now, and what the rules found."""

    label: str
    value: str
    was: str
    now: str
    failed: tuple[Finding, ...]
    not_judged: tuple[Finding, ...]
    met: tuple[Finding, ...]


@dataclass(frozen=True)
class Group:
    """Lines under a heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Judged:
    """Answers beside rules. `is_of_today` where nothing was judged, so that the file of now is shown."""

    groups: tuple[Group, ...]
    counts: dict[str, int]
    earlier_on: date | None
    has_changed: bool
    is_of_today: bool
    rules_are_gone: bool


def read_judged(
    account: Account, level: int, record: dict[str, Any], rules: RuleSet | None, on_file: Applicant
) -> Judged:
    """Answer what was judged of an applicant as `record` has it, beside what is on file now.

    Without a record it is the file of now that is shown; without rules, no finding.
    """
    is_judged = "annual_income_min" in record
    applicant = from_record(record) if is_judged else on_file
    found = judge(level, applicant, rules) if rules else ()
    earlier = next(iter(applicant.earlier), None)
    values, now = _values(applicant), _values(on_file)
    was = _answers(earlier.answers) if earlier else {}
    groups = tuple(
        Group(heading, tuple(_line(label, names, values, was, now, found) for label, names in lines.items()))
        for heading, lines in GROUPS.items()
    )
    return Judged(
        groups=groups,
        counts={outcome.value.replace(" ", "_"): sum(one.outcome is outcome for one in found) for outcome in Outcome},
        earlier_on=earlier.requested_on if earlier else None,
        has_changed=any(line.now for group in groups for line in group.lines),
        is_of_today=not is_judged,
        rules_are_gone=rules is None,
    )


def _line(
    label: str,
    names: tuple[str, ...],
    values: dict[str, str],
    was: dict[str, str],
    now: dict[str, str],
    found: Iterable[Finding],
) -> Line:
    """Answer one line; what it was and what it is now only where that differs, `was` of answers only."""
    about = [one for one in found if set(one.answers) & set(names)]
    value, before, present = (_joined(names, one) for one in (values, was, now))
    return Line(
        label=label,
        value=value,
        was=before if names[0] in was and before != value else "",
        now=present if names[0] not in (EARLIER, WHOSE_DECISION) and present != value else "",
        failed=tuple(one for one in about if one.outcome is Outcome.FAILED),
        not_judged=tuple(one for one in about if one.outcome is Outcome.NOT_JUDGED),
        met=tuple(one for one in about if one.outcome is Outcome.MET),
    )


def _joined(names: tuple[str, ...], values: dict[str, str]) -> str:
    return " to ".join(dict.fromkeys(values.get(name, "") for name in names))


def _values(applicant: Applicant) -> dict[str, str]:
    """Answer everything that is known of an applicant as a person reads it."""
    return _answers(applicant.answers) | {
        "age": "Not known" if applicant.age is None else str(applicant.age),
        "employment_status": _said(applicant.employment_status),
        **{flag: "Yes" if flag in applicant.disclosed else "No" for flag in FLAGS},
        "agreement": f"Revision {applicant.agreement}" if applicant.agreement else "Not signed",
        "document": f"Edition {applicant.document}" if applicant.document else "Not delivered",
        EARLIER: f"{len(applicant.earlier)} judged" if applicant.earlier else "None",
        WHOSE_DECISION: "A person, always" if applicant.is_for_a_person else "The rules, then a person",
    }


def _answers(answers: Any) -> dict[str, str]:
    return {name: _said(value) for name, value in vars(answers).items()}


def _said(value: Any) -> str:
    if value is None:
        return "Not answered"
    if isinstance(value, Decimal):
        return f"${written(value)}"
    text = written(value)
    return text[:1].upper() + text[1:]


# --- Everything beside the answers ---------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """What lies beside the answers of one account."""

    agreements: list[Agreement]
    agreement_in_force: str
    deliveries: list[DisclosureDelivery]
    edition_in_force: str
    documents: list[OwnerDocument]
    requests: list[OptionsApplication]
    reviews: list[LevelReview]


def read_file(account: Account) -> File:
    """Answer the signatures, deliveries, documents and earlier decisions of an account, the newest first."""
    signed = account.agreements.filter(agreement=AgreementType.OPTIONS).select_related("recorded_by")
    requests = account.options_applications.select_related("decided_by", "requested_by").defer("answers")
    reviews = account.level_reviews.select_related("decided_by", "opened_by").defer("answers")
    return File(
        agreements=list(signed.order_by("-id")),
        agreement_in_force=AGREEMENT_IN_FORCE,
        deliveries=list(account.disclosure_deliveries.select_related("recorded_by").order_by("-delivered_at")),
        edition_in_force=EDITION_IN_FORCE,
        documents=list_papers(account)[0],
        requests=list(requests.order_by("-id")[:MOST_EARLIER]),
        reviews=list(reviews.order_by("-id")[:MOST_EARLIER]),
    )


def read_steps(application: OptionsApplication) -> list[ReviewStep]:
    """Answer what people did with a request, in order."""
    return list(application.steps.select_related("taken_by").defer("answers").order_by("id"))


@dataclass(frozen=True)
class Screen:
    """All that is shown of one request, or of one review of a level."""

    judged: Judged
    file: File
    missing: tuple[str, ...]
    target: int


def read_screen(subject: OptionsApplication | LevelReview, level: int, *, now: datetime) -> Screen:
    """Answer what is shown of a request or review of `level`, whose row was fetched for whoever looks."""
    account = subject.account
    policy = policy_in_force(account)
    on_file = read_applicant(account, policy, now=now)
    judged = read_judged(account, level, subject.answers, _rules_of(subject, policy), on_file)
    missing: tuple[str, ...] = ()
    if account.options_approved_level < HIGHEST:
        missing = tuple(reason.text for reason in what_would_make(HIGHEST, on_file, rules_under(policy)))
    return Screen(judged, read_file(account), missing, HIGHEST)


def _rules_of(subject: OptionsApplication | LevelReview, policy: ApprovalPolicy | None) -> RuleSet | None:
    """Answer the rules that judged: those of the record, else those in force; None where they are no longer here."""
    if not subject.rule_version:
        return rules_under(policy)
    if subject.rule_version not in RULE_SETS:
        return None
    return rules_under(subject.policy) if subject.policy else RULE_SETS[subject.rule_version]
