from itertools import product

import pytest

from accounts.choices import AccountStatus, Review, Role
from accounts.errors import AccountNotFound, IllegalStatusChange
from accounts.models import Account
from accounts.record_errors import MakerCannotDecide, NothingToDecide, ReasonTooShort
from accounts.rules.applications import AccountChanges
from accounts.rules.decisions import OUTCOMES, WAITING, outcomes_of
from accounts.rules.onboarding import TRANSITIONS
from accounts.services.changes import update_account
from accounts.services.decisions import decide_opening
from accounts.services.onboarding import open_account
from accounts.tasks import advance_account
from brokerage.errors import NotPermitted
from brokerage.models import Event
from tests.factories import change_row, make_account, make_application, make_staff

REASON = "identity checked against the passport"
S = AccountStatus


def row(account):
    return Account.objects.values_list("status", "is_status_pinned").get(pk=account.pk)


def status_events(account):
    events = Event.objects.filter(account_id=account.pk, type="account.status_changed").order_by("id")
    return [(event.payload["status_from"], event.payload["status_to"]) for event in events]


def refused(account, error, **decision):
    """Say that a decision is refused and that nothing was written."""
    before = row(account), Event.objects.count()
    with pytest.raises(error):
        decide_opening(**{"account_id": account.pk, "status_to": S.APPROVED, "reason": REASON, **decision})
    return (row(account), Event.objects.count()) == before


def test_a_principal_approves_what_waits_and_the_stream_says_so(acme):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)

    decided = decide_opening(actor=acme.rop, account_id=account.pk, status_to=S.APPROVED, reason=REASON)

    assert decided.status == S.APPROVED
    assert row(account) == ("APPROVED", False)
    assert status_events(account) == [("APPROVAL_PENDING", "APPROVED")]


@pytest.mark.parametrize("status_to", [S.ACTION_REQUIRED, S.REJECTED])
def test_an_application_is_sent_back_or_rejected(acme, status_to):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)

    decide_opening(actor=acme.rop, account_id=account.pk, status_to=status_to, reason=REASON)

    assert row(account)[0] == status_to


def test_deciding_the_same_again_changes_nothing(acme):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)
    for _ in range(2):
        decide_opening(actor=acme.rop, account_id=account.pk, status_to=S.REJECTED, reason=REASON)

    assert status_events(account) == [("APPROVAL_PENDING", "REJECTED")]


def test_an_approval_in_the_sandbox_goes_on_to_active(acme):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)

    decide_opening(actor=acme.rop, account_id=account.pk, status_to=S.APPROVED, reason=REASON)
    advance_account(str(account.pk))

    assert row(account)[0] == "ACTIVE"


def test_who_opened_an_account_cannot_decide_on_it(acme):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)
    Account.objects.filter(pk=account.pk).update(opened_by=acme.rop)

    assert refused(account, MakerCannotDecide, actor=acme.rop)


def test_whoever_changed_it_cannot_decide_until_somebody_else_has(acme):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)
    acme.ops.role = Role.ADMIN
    acme.ops.save()
    update_account(actor=acme.ops, account_id=account.pk, changes=AccountChanges(contact={"city": "San Rafael"}))
    acme.ops.role = Role.COMPLIANCE
    acme.ops.save()
    assert refused(account, MakerCannotDecide, actor=acme.ops)

    decide_opening(actor=acme.rop, account_id=account.pk, status_to=S.APPROVED, reason=REASON)
    decide_opening(actor=acme.ops, account_id=account.pk, status_to=S.ACTIVE, reason=REASON)

    assert row(account)[0] == "ACTIVE"


@pytest.mark.parametrize("reason", ["", "ok", "         ", "a b c d e", "\u200b" * 12, "\u2800" * 12, "aaaaaaaaaaaaaa"])
def test_a_decision_without_a_reason_is_refused(acme, reason):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)

    assert refused(account, ReasonTooShort, actor=acme.rop, reason=reason)


@pytest.mark.parametrize("who", ["ops", "reader", "api_user"])
def test_only_who_supervises_decides(acme, who):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)

    assert refused(account, NotPermitted, actor=getattr(acme, who))


def test_the_neighbor_cannot_decide(acme, globex):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)

    assert refused(account, AccountNotFound, actor=globex.rop)


def test_every_pair_of_states_is_decided_by_the_table(acme):
    account = make_account(acme.correspondent)

    for status_from, status_to in product(AccountStatus, AccountStatus):
        change_row(account, status=status_from)
        is_allowed = status_from in WAITING and status_to in OUTCOMES and status_to in TRANSITIONS[status_from]
        assert (status_to in outcomes_of(status_from)) == is_allowed
        if is_allowed or status_from == status_to:
            decide_opening(actor=acme.rop, account_id=account.pk, status_to=status_to, reason=REASON)
            assert row(account)[0] == status_to
        else:
            assert refused(account, (NothingToDecide, IllegalStatusChange), actor=acme.rop, status_to=status_to)


def test_where_a_person_reviews_every_opening_the_sandbox_stops_for_one(acme):
    acme.correspondent.opening_review = Review.PERSON
    acme.correspondent.save()
    account = open_account(actor=acme.api_user, application=make_application())

    advance_account(str(account.pk))
    assert row(account)[0] == "APPROVAL_PENDING"
    decide_opening(actor=acme.rop, account_id=account.pk, status_to=S.APPROVED, reason=REASON)
    advance_account(str(account.pk))

    assert row(account)[0] == "ACTIVE"


def test_where_a_person_reviews_a_material_change_waits_for_one_too(acme):
    account = make_account(acme.correspondent)
    acme.correspondent.opening_review = Review.PERSON
    acme.correspondent.save()

    update_account(actor=acme.ops, account_id=account.pk, changes=AccountChanges(contact={"city": "San Rafael"}))
    advance_account(str(account.pk))

    assert row(account)[0] == "APPROVAL_PENDING"


def test_the_brokers_own_principal_decides_for_every_correspondent(acme):
    account = make_account(acme.correspondent, status=S.APPROVAL_PENDING)

    decide_opening(actor=make_staff(Role.ROP, None), account_id=account.pk, status_to=S.REJECTED, reason=REASON)

    assert row(account)[0] == "REJECTED"
