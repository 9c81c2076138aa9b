"""What somebody may do with one request, and in a sentence why they may not decide on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from accounts.permissions import Permission
from options.choices import ApplicationStatus
from options.models import OptionsApplication
from options.review_selectors import eligible_reviewers, who_may_not_decide
from options.services.review_steps import in_new_york

NOT_A_PRINCIPAL = "Only a registered options principal decides. You may look."
NOT_CHOSEN = "Requests of {correspondent} are decided by the reviewers it chose and the broker’s principals."
MAKER = (
    "You entered or changed what is to be decided on, or it is your account. "
    "Whoever enters something does not decide on it: ask a colleague."
)
FIRST_OF_TWO = "You gave the first of two approvals. Another principal gives the second, or decides otherwise."


@dataclass(frozen=True)
class Standing:
    """What whoever looks may do with a request; without `why_not` they may decide on it."""

    why_not: str
    taken_by: str
    is_mine: bool
    may_claim: bool
    may_release: bool
    may_reopen: bool
    reviewers: Sequence[User]


def standing_of(actor: User, application: OptionsApplication) -> Standing:
    """Answer what `actor` may do with a request that they see."""
    is_pending = application.status == ApplicationStatus.PENDING
    is_principal = actor.may(Permission.DECIDE_OPTIONS)
    reviewers = list(eligible_reviewers(actor, application.correspondent)) if is_principal else []
    barred = who_may_not_decide(application) if is_principal else set()
    why_not = _why_not(actor, application, {one.pk for one in reviewers}, barred)
    is_mine = application.claimed_by_id == actor.pk
    is_free = application.claimed_by_id is None
    may_work = is_pending and not why_not
    return Standing(
        why_not=why_not,
        taken_by=_taken_by(application) if is_pending and not (is_free or is_mine) else "",
        is_mine=is_mine,
        may_claim=may_work and is_free,
        may_release=is_pending and is_mine,
        may_reopen=not is_pending and not why_not,
        reviewers=[one for one in reviewers if one.pk not in barred and one.pk != application.claimed_by_id],
    )


def _why_not(actor: User, application: OptionsApplication, reviewers: set[int], barred: set[int]) -> str:
    if not actor.may(Permission.DECIDE_OPTIONS):
        return NOT_A_PRINCIPAL
    if application.first_approved_by_id == actor.pk and application.status == ApplicationStatus.PENDING:
        return FIRST_OF_TWO
    if actor.pk in barred:
        return MAKER
    return "" if actor.pk in reviewers else NOT_CHOSEN.format(correspondent=application.correspondent.name)


def _taken_by(application: OptionsApplication) -> str:
    assert application.claimed_at is not None
    return f"{application.claimed_by} has worked on this request since {in_new_york(application.claimed_at)}"
