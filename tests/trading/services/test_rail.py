"""The sandbox's rail: moved by the clock, killed anywhere, run again."""

from decimal import Decimal

import pytest

from brokerage.models import Event
from tests.factories import make_account
from tests.ledger import deposit
from tests.trading.funding import (
    ACH,
    WIRE_BANK,
    ach_in,
    ach_out,
    all_of_it,
    cash,
    free_cash,
    later,
    linked_ach,
    linked_bank,
    moves_of,
    send,
    tick,
    wire_out,
)
from trading.funding_tasks import advance_waiting_funding
from trading.models import AchRelationship, Bank, LedgerTransaction, Transfer
from trading.reconciliation import find_breaks
from trading.services import rail
from trading.services.banks import link_ach, link_bank, unlink_ach


@pytest.fixture
def account(acme, clock_at):
    clock_at("2024-01-24 10:00")
    made = make_account(acme.correspondent)
    deposit(made, "1000")
    return made


def test_banks_are_confirmed_after_a_minute(account):
    ach = link_ach(actor=account.opened_by, account_id=account.pk, details=ACH)
    bank = link_bank(actor=account.opened_by, account_id=account.pk, details=WIRE_BANK)

    later(59)
    assert (AchRelationship.objects.get().status, Bank.objects.get().status) == ("QUEUED", "QUEUED")
    later(1)

    assert (AchRelationship.objects.get().status, Bank.objects.get().status) == ("APPROVED", "APPROVED")
    events = Event.objects.filter(subject_id__in=[str(ach.pk), str(bank.pk)]).order_by("id")
    assert [(event.type, event.payload["status_to"]) for event in events] == [
        ("ach_relationship.status_changed", "QUEUED"),
        ("bank.status_changed", "QUEUED"),
        ("ach_relationship.status_changed", "APPROVED"),
        ("bank.status_changed", "APPROVED"),
    ]


def test_a_bank_confirms_that_it_let_go(account):
    ach = linked_ach(account)
    unlink_ach(actor=account.opened_by, account_id=account.pk, relationship_id=ach.pk)
    assert AchRelationship.objects.get().status == "CANCEL_REQUESTED"

    later(60)

    assert AchRelationship.objects.get().status == "CANCELED"


def test_ach_waits_for_monday_and_a_wire_does_not(account, clock_at):
    clock_at("2024-01-27 10:00")
    waits, arrives = (
        send(account, ach_out(linked_ach(account), "100")),
        send(account, wire_out(linked_bank(account), "10")),
    )

    later(3600)
    assert [Transfer.objects.get(pk=one.pk).status for one in (waits, arrives)] == ["SENT_TO_CLEARING", "COMPLETE"]
    clock_at("2024-01-29 08:29")
    tick()
    assert Transfer.objects.get(pk=waits.pk).status == "SENT_TO_CLEARING"
    clock_at("2024-01-29 08:30")
    tick()

    assert Transfer.objects.get(pk=waits.pk).status == "COMPLETE"
    assert cash(account.pk) == Decimal(890)


def test_a_jump_of_the_clock_has_the_effect_of_the_time_that_passed(account):
    transfer = send(account, wire_out(linked_bank(account), "100"))

    later(24 * 3600)

    assert moves_of(transfer) == ["QUEUED", "PENDING", "SENT_TO_CLEARING", "APPROVED", "COMPLETE"]


@pytest.mark.parametrize(
    ("fixture", "left"),
    [
        ("QUEUED", 1000),
        ("PENDING", 1000),
        ("REJECTED", 1000),
        ("CANCELED", 1000),
        ("RETURNED", 1000),
        ("APPROVED", 1000),
    ],
)
def test_a_fixture_ends_in_the_status_that_it_names(account, fixture, left):
    said = f"/fixtures/status={fixture}/fixtures/"
    transfer = send(account, wire_out(linked_bank(account), "100", additional_information=said))

    later(3600)

    transfer.refresh_from_db()
    is_held = fixture in ("QUEUED", "PENDING", "APPROVED")
    assert (transfer.status, cash(account.pk)) == (fixture, Decimal(left))
    assert free_cash(account.pk) == Decimal(900 if is_held else 1000)
    assert find_breaks() == []


def test_run_again_it_does_nothing_more(account):
    send(account, ach_in(linked_ach(account), "100"))
    send(account, wire_out(linked_bank(account), "50"))
    at = later(600)
    before = all_of_it()

    advance_waiting_funding(at)
    advance_waiting_funding(at)

    assert all_of_it() == before


@pytest.mark.parametrize("step", ["move", "record_events", "restrict_where_short", "require_cover"])
def test_killed_between_steps_it_leaves_nothing_half_done(account, monkeypatch, step):
    said = "/fixtures/status=RETURNED/fixtures/"
    send(account, wire_out(linked_bank(account), "100", additional_information=said))
    before = all_of_it()

    def die(*_, **__):
        raise RuntimeError("the process was killed")

    with monkeypatch.context() as killed:
        killed.setattr(rail, step, die)
        later(600)
        assert all_of_it() == before
    tick()

    assert Transfer.objects.get().status == "RETURNED"
    references = sorted(
        reference.split(":")[0] for reference in LedgerTransaction.objects.values_list("reference", flat=True)
    )
    assert references == ["opening", "transfer", "transfer-return"]
    assert cash(account.pk) == free_cash(account.pk) == Decimal(1000)
    assert find_breaks() == []


def test_an_account_that_fails_costs_only_itself(acme, account, monkeypatch):
    other = make_account(acme.correspondent)
    deposit(other, "1000")
    for one in (account, other):
        send(one, wire_out(linked_bank(one), "100"))
    real = rail.advance_funding

    def fail_for_one(*, account_id, **kwargs):
        if account_id == account.pk:
            raise RuntimeError("out of order")
        real(account_id=account_id, **kwargs)

    monkeypatch.setattr(rail, "advance_funding", fail_for_one)
    later(600)

    assert (cash(account.pk), cash(other.pk)) == (Decimal(1000), Decimal(900))


def test_a_transfer_of_an_account_that_was_blocked_meanwhile_does_not_leave(account):
    transfer = send(account, wire_out(linked_bank(account), "100"))
    type(account).objects.filter(pk=account.pk).update(outgoing_transfers_blocked=True)

    later(600)

    transfer.refresh_from_db()
    assert (transfer.status, transfer.reason) == ("REJECTED", "withdrawals are not permitted for this account")
    assert free_cash(account.pk) == Decimal(1000)


def test_all_that_moved_adds_up(account, ops):
    ach, bank = linked_ach(account), linked_bank(account)
    for amount, fixture in (("10.01", ""), ("20.02", "RETURNED"), ("30.03", "REJECTED"), ("40.04", "CANCELED")):
        said = f"/fixtures/status={fixture}/fixtures/" if fixture else ""
        send(account, wire_out(bank, amount, additional_information=said, fee_payment_method="invoice"))
    send(account, wire_out(bank, "100", fee_payment_method="user"))
    send(account, ach_in(ach, "5.55"))

    later(3600)

    assert cash(account.pk) == free_cash(account.pk) == Decimal("1000") - Decimal("10.01") - 100 + Decimal("5.55")
    assert find_breaks() == []
