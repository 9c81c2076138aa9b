"""Approved levels that are looked at again: when answers change, or a principal asks."""

import pytest

from accounts.api.changes import read_changes
from accounts.choices import Role
from accounts.models import Account
from accounts.record_errors import MakerCannotDecide, ReasonTooShort
from accounts.services.changes import update_account
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.models import Event
from options.choices import ReasonCode, ReviewAct
from options.models import LevelReview, OpeningsRead
from options.review_errors import (
    LevelReviewDecided,
    LevelReviewNotFound,
    LevelReviewOpen,
    NoLevelToReview,
    NotAReviewer,
    VerdictInvalid,
)
from options.rules.approval_rules import LATEST
from options.rules.requests import ApprovalRequest
from options.rules.review import Verdict
from options.services.applications import request_options_approval
from options.services.level_reviews import decide_level_review, open_level_review, review_changed_answers
from options.services.review import decide_application
from options.tasks import follow_accounts
from tests.factories import make_account, make_customer, make_staff, nowhere
from tests.options.applicants import SOUND_ANSWERS
from tests.options.following import place_events
from tests.options.requests import make_pending, second_principal

WHY = "The customer has retired and lives on savings"
POOR = {"liquid_net_worth_min": "8000"}
POORER = {"liquid_net_worth_min": "900"}
TOO_POOR = "liquid net worth 8,000 is below the 10,000 that level 2 asks"


@pytest.fixture
def account(acme):
    """An account that the rules approved for level 2."""
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(2))
    return account


def change(acme, account, tick=True, **sections):
    changes = read_changes(sections)
    update_account(actor=acme.api_user, account_id=account.pk, changes=changes)
    if tick:
        follow()


def follow():
    place_events()
    follow_accounts(clock.now())


def level_of(account):
    return Account.objects.get(pk=account.pk).options_approved_level


def reviews_of(account):
    return list(LevelReview.objects.filter(account=account).order_by("id"))


def announced(account):
    events = Event.objects.filter(account_id=account.pk, type__regex="^(level_review|options[.]level_lowered)")
    return list(events.order_by("id").values_list("type", "payload"))


def written(account):
    return (level_of(account), list(LevelReview.objects.values()), Event.objects.count())


def decide(actor, review, level, code=None, reason=WHY):
    code = code or (ReasonCode.FACTS_CONFIRMED if level == review.level else ReasonCode.FACTS_CHANGED)
    return decide_level_review(actor=actor, review_id=review.pk, level=level, reason_code=code, reason=reason)


def ask(actor, account, reason=WHY):
    return open_level_review(actor=actor, account_id=account.pk, reason=reason)


def test_answers_that_no_longer_support_the_level_ask_a_person_and_cut_nothing(acme, account):
    change(acme, account, identity=POOR)

    (review,) = reviews_of(account)
    assert (review.level, review.reasons, review.reason_rules) == (2, [TOO_POOR], ["level_2_liquid_net_worth"])
    assert (review.answers["liquid_net_worth_min"], review.rule_version) == ("8000", LATEST)
    assert (review.opened_by, review.correspondent) == (system_user(), acme.correspondent)
    assert level_of(account) == 2
    payload = {"level": 2, "level_to": None, "user_id": system_user().pk}
    assert announced(account) == [("level_review.opened", payload)]


@pytest.mark.parametrize(
    ("sections", "rules"),
    [
        ({"disclosures": {"is_control_person": True}}, ["flag_control_person"]),
        ({"identity": {"investment_experience_with_stocks": "none"}}, ["flag_options_before_stocks"]),
        ({"identity": {"liquid_net_worth_min": "900"}}, ["level_2_liquid_net_worth", "level_1_liquid_net_worth"]),
    ],
)
def test_a_flag_that_goes_up_asks_a_person(acme, account, sections, rules):
    change(acme, account, **sections)

    assert [one.reason_rules for one in reviews_of(account)] == [rules]


