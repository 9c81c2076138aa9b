"""Messages that bring instructions: received once, matched to the sender's account, confirmed by a second person."""

from decimal import Decimal

import pytest

from accounts.choices import Role
from accounts.errors import AccountNotFound
from accounts.models import Notice
from accounts.services.users import system_user
from brokerage.errors import NotPermitted
from tests.factories import make_account, make_staff
from tests.market import LONG_CALL
from tests.trading.instructions import EXPIRES, mail, make_holder, mark, receive, second_person, written
from tests.trading.services.test_do_not_exercise import LATE, counts, refused, withdraw
from trading.choices import InstructionStatus, MessageStatus
from trading.exercise_errors import LongPositionNotFound
from trading.instruction_errors import (
    DoNotExerciseTooLarge,
    DoNotExerciseTooLate,
    InstructionConfirmedByMaker,
    MessageDealtWith,
    MessageNotFound,
    SenderIsNotTheHolder,
    WhyMissing,
)
from trading.models import InstructionMessage
from trading.services import messages
from trading.services.do_not_exercise import confirm_do_not_exercise, reject_do_not_exercise
from trading.services.messages import dismiss_message, propose_do_not_exercise, receive_message


@pytest.fixture
def holder(acme, overview_market, clock_at):
    """Somebody long three calls, at eleven on the morning that they expire."""
    account = make_holder(acme.correspondent)
    clock_at(f"{EXPIRES} 11:00")
    return account


@pytest.fixture
def second(acme):
    """The clerk who confirms what `ops` entered."""
    return second_person(acme.correspondent)


def propose(actor, message, account, quantity=None, **given):
    return propose_do_not_exercise(
        actor=actor,
        message_id=message.pk,
        account_id=account.pk,
        symbol_or_id=LONG_CALL,
        quantity=Decimal(quantity) if quantity else None,
        **given,
    )


def confirm(actor, instruction):
    return confirm_do_not_exercise(actor=actor, instruction_id=instruction.pk)


def told():
    """Answer to whom which mails go."""
    return list(Notice.objects.order_by("created_at", "pk").values_list("address", "subject"))


def test_a_message_becomes_an_instruction_by_two_people_and_its_sender_is_told(acme, ops, second, holder, clock_at):
    message = receive(mail(holder.email_address.upper(), body="Do not exercise 2 of my PTON calls."))
    clock_at(f"{EXPIRES} 17:45")
    instruction = propose(ops, message, holder, 2)

    assert (message.correspondent, message.subject, counts(holder)) == (acme.correspondent, "Do not exercise", [])
    message.refresh_from_db()
    assert (message.status, message.closed_by) == (MessageStatus.MATCHED, ops)
    refused(InstructionConfirmedByMaker, lambda: confirm(ops, instruction))
    confirmed = confirm(second, instruction)

    assert counts(holder) == [2]
    assert (confirmed.received_at, confirmed.confirmed_by) == (message.received_at, second)
    assert told() == [
        (holder.email_address, "Strikebook: Your message came in"),
        (holder.email_address, f"Strikebook: 2 contracts of {LONG_CALL} will not be exercised"),
    ]
    assert "came in on Jan 26, 2024, 11:00 AM New York" in Notice.objects.order_by("pk")[0].body


def test_a_message_counts_by_when_it_came_in(ops, second, holder, clock_at):
    early = receive(mail(holder.email_address, subject="Early"))
    clock_at(f"{EXPIRES} 17:30")
    late = receive(mail(holder.email_address, subject="Late"))

    refused(DoNotExerciseTooLate, lambda: propose(ops, late, holder))
    assert propose(ops, early, holder).status == InstructionStatus.PROPOSED
    excused = propose(ops, late, holder, late=LATE)
    assert (excused.status, excused.excuse) == (InstructionStatus.PROPOSED, LATE.excuse)
    confirm(second, excused)
    assert counts(holder) == [3]


def test_a_later_word_overtakes_a_message_that_is_confirmed_after_it(acme, ops, second, holder, clock_at):
    message = receive(mail(holder.email_address))
    clock_at(f"{EXPIRES} 12:00")
    mark(acme.api_user, holder, "1")
    withdraw(acme.api_user, holder)

    confirmed = confirm(second, propose(ops, message, holder))

    assert (confirmed.status, counts(holder)) == (InstructionStatus.SUPERSEDED, [])
    assert told()[-1] == (holder.email_address, "Strikebook: A later instruction counts")


def test_what_the_rules_filed_meanwhile_overtakes_no_message(ops, second, holder, clock_at):
    message = receive(mail(holder.email_address))
    clock_at(f"{EXPIRES} 16:00")
    mark(system_user(), holder, "1", reason="was not sold before the close")

    assert confirm(second, propose(ops, message, holder)).status == InstructionStatus.IN_FORCE
    assert counts(holder) == [3]


def test_of_two_messages_the_last_one_counts_in_whatever_order_they_are_confirmed(ops, second, holder, clock_at):
    first = receive(mail(holder.email_address, body="Not one of them."))
    clock_at(f"{EXPIRES} 11:05")
    last = receive(mail(holder.email_address, body="Only one of them."))

    confirm(second, propose(ops, last, holder, 1))
    confirm(second, propose(ops, first, holder, 3))

    assert counts(holder) == [1]


