"""An applicant as the file shows them, and as a decision keeps them: the same one comes back from the record."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.choices import AgreementType, EmploymentStatus, Review
from accounts.models import Account, AccountTerms, Disclosures
from accounts.rules.people import age_on
from accounts.services.sections import answers_on_file
from brokerage.market_calendar import NEW_YORK
from brokerage.mode import is_sandbox
from brokerage.money import plain
from options.choices import ApplicationStatus
from options.models import ApprovalPolicy, OptionsApplication
from options.models.applications import GRANTED
from options.rules.applicants import DISCLOSURE_FLAGS, Answers, Applicant, EarlierRequest, read_answers
from options.rules.approval_rules import LATEST, RULE_SETS
from options.rules.approval_terms import RuleSet
from options.rules.disclosure_document import (
    AGREEMENT_IN_FORCE,
    EDITION_IN_FORCE,
    enclosed_edition,
    newest_revision,
)


def policy_in_force(account: Account) -> ApprovalPolicy | None:
    """Answer the policy that was adopted last for an account's correspondent, if any was."""
    adopted = ApprovalPolicy.objects.filter(correspondent_id=account.correspondent_id)
    return adopted.order_by("-number").first()


def rules_under(policy: ApprovalPolicy | None) -> RuleSet:
    """Answer the rules that a policy adopts, its thresholds moved; the latest as they are without one."""
    if policy is None:
        return RULE_SETS[LATEST]
    return RULE_SETS[policy.rule_version].with_thresholds(policy.thresholds)


def makers_of(account: Account) -> set[int]:
    """Answer who entered what a request of the account rests on: none of them decides on it (AA-21)."""
    answers = account.suitability.order_by("-id").values_list("recorded_by_id", flat=True)[:1]
    signed = account.agreements.filter(agreement=AgreementType.OPTIONS).order_by("-id")
    changed = AccountTerms.objects.filter(account=account).values_list("makers", flat=True)
    return {
        account.opened_by_id,
        *answers,
        *signed.values_list("recorded_by_id", flat=True)[:1],
        *(maker for makers in changed for maker in makers),
    }


def read_applicant(
    account: Account,
    policy: ApprovalPolicy | None,
    *,
    now: datetime,
    apart_from: OptionsApplication | None = None,
) -> Applicant:
    """Answer what is on file of an account's holder, gaps and all.

    In the sandbox the rules decide without having been adopted; in production only those that a
    principal adopted do (AA-3). The document counts as delivered with an agreement that encloses it.
    A request that is decided again is not earlier than itself: `apart_from` leaves it out.
    """
    today = now.astimezone(NEW_YORK).date()
    disclosures = Disclosures.objects.filter(account=account).first()
    agreement = newest_revision(
        list(account.agreements.filter(agreement=AgreementType.OPTIONS).values_list("revision", flat=True))
    )
    delivered = list(account.disclosure_deliveries.values_list("edition", flat=True))
    return Applicant(
        answers=read_answers(vars(answers_on_file(account))),
        age=age_on(today, account.identity.date_of_birth) if hasattr(account, "identity") else None,
        employment_status=_employment(disclosures.employment_status if disclosures else ""),
        disclosed=tuple(flag for flag in DISCLOSURE_FLAGS if getattr(disclosures, flag, False)),
        earlier=_earlier(account, apart_from),
        agreement=agreement,
        agreement_in_force=AGREEMENT_IN_FORCE,
        document=max([*delivered, enclosed_edition(agreement)]),
        document_in_force=EDITION_IN_FORCE,
        is_for_a_person=account.correspondent.options_review == Review.PERSON,
        is_adopted=policy is not None or is_sandbox(),
    )


def as_recorded(applicant: Applicant) -> dict[str, Any]:
    """Answer everything that is judged of an applicant, as JSON that `from_record` reads back."""
    kept = {column.name: getattr(applicant, column.name) for column in fields(Applicant)}
    kept["disclosed"] = list(applicant.disclosed)
    kept["earlier"] = [
        {"answers": _json(one.answers), "on": one.requested_on.isoformat(), "refused_by_person": one.refused_by_person}
        for one in applicant.earlier
    ]
    return _json(kept.pop("answers")) | kept


def from_record(record: Mapping[str, Any]) -> Applicant:
    """Answer the applicant that a decision was made on."""
    kept = {column.name: record[column.name] for column in fields(Applicant) if column.name in record}
    earlier = tuple(
        EarlierRequest(read_answers(one["answers"]), date.fromisoformat(one["on"]), one["refused_by_person"])
        for one in record.get("earlier", ())
    )
    return Applicant(
        **kept
        | {
            "answers": read_answers(record),
            "employment_status": _employment(record.get("employment_status") or ""),
            "disclosed": tuple(record.get("disclosed", ())),
            "earlier": earlier,
        }
    )


def _earlier(account: Account, apart_from: OptionsApplication | None) -> tuple[EarlierRequest, ...]:
    """Answer the requests that were judged, newest first, back to the last one that a person granted (AA-16).

    What a person granted settles what lies before it. A fixture judged nothing. What the opening
    asked, and a later request takes over, was asked before it.
    """
    judged = account.options_applications.exclude(rule_version="").order_by("-id")
    if apart_from is not None:
        judged = judged.exclude(pk=apart_from.pk)
    found = []
    for one in judged.only("answers", "created_at", "status", "decided_by_id"):
        by_person = one.decided_by_id is not None
        refused = by_person and one.status == ApplicationStatus.REJECTED
        requested_on = one.created_at.astimezone(NEW_YORK).date()
        found.append(EarlierRequest(read_answers(one.answers), requested_on, refused))
        if by_person and one.status in GRANTED:
            break
    return tuple(found)


def _employment(status: str) -> EmploymentStatus | None:
    return EmploymentStatus(status) if status else None


def _json(answers: Answers) -> dict[str, Any]:
    return {name: plain(value) if isinstance(value, Decimal) else value for name, value in asdict(answers).items()}
