"""Look at an approved level again: since the answers no longer support it, or a principal asks (AA-17, SU-5).

Nothing is cut silently: a level is lowered by a person who gives a reason, or stays.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.acting import give_reason
from accounts.choices import AccountKind
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.record_errors import MakerCannotDecide
from accounts.rules.decisions import require_reason
from brokerage import clock
from brokerage.events import record_event
from options.applicant_files import as_recorded, from_record, makers_of, policy_in_force, read_applicant, rules_under
from options.choices import ReasonCode
from options.models import ApprovalPolicy, LevelReview, ReviewStep
from options.models.applications import GRANTED
from options.models.reviews import APPROVALS
from options.review_errors import (
    LevelReviewDecided,
    LevelReviewNotFound,
    LevelReviewOpen,
    LevelReviewOutdated,
    NoLevelToReview,
)
from options.review_selectors import holders_of
from options.rules.applicants import Applicant
from options.rules.approval_terms import Reason, RuleSet
from options.rules.review import reasons_against, require_level_verdict
from options.services.outcomes import put_level
from options.services.review_steps import in_new_york, require_reviewer

BY_A_PERSON = "asked_by_person"


@transaction.atomic(durable=True)
def open_level_review(*, actor: User, account_id: UUID, reason: str) -> LevelReview:
    """Have an account's level looked at again, for a reason of one's own beside what the rules say now.

    Raises `ReasonTooShort`, `NotAReviewer`, `NoLevelToReview` or `LevelReviewOpen`.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    said = require_reason(reason)
    account = lock_account(actor, account_id)
    require_reviewer(actor, account.correspondent)
    if account.options_approved_level == 0:
        raise NoLevelToReview
    waiting = _open_review(account)
    if waiting is not None:
        raise LevelReviewOpen(opened_at=in_new_york(waiting.opened_at))

    give_reason(said)
    now = clock.now()
    file = _read(account, now)
    review = _review(account, actor=actor, now=now)
    _write(review, file, (Reason(BY_A_PERSON, "AA-17", said), *file.against))
    _announce(review, "opened", actor=actor, now=now)
    return review


@transaction.atomic(durable=True)
def review_changed_answers(*, actor: User, account_id: UUID) -> LevelReview | None:
    """Run the rules on changed answers again, and have a person look where something new speaks against the level.

    What the rules or a person knew when they last decided on the level is not new, in the same
    words. A review that is open already gets what is new, so that nobody decides on what was. Safe
    to run twice.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    account = lock_account(actor, account_id)
    if account.kind != AccountKind.CUSTOMER or account.options_approved_level == 0:
        return None
    now = clock.now()
    file = _read(account, now)
    waiting = _open_review(account)
    known = set(waiting.reasons) if waiting is not None else _known(account, file.rules)
    new = [reason for reason in file.against if reason.text not in known]
    if not new:
        return None
    if waiting is not None:
        by_hand = [one for one in _reasons(waiting) if one.rule == BY_A_PERSON]
        _write(waiting, file, (*by_hand, *file.against))
        return waiting
    review = _review(account, actor=actor, now=now)
    _write(review, file, (*new, *(reason for reason in file.against if reason not in new)))
    _announce(review, "opened", actor=actor, now=now)
    return review


@transaction.atomic(durable=True)
def decide_level_review(
    *,
    actor: User,
    review_id: UUID,
    level: int,
    reason_code: ReasonCode,
    reason: str,
    seen: int | None = None,
) -> LevelReview:
    """Keep the level that is reviewed, or lower it to `level`; never raise it.

    `seen` is the level that was shown as reviewed: where the account has another since, nothing is
    decided. Who entered what is on file now does not decide (AA-21). Raises `ReasonTooShort`,
    `LevelReviewNotFound`, `NotAReviewer`, `LevelReviewDecided`, `LevelReviewOutdated`,
    `MakerCannotDecide` or `VerdictInvalid`.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    said = require_reason(reason)
    review = _lock_review(actor, review_id)
    account = review.account
    require_reviewer(actor, account.correspondent)
    if review.decided_at is not None:
        raise LevelReviewDecided(
            level=review.level_to, decided_by=review.decided_by, decided_at=in_new_york(review.decided_at)
        )
    if actor.pk in makers_of(account) | holders_of(account):
        raise MakerCannotDecide(account_number=account.account_number)
    if seen is not None and seen != review.level:
        raise LevelReviewOutdated(level=review.level)
    code = require_level_verdict(level, review.level, reason_code)

    give_reason(said)
    now = clock.now()
    review.level_to, review.reason_code, review.reason = level, code, said
    review.decided_by, review.decided_at, review.role = actor, now, actor.role
    review.save(update_fields=["level_to", "reason_code", "reason", "decided_by", "decided_at", "role"])
    _announce(review, "decided", actor=actor, now=now)
    if level < review.level:
        put_level(account, min(level, account.options_approved_level), subject=review, now=now)
    return review