def test_entering_a_message_again_corrects_what_waits(ops, second, holder):
    message = receive(mail(holder.email_address))
    wrong = propose(ops, message, holder, 1)
    right = propose(ops, message, holder, 2)

    wrong.refresh_from_db()
    assert wrong.status == InstructionStatus.SUPERSEDED
    confirm(second, right)
    assert counts(holder) == [2]


def test_what_is_turned_down_waits_to_be_matched_again(ops, second, holder):
    message = receive(mail(holder.email_address))
    wrong = propose(ops, message, holder, 1)

    reject_do_not_exercise(actor=second, instruction_id=wrong.pk, reason="It says three.")

    message.refresh_from_db()
    assert (message.status, message.closed_by, message.closed_at) == (MessageStatus.NEW, None, None)


def test_a_strangers_message_instructs_for_nobody(acme, globex, ops, holder):
    broker = make_staff(Role.OPERATIONS, None)
    other = make_account(acme.correspondent)
    foreign = receive(mail("mallory@stranger.example"))
    own = receive(mail(other.email_address))
    unnamed = receive(mail("undisclosed-recipients:;"))

    assert (foreign.correspondent, unnamed.correspondent, unnamed.sender) == (None, None, "")
    for message in (foreign, unnamed):
        refused(MessageNotFound, lambda message=message: propose(ops, message, holder))
        refused(SenderIsNotTheHolder, lambda message=message: propose(broker, message, holder))
    said = f"the sender's address is not the one registered for account {holder.account_number}"
    refused(SenderIsNotTheHolder, lambda: propose(ops, own, holder), message=said)
    refused(AccountNotFound, lambda: propose(globex.ops, own, holder))
    assert [address for address, _ in told()] == [other.email_address]


def test_an_address_at_two_correspondents_is_for_the_brokers_people_to_tell_apart(acme, globex, ops, holder):
    twin = make_account(globex.correspondent, changes={"contact.email_address": holder.email_address})

    message = receive(mail(holder.email_address))

    assert (message.correspondent, twin.email_address) == (None, holder.email_address)
    refused(MessageNotFound, lambda: propose(ops, message, holder))
    assert propose(make_staff(Role.OPERATIONS, None), message, holder).account == holder


def test_a_message_is_refused_as_the_instruction_would_be(acme, ops, reader, holder):
    message, other = receive(mail(holder.email_address)), make_account(acme.correspondent)
    stray = receive(mail(other.email_address))

    refused(DoNotExerciseTooLarge, lambda: propose(ops, message, holder, 4))
    refused(LongPositionNotFound, lambda: propose(ops, stray, other))
    refused(NotPermitted, lambda: propose(reader, message, holder))
    refused(NotPermitted, lambda: dismiss_message(actor=reader, message_id=message.pk, reason="Not for us."))


def test_a_message_that_is_dismissed_says_why_and_its_sender_can_be_told(globex, ops, holder):
    message = receive(mail(holder.email_address))
    refused(WhyMissing, lambda: dismiss_message(actor=ops, message_id=message.pk, reason=" "))
    refused(MessageNotFound, lambda: dismiss_message(actor=globex.ops, message_id=message.pk, reason="Not ours."))

    dismissed = dismiss_message(actor=ops, message_id=message.pk, reason="It names no contract.", tells_sender=True)

    assert (dismissed.status, dismissed.note) == (MessageStatus.DISMISSED, "It names no contract.")
    assert told()[-1] == (holder.email_address, "Strikebook: Nothing was done on your message")
    refused(MessageDealtWith, lambda: dismiss_message(actor=ops, message_id=message.pk, reason="Again."))
    refused(MessageDealtWith, lambda: propose(ops, message, holder), message="the message was dismissed")


# --- Receiving -------------------------------------------------------------------------------------------


def test_the_same_message_twice_changes_nothing(holder):
    raw = mail(holder.email_address, Message_ID="<one@example.com>")
    first = receive(raw)
    before = written()

    assert receive(raw) == first
    assert receive(b"Received: by another door\r\n" + raw) == first
    assert written() == before


def test_an_id_sent_by_somebody_else_first_keeps_no_message_out(holder):
    receive(mail("mallory@stranger.example", Message_ID="<one@example.com>"))

    for _ in range(2):
        assert receive(mail(holder.email_address, Message_ID="<one@example.com>")).sender == holder.email_address
    assert InstructionMessage.objects.count() == 2


def test_a_message_without_an_id_is_told_by_its_content(holder):
    raw = mail(holder.email_address)

    assert receive(raw) == receive(raw) != receive(mail(holder.email_address, body="Another one."))


def test_programs_get_no_receipt(holder):
    receive(mail(holder.email_address, Auto_Submitted="auto-replied"))
    receive(mail(holder.email_address, subject="A list", Precedence="bulk"))

    assert told() == []


def test_of_a_message_that_is_too_large_the_beginning_is_kept(monkeypatch, holder):
    monkeypatch.setattr(messages, "LARGEST_MESSAGE", 600)

    kept = receive(mail(holder.email_address, body="Do not exercise. " * 100))

    assert (kept.sender, len(kept.raw)) == (holder.email_address, 600)
    assert kept.note.startswith("Only the first 600 of its ")


def test_only_the_system_and_operators_bring_messages_in(reader, holder):
    with pytest.raises(NotPermitted):
        receive_message(actor=reader, raw=mail(holder.email_address), received_at=holder.created_at)
    assert receive_message(actor=system_user(), raw=b"", received_at=holder.created_at).sender == ""
