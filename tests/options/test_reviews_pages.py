"""The pages of levels under review: the list, one of them, and opening another."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from accounts.models import Account
from brokerage import clock
from options.models import LevelReview
from options.services.level_reviews import open_level_review
from options.services.outcomes import put_level
from tests.factories import make_account, make_staff
from tests.market import approve
from tests.options.applicants import SOUND_ANSWERS
from tests.options.test_queue_pages import browser

REASON = "The holder retired last month"


@pytest.fixture
def principal(rop):
    return browser(rop)


@pytest.fixture
def account(acme):
    return granted(acme)


def granted(partner, level=2):
    account = make_account(partner.correspondent, changes=SOUND_ANSWERS)
    approve(account, level)
    account.refresh_from_db()
    return account


@pytest.fixture
def review(rop, account):
    return open_level_review(actor=rop, account_id=account.pk, reason=REASON)


def at(review):
    return f"/options/reviews/{review.pk}"


def undecided(review):
    review.refresh_from_db()
    return review.decided_at is None and Account.objects.get(pk=review.account_id).options_approved_level == 2


@pytest.mark.parametrize("path", ["/options/reviews", "/options/reviews/{review.pk}"])
def test_who_may_look_at_reviews_is_who_may_look_at_the_queue(acme, review, path):
    path = path.format(review=review)

    assert Client().get(path).status_code == 302
    for user in (acme.reader, acme.ops):
        assert browser(user).get(path).status_code == 403
    assert browser(make_staff(Role.COMPLIANCE, acme.correspondent)).get(path).status_code == 200


def test_a_neighbor_sees_no_review_and_opens_none(globex, review):
    neighbor = browser(globex.rop)

    assert neighbor.get("/options/reviews").context["rows"] == []
    for method in (neighbor.get, neighbor.post):
        assert method(at(review)).status_code == 404
        assert method(f"/accounts/{review.account_id}/options/review").status_code == 404
    assert undecided(review)


def test_a_review_that_does_not_exist_is_not_found(principal):
    assert principal.get(f"/options/reviews/{uuid4()}").status_code == 404


def test_a_principal_opens_a_review_from_the_account(principal, account):
    path = f"/accounts/{account.pk}/options/review"

    short = principal.post(path, {"reason": "x"})
    opened = principal.post(path, {"reason": REASON})

    assert (short.status_code, LevelReview.objects.count()) == (422, 1)
    review = LevelReview.objects.get()
    assert opened.headers["Location"] == at(review)
    assert REASON in principal.get(at(review)).content.decode()
    assert "The level is under review since" in principal.get(path).content.decode()
    assert principal.post(path, {"reason": REASON}).status_code == 422


def test_nobody_else_opens_one(acme, account):
    path = f"/accounts/{account.pk}/options/review"

    for user in (acme.reader, acme.ops, make_staff(Role.COMPLIANCE, acme.correspondent)):
        assert browser(user).get(path).status_code == 403
        assert browser(user).post(path, {"reason": REASON}).status_code == 403
    assert not LevelReview.objects.exists()


def test_an_account_without_a_level_has_nothing_to_review(acme, principal):
    account = make_account(acme.correspondent)

    assert "no options level to review" in principal.get(f"/accounts/{account.pk}/options/review").content.decode()


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [
        ({"level": 2, "code_kept": "answers_support"}, 2, "Kept: "),
        ({"level": 1, "code_lowered": "facts_changed"}, 1, "Lowered: "),
        ({"level": 0, "code_lowered": "not_suitable"}, 0, "Disabled: "),
    ],
)
def test_a_level_is_kept_or_lowered_and_the_next_review_follows(acme, principal, rop, review, given, level, said):
    other = open_level_review(actor=rop, account_id=granted(acme).pk, reason=REASON)

    answer = principal.post(at(review), given | {"reason": REASON})

    review.refresh_from_db()
    assert (review.level_to, review.decided_by) == (level, rop)
    assert Account.objects.get(pk=review.account_id).options_approved_level == level
    assert answer.headers["Location"] == at(other)
    assert said in principal.get(at(other)).content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose a decision."),
        ({"level": 1, "reason": REASON}, "Choose a reason."),
        ({"level": 1, "code_kept": "answers_support", "reason": REASON}, "Choose a reason."),
        ({"level": 1, "code_lowered": "facts_changed", "reason": "no"}, "at least 10 characters"),
        ({"level": 3, "code_lowered": "facts_changed", "reason": REASON}, "Select a valid choice."),
    ],
)
def test_what_is_missing_is_said_and_the_level_stays(principal, review, given, said):
    refused = principal.post(at(review), given)

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert undecided(review)


def test_a_level_that_has_changed_since_it_was_shown_is_not_decided_on(acme, principal, review):
    review.account.refresh_from_db()
    put_level(review.account, 1, subject=review, now=clock.now())
    review.refresh_from_db()
    assert review.level == 1

    stale = {"level": 1, "code_kept": "answers_support", "seen_level": 2, "reason": REASON}
    refused = principal.post(at(review), stale)

    assert refused.status_code == 422
    assert "level 1 is reviewed now" in refused.content.decode()
    review.refresh_from_db()
    assert review.decided_at is None


def test_who_only_watches_does_not_decide(acme, review):
    watcher = browser(make_staff(Role.COMPLIANCE, acme.correspondent))

    shown = watcher.get(at(review)).content.decode()
    refused = watcher.post(at(review), {"level": 1, "code_lowered": "facts_changed", "reason": REASON})

    assert "Only a registered options principal decides." in shown
    assert refused.status_code == 403
    assert undecided(review)


def test_a_decided_review_says_who_kept_the_level_and_why(principal, rop, review):
    principal.post(at(review), {"level": 2, "code_kept": "answers_support", "reason": REASON})

    shown = principal.get(at(review)).content.decode()
    again = principal.post(at(review), {"level": 1, "code_lowered": "facts_changed", "reason": REASON})

    assert f"Kept at level 2 by {rop}" in shown
    assert again.status_code == 422
    assert Account.objects.get(pk=review.account_id).options_approved_level == 2


def test_the_list_takes_the_same_queries_for_one_review_and_for_many(acme, principal, rop, review):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            assert principal.get("/options/reviews").status_code == 200
        return len(taken)

    before = queries()
    for _ in range(3):
        open_level_review(actor=rop, account_id=granted(acme).pk, reason=REASON)

    assert queries() == before <= 6