@pytest.mark.parametrize(
    "sections",
    [
        {"identity": {"number_of_dependents": 2}},
        {"identity": {"liquid_net_worth_min": "70000", "liquid_net_worth_max": "90000"}},
        {"contact": {"city": "Boston"}},
    ],
)
def test_answers_that_still_support_the_level_ask_nobody(acme, account, sections):
    change(acme, account, **sections)

    assert reviews_of(account) == []


def test_where_nothing_is_approved_nothing_is_looked_at_again(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"enabled_assets": ["us_equity"]})

    change(acme, account, identity=POORER)

    assert reviews_of(account) == []
    assert review_changed_answers(actor=system_user(), account_id=acme.firm_account.pk) is None


def test_only_the_level_that_is_approved_is_looked_at(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(1))

    change(acme, account, identity=POOR)

    assert reviews_of(account) == []


def test_what_a_person_accepted_is_not_asked_again_until_it_gets_worse(acme, rop):
    pending = make_pending(acme.correspondent, changes={"identity.liquid_net_worth_min": "8000"})
    verdict = Verdict(ReviewAct.APPROVED, 2, ReasonCode.FACTS_CONFIRMED, WHY)
    decide_application(actor=rop, application_id=pending.pk, verdict=verdict)

    change(acme, pending.account, identity={"number_of_dependents": 3})
    assert reviews_of(pending.account) == []
    change(acme, pending.account, identity={"liquid_net_worth_min": "7000"})

    (review,) = reviews_of(pending.account)
    assert review.reasons[0] == "liquid net worth 7,000 is below the 10,000 that level 2 asks"
    assert review.reason_rules == ["level_2_liquid_net_worth", "flag_options_before_stocks"]


def test_what_a_review_kept_is_not_asked_again(acme, rop, account):
    change(acme, account, identity=POOR)
    decide(rop, reviews_of(account)[0], 2)

    change(acme, account, identity={"number_of_dependents": 3})

    assert len(reviews_of(account)) == 1


def test_what_gets_worse_meanwhile_is_in_the_open_review(acme, rop, account):
    review = ask(rop, account)
    change(acme, account, identity=POOR)
    change(acme, account, identity=POORER)

    (found,) = reviews_of(account)
    assert (found.pk, found.reasons[0], found.reason_rules[1:]) == (
        review.pk,
        WHY,
        ["level_2_liquid_net_worth", "level_1_liquid_net_worth"],
    )
    assert found.answers["liquid_net_worth_min"] == "900"
    assert [kind for kind, _ in announced(account)] == ["level_review.opened"]


def test_the_stream_is_followed_once_and_again_changes_nothing(acme, account):
    change(acme, account, identity=POOR)
    before = written(account)

    for _ in range(2):
        OpeningsRead.objects.update(event_id=0)
        follow()

    assert written(account) == before


def test_one_account_that_fails_costs_no_other(acme, account):
    other = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    request_options_approval(actor=acme.api_user, account_id=other.pk, request=ApprovalRequest(2))
    for one in (account, other):
        change(acme, one, tick=False, identity=POOR)
    account.identity.date_of_birth_sealed = b"not what was sealed"
    account.identity.save()

    follow()

    assert (len(reviews_of(account)), len(reviews_of(other))) == (0, 1)


def test_a_principal_asks_for_a_review_and_the_rules_say_what_they_find(acme, rop, account):
    change(acme, account, tick=False, identity=POOR)

    review = ask(rop, account)

    assert (review.opened_by, review.level) == (rop, 2)
    assert review.reasons == [WHY, TOO_POOR]
    assert review.reason_rules == ["asked_by_person", "level_2_liquid_net_worth"]
    assert [kind for kind, _ in announced(account)] == ["level_review.opened"]


def test_a_level_is_reviewed_once_at_a_time_and_only_where_there_is_one(acme, rop, account):
    bare = make_account(acme.correspondent)
    ask(rop, account)
    before = written(account)

    with pytest.raises(LevelReviewOpen):
        ask(rop, account)
    with pytest.raises(NoLevelToReview):
        ask(rop, bare)
    with pytest.raises(ReasonTooShort):
        ask(rop, account, "x")
    assert written(account) == before


