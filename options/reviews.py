"""Approved levels that wait to be looked at again, in their order (AA-17, SU-5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from accounts.models import User
from accounts.permissions import Permission
from brokerage.keyset import Page, read_page
from options.applicant_files import makers_of
from options.models import LevelReview
from options.queue import age_of, require_look
from options.review_errors import LevelReviewNotFound
from options.review_selectors import holders_of, is_reviewer

PATH = "/options/reviews"
PAGE_SIZE = 50
OLDEST_FIRST = ("opened_at", "id")
JOINED = ("account__correspondent", "opened_by")
NOT_A_PRINCIPAL = "Only a registered options principal decides. You may look."
NOT_CHOSEN = "Levels of {correspondent} are reviewed by the reviewers it chose and the broker’s principals."
MAKER = "You entered or changed what the level rests on, or it is your account: ask a colleague."


@dataclass(frozen=True)
class WaitingReview:
    """A review that waits, and what is said of it."""

    review: LevelReview
    age: str
    reason: str
    further: int


def list_reviews(actor: User, *, after: str = "", before: str = "") -> Page[LevelReview]:
    """Answer a page of the reviews that wait, of those that `actor` may see, oldest first."""
    require_look(actor)
    rows = LevelReview.objects.visible_to(actor).waiting().select_related(*JOINED).defer("answers")
    return read_page(rows, OLDEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def get_review(actor: User, review_id: UUID) -> LevelReview:
    """Answer a review, waiting or decided, with its account; or raise `LevelReviewNotFound`."""
    require_look(actor)
    rows = LevelReview.objects.visible_to(actor).select_related(*JOINED, "decided_by", "policy")
    found = rows.filter(pk=review_id).first()
    if found is None:
        raise LevelReviewNotFound
    return found


def next_review(actor: User, after: LevelReview) -> LevelReview | None:
    """Answer the review to look at after another: the oldest that waits."""
    rows = LevelReview.objects.visible_to(actor).waiting().exclude(pk=after.pk)
    return rows.only("pk").order_by(*OLDEST_FIRST).first()


def described(reviews: Iterable[Any], *, now: datetime) -> list[WaitingReview]:
    """Say of each review how old it is and why it was opened."""
    return [
        WaitingReview(
            review=one,
            age=age_of(one.opened_at, now=now),
            reason=one.reasons[0] if one.reasons else "",
            further=max(len(one.reasons) - 1, 0),
        )
        for one in reviews
    ]


def why_not(actor: User, review: LevelReview) -> str:
    """Answer, in a sentence, why `actor` cannot decide on a review; nothing where they can."""
    if not actor.may(Permission.DECIDE_OPTIONS):
        return NOT_A_PRINCIPAL
    if not is_reviewer(actor, review.account.correspondent):
        return NOT_CHOSEN.format(correspondent=review.account.correspondent.name)
    account = review.account
    return MAKER if actor.pk in makers_of(account) | holders_of(account) else ""


def page_url(**page: str) -> str:
    """Answer the URL of the list of reviews, at its first page unless told otherwise."""
    encoded = urlencode({name: value for name, value in page.items() if value})
    return f"{PATH}?{encoded}" if encoded else PATH
