"""A correspondent's settings: what holds at once, what waits, and who may not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.choices import AllocationMethod, Review, Role
from accounts.errors import CorrespondentNotFound, ReasonNeeded
from accounts.models import AuditEntry, BrokerPolicy, Correspondent, SettingsProposal
from accounts.rules.settings import SETTINGS, as_json, from_json, loosens
from accounts.services.settings import (
    change_settings,
    decide_settings_proposal,
    propose_allocation_method,
    settings_of,
)
from accounts.settings_errors import (
    AllocationIsTheBrokers,
    SecondPersonNeeded,
    SettingsChangedMeanwhile,
    SettingsInvalid,
    SettingsProposalDecided,
    SettingsProposalNotFound,
    SettingsProposalWaiting,
)
from accounts.settings_selectors import waiting_proposals
from brokerage.errors import NotPermitted
from tests.factories import make_staff

WHY = "agreed with the partner"


@pytest.fixture
def admin(acme):
    return make_staff(Role.ADMIN, acme.correspondent)


@pytest.fixture
def broker(db):
    return make_staff(Role.ADMIN, None)


def change(actor, correspondent, *, seen=None, reason=WHY, **wanted):
    seen = seen or settings_of(correspondent)
    return change_settings(
        actor=actor,
        correspondent_id=correspondent.pk,
        wanted=replace(seen, **wanted),
        seen=seen,
        reason=reason,
    )


def held(correspondent):
    return settings_of(Correspondent.objects.get(pk=correspondent.pk))


def decide(actor, *, is_accepted=True):
    proposal = SettingsProposal.objects.get()
    return decide_settings_proposal(actor=actor, proposal_id=proposal.pk, is_accepted=is_accepted)


TIGHTER = {
    "opening_review": (Review.AUTOMATIC, Review.PERSON),
    "options_review": (Review.AUTOMATIC, Review.PERSON),
    "principals_for_level_2": (1, 2),
    "journal_limit_amount": (None, Decimal("100.00")),
    "journal_daily_limit_amount": (Decimal("100.00"), Decimal("99.99")),
    "daily_transfer_limit_amount": (Decimal("100.00"), Decimal(0)),
    "least_deposit_amount": (Decimal(0), Decimal("0.01")),
    "least_withdrawal_amount": (Decimal("5.00"), Decimal("5.01")),
    "requests_per_minute": (1000, 999),
}


@pytest.mark.parametrize("name", TIGHTER)
def test_every_setting_loosens_in_one_direction_only(name):
    before, after = TIGHTER[name]

    assert not loosens(name, before, after, absent=5000 if name == "requests_per_minute" else None)
    assert loosens(name, after, before, absent=5000 if name == "requests_per_minute" else None)
    assert not loosens(name, before, before)
    assert {*TIGHTER, "reviewers"} == set(SETTINGS)


def test_no_limit_of_ones_own_is_the_brokers(acme):
    assert loosens("requests_per_minute", 900, None, absent=1000)
    assert not loosens("requests_per_minute", 1100, None, absent=1000)


@pytest.mark.parametrize("name", TIGHTER)
def test_tightening_holds_at_once_and_loosening_waits_for_the_broker(acme, admin, broker, name):
    before, after = TIGHTER[name]
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(**{name: before})
    correspondent = Correspondent.objects.get(pk=acme.correspondent.pk)

    assert change(admin, correspondent, **{name: after}).changed == (name,)
    assert getattr(held(correspondent), name) == after
    correspondent.refresh_from_db()
    assert change(admin, correspondent, **{name: before}).waiting == (name,)
    assert getattr(held(correspondent), name) == after
    decide(broker)

    assert getattr(held(correspondent), name) == before


def test_nobody_confirms_their_own_proposal_and_a_partner_confirms_none(acme, admin, broker):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(journal_limit_amount=Decimal("10.00"))
    acme.correspondent.refresh_from_db()
    change(broker, acme.correspondent, journal_limit_amount=Decimal("20.00"))

    for who in (broker, admin):
        with pytest.raises(SecondPersonNeeded):
            decide(who)
    with pytest.raises(SecondPersonNeeded):
        decide(admin, is_accepted=False)

    assert held(acme.correspondent).journal_limit_amount == Decimal("10.00")
    decide(make_staff(Role.ADMIN, None, email="second@broker.example"))
    assert held(acme.correspondent).journal_limit_amount == Decimal("20.00")


def test_a_proposal_is_decided_once_and_the_same_decision_again_changes_nothing(acme, admin, broker):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(principals_for_level_2=2)
    acme.correspondent.refresh_from_db()
    change(admin, acme.correspondent, principals_for_level_2=1)
    with pytest.raises(SettingsProposalWaiting):
        change(admin, acme.correspondent, principals_for_level_2=1)

    decide(admin, is_accepted=False)
    decide(admin, is_accepted=False)
    with pytest.raises(SettingsProposalDecided):
        decide(broker)

    assert held(acme.correspondent).principals_for_level_2 == 2
    assert SettingsProposal.objects.count() == 1


def test_a_proposal_whose_ground_moved_is_not_put_into_force(acme, admin, broker):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(requests_per_minute=10)
    acme.correspondent.refresh_from_db()
    change(admin, acme.correspondent, requests_per_minute=20)
    acme.correspondent.refresh_from_db()
    change(admin, acme.correspondent, requests_per_minute=5)

    with pytest.raises(SettingsChangedMeanwhile, match="API requests a minute is now 5"):
        decide(broker)

    assert held(acme.correspondent).requests_per_minute == 5
    assert SettingsProposal.objects.get().decided_at is None


def test_a_stale_form_is_refused_with_what_changed(acme, admin, broker):
    seen = settings_of(acme.correspondent)
    change(broker, acme.correspondent, opening_review=Review.PERSON)

    with pytest.raises(SettingsChangedMeanwhile, match="Account openings is now Person"):
        change(admin, acme.correspondent, seen=seen, journal_limit_amount=Decimal("5.00"))

    assert held(acme.correspondent).journal_limit_amount is None


def test_reviewers_are_active_principals_of_the_correspondent(acme, globex, admin):
    change(admin, acme.correspondent, reviewers=(acme.rop.pk,))
    assert held(acme.correspondent).reviewers == (acme.rop.pk,)

    for other in (globex.rop, acme.ops):
        with pytest.raises(SettingsInvalid):
            change(admin, acme.correspondent, reviewers=(other.pk,))

    assert held(acme.correspondent).reviewers == (acme.rop.pk,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"journal_limit_amount": Decimal("-0.01")},
        {"least_deposit_amount": Decimal("1e16")},
        {"requests_per_minute": 0},
        {"principals_for_level_2": 3},
        {"opening_review": "never"},
    ],
)
def test_what_settings_cannot_have_is_refused_and_nothing_is_written(acme, admin, wrong):
    before = settings_of(acme.correspondent)

    with pytest.raises(SettingsInvalid) as refused:
        change(admin, acme.correspondent, **wrong)

    assert set(refused.value.errors) == set(wrong)
    assert held(acme.correspondent) == before


def test_settings_are_for_administrators_and_their_own(acme, globex, admin, broker):
    before = settings_of(acme.correspondent)
    limit = {"journal_limit_amount": Decimal("5.00")}
    with pytest.raises(NotPermitted):
        change(acme.ops, acme.correspondent, **limit)
    with pytest.raises(CorrespondentNotFound):
        change(make_staff(Role.ADMIN, globex.correspondent), acme.correspondent, **limit)
    for reason in ("", "no", "x" * 1001):
        with pytest.raises(ReasonNeeded):
            change(admin, acme.correspondent, reason=reason, **limit)

    assert held(acme.correspondent) == before
    assert change(admin, acme.correspondent, reason="").changed == ()


def test_the_neighbor_decides_no_proposal(acme, globex, admin):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(requests_per_minute=10)
    acme.correspondent.refresh_from_db()
    change(admin, acme.correspondent, requests_per_minute=20)

    with pytest.raises(SettingsProposalNotFound):
        decide(make_staff(Role.ADMIN, globex.correspondent))

    assert SettingsProposal.objects.get().decided_at is None


def test_the_allocation_method_is_the_brokers(acme, admin, broker):
    fifo, random = AllocationMethod.FIRST_IN_FIRST_OUT, AllocationMethod.RANDOM
    with pytest.raises(AllocationIsTheBrokers):
        propose_allocation_method(actor=admin, method=fifo, seen=random, reason=WHY)
    with pytest.raises(ReasonNeeded):
        propose_allocation_method(actor=broker, method=fifo, seen=random, reason="")
    with pytest.raises(SettingsChangedMeanwhile):
        propose_allocation_method(actor=broker, method=fifo, seen=fifo, reason=WHY)
    assert propose_allocation_method(actor=broker, method=random, seen=random, reason=WHY) is None
    assert not SettingsProposal.objects.exists()


def test_two_of_the_brokers_people_change_the_allocation_method(admin, broker):
    fifo, random = AllocationMethod.FIRST_IN_FIRST_OUT, AllocationMethod.RANDOM

    propose_allocation_method(actor=broker, method=fifo, seen=random, reason=WHY)
    with pytest.raises(SettingsProposalWaiting):
        propose_allocation_method(actor=broker, method=fifo, seen=random, reason=WHY)
    with pytest.raises(SecondPersonNeeded):
        decide(broker)
    with pytest.raises(SettingsProposalNotFound):
        decide(admin)
    assert not BrokerPolicy.objects.filter(allocation_method=fifo).exists()
    second = make_staff(Role.ADMIN, None, email="second@broker.example")
    assert [line.changes[0].after for line in waiting_proposals(second)] == ["First in, first out"]
    assert waiting_proposals(admin) == []
    decide(second)

    assert BrokerPolicy.objects.get().allocation_method == fifo
    entry = AuditEntry.objects.filter(subject="BrokerPolicy").order_by("-id").first()
    assert (entry.actor_id, entry.reason) == (second.pk, WHY)


def test_settings_survive_the_form_that_shows_them(acme):
    settings = replace(settings_of(acme.correspondent), least_deposit_amount=Decimal("1.50"), reviewers=(3, 4))

    assert from_json(as_json(settings)) == settings