@pytest.mark.parametrize("level", [2, 1, 0])
def test_a_review_keeps_the_level_or_lowers_it_and_says_so(acme, rop, account, level):
    review = ask(rop, account)

    decided = decide(rop, review, level)

    assert (decided.level_to, decided.decided_by, decided.role, level_of(account)) == (level, rop, Role.ROP, level)
    assert (decided.reason, decided.decided_at is None) == (WHY, False)
    events = announced(account)[1:]
    assert events[0] == ("level_review.decided", {"level": 2, "level_to": level, "user_id": rop.pk})
    lowered = {"options": {"approved_level_from": 2, "approved_level_to": level}}
    assert events[1:] == ([] if level == 2 else [("options.level_lowered", lowered)])


def test_a_review_never_raises_what_was_lowered_meanwhile(acme, rop, account):
    review = ask(rop, account)
    Account.objects.filter(pk=account.pk).update(options_approved_level=0)

    decide(rop, review, 1)

    assert level_of(account) == 0


def test_keeping_a_level_leaves_one_that_was_raised_meanwhile(acme, rop, account):
    Account.objects.filter(pk=account.pk).update(options_approved_level=1)
    review = ask(rop, account)
    Account.objects.filter(pk=account.pk).update(options_approved_level=2)

    decide(rop, review, 1)

    assert level_of(account) == 2


def test_a_review_is_decided_once(acme, rop, account):
    review = ask(rop, account)
    decide(rop, review, 1)
    before = written(account)

    with pytest.raises(LevelReviewDecided, match=f"this review is decided: level 1 by {rop.name}") as refused:
        decide(second_principal(acme.correspondent), review, 0)
    assert refused.value.http_status == 409
    assert written(account) == before


@pytest.mark.parametrize(
    ("level", "code"),
    [
        (3, ReasonCode.FACTS_CONFIRMED),
        (-1, ReasonCode.FACTS_CHANGED),
        (1, ReasonCode.ANSWERS_SUPPORT),
        (2, ReasonCode.NOT_SUITABLE),
    ],
)
def test_a_decision_that_does_not_fit_is_refused(rop, account, level, code):
    review = ask(rop, account)
    before = written(account)

    with pytest.raises(VerdictInvalid):
        decide(rop, review, level, code)
    with pytest.raises(ReasonTooShort):
        decide(rop, review, 1, reason="too short")
    assert written(account) == before


def test_who_entered_the_answers_or_owns_the_account_does_not_decide(acme, account):
    other = second_principal(acme.correspondent)
    review = ask(acme.rop, account)
    account.terms.makers = [other.pk]
    account.terms.save()
    before = written(account)

    with pytest.raises(MakerCannotDecide):
        decide(other, review, 2)
    assert written(account) == before


def test_who_is_no_principal_reviews_nothing(acme, globex, rop, account):
    review = ask(rop, account)
    before = written(account)

    for actor in (acme.ops, acme.reader, acme.api_user, make_customer(acme.correspondent)):
        with pytest.raises(NotPermitted):
            ask(actor, account)
        with pytest.raises(NotPermitted):
            decide(actor, review, 1)
    with pytest.raises(NotAReviewer):
        decide(system_user(), review, 1)
    for one in (review, LevelReview(pk=nowhere(), level=2)):
        with pytest.raises(LevelReviewNotFound):
            decide(globex.rop, one, 1)
    acme.correspondent.reviewers.set([second_principal(acme.correspondent)])
    with pytest.raises(NotAReviewer):
        decide(rop, review, 1)
    assert written(account) == before


def test_the_brokers_principal_decides_beside_chosen_reviewers(acme, rop, account):
    review = ask(rop, account)
    acme.correspondent.reviewers.set([rop])

    assert decide(make_staff(Role.ROP, None), review, 2).level_to == 2