def _lock_review(actor: User, review_id: UUID) -> LevelReview:
    visible = LevelReview.objects.visible_to(actor).filter(pk=review_id)
    account_id = visible.values_list("account_id", flat=True).first()
    if account_id is None:
        raise LevelReviewNotFound
    return lock_account(actor, account_id, missing=LevelReviewNotFound).level_reviews.get(pk=review_id)


def _open_review(account: Account) -> LevelReview | None:
    return account.level_reviews.waiting().first()


@dataclass(frozen=True)
class _Judged:
    """What is on file now, by which rules, and what in it speaks against the level."""

    applicant: Applicant
    policy: ApprovalPolicy | None
    rules: RuleSet
    against: tuple[Reason, ...]


def _read(account: Account, now: datetime) -> _Judged:
    policy = policy_in_force(account)
    rules = rules_under(policy)
    applicant = read_applicant(account, policy, now=now)
    return _Judged(applicant, policy, rules, reasons_against(account.options_approved_level, applicant, rules))


def _known(account: Account, rules: RuleSet) -> set[str]:
    """Answer what spoke against the level already when it was last decided on, in the words of the rules now."""
    granted = account.options_applications.filter(status__in=GRANTED)
    steps = ReviewStep.objects.filter(application__in=granted, act__in=APPROVALS).order_by("-id")
    by_rules = granted.filter(decided_by__isnull=True).exclude(rule_version="").order_by("-id")
    reviewed = account.level_reviews.filter(decided_at__isnull=False).order_by("-id")
    found = [
        steps.values_list("taken_at", "answers").first(),
        by_rules.values_list("decided_at", "answers").first(),
        reviewed.values_list("decided_at", "answers").first(),
    ]
    decided = [(at, answers) for at, answers in filter(None, found) if at is not None]
    if not decided:
        return set()
    _, answers = max(decided, key=lambda one: one[0])
    applicant = from_record(answers)
    return {reason.text for reason in reasons_against(account.options_approved_level, applicant, rules)}


def _review(account: Account, *, actor: User, now: datetime) -> LevelReview:
    return LevelReview(
        account=account,
        correspondent=account.correspondent,
        level=account.options_approved_level,
        opened_at=now,
        opened_by=actor,
    )


def _write(review: LevelReview, file: _Judged, reasons: tuple[Reason, ...]) -> None:
    review.reasons = [reason.text for reason in reasons]
    review.reason_rules = [reason.rule for reason in reasons]
    review.answers = as_recorded(file.applicant)
    review.policy, review.rule_version = file.policy, file.rules.version
    review.save()


def _reasons(review: LevelReview) -> list[Reason]:
    return [Reason(rule, "", text) for rule, text in zip(review.reason_rules, review.reasons, strict=True)]


def _announce(review: LevelReview, what: str, *, actor: User, now: datetime) -> None:
    payload = {"level": review.level, "level_to": review.level_to, "user_id": actor.pk}
    record_event(f"level_review.{what}", account=review.account, subject=review, at=now, payload=payload)
