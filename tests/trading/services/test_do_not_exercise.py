"""Contracts that are not to be exercised: filing, superseding, withdrawing, confirming."""

from decimal import Decimal

import pytest

from accounts.choices import Role
from accounts.services.users import system_user
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.models import Event
from options.models import OptionContract
from tests.factories import make_staff
from tests.market import CALL, LONG_CALL, SMALL_PUT, make_trader, trade
from tests.trading.instructions import EXPIRES, make_holder, mark, second_person, written
from trading.choices import InstructionSource, InstructionStatus, LateExcuse
from trading.exercise_errors import (
    ExerciseQuantityNotAboveZero,
    LongPositionNotFound,
    NoAvailablePosition,
    NotAContract,
    SymbolMissing,
)
from trading.instruction_errors import (
    DoNotExerciseIsTheFirms,
    DoNotExerciseNotFound,
    DoNotExerciseTooEarly,
    DoNotExerciseTooLarge,
    DoNotExerciseTooLate,
    EuropeanNotApplicable,
    EvidenceMissing,
    FilingDeadlinePassed,
    InstructionConfirmedByMaker,
    InstructionMoveImpossible,
    InstructionNotFound,
    ShortNotMarked,
    WhyMissing,
)
from trading.instruction_tasks import lapse_unconfirmed
from trading.instructions import in_force
from trading.models import Instruction, Refusal
from trading.rules.do_not_exercise import LateFiling
from trading.services.do_not_exercise import (
    confirm_do_not_exercise,
    reject_do_not_exercise,
    withdraw_do_not_exercise,
)

EARLY = "dne requests are only accepted on the expiration day of the option contract"
LATE = LateFiling(LateExcuse.GOOD_FAITH_ERROR, "The clerk read the wrong account number; call log 17.")


@pytest.fixture
def holder(acme, overview_market, clock_at):
    """Somebody long three calls, at eleven on the morning that they expire."""
    account = make_holder(acme.correspondent)
    clock_at(f"{EXPIRES} 11:00")
    return account


def refused(kind, act, *, message=None):
    """Assert that `act` is refused so, and that nothing was written."""
    before = written()
    with pytest.raises(kind) as refusal:
        act()
    assert written() == before
    if message is not None:
        assert str(refusal.value) == message
    return refusal.value


def counts(account):
    """Answer how many of the calls are not to be exercised."""
    return list(in_force(account_ids=[account.pk]).values())


def withdraw(actor, account, **given):
    return withdraw_do_not_exercise(actor=actor, account_id=account.pk, symbol_or_id=LONG_CALL, **given)


def test_the_last_in_time_counts_and_the_whole_position_is_meant_without_a_quantity(acme, ops, holder, clock_at):
    first = mark(acme.api_user, holder)
    whole = counts(holder)
    clock_at(f"{EXPIRES} 17:29")
    second = mark(ops, holder, "1", reason="The customer called.")

    first.refresh_from_db()
    assert (whole, counts(holder)) == ([3], [1])
    assert (first.status, first.source) == (InstructionStatus.SUPERSEDED, InstructionSource.API)
    assert (second.status, second.source) == (InstructionStatus.IN_FORCE, InstructionSource.STAFF)
    happened = Event.objects.filter(type__startswith="do_not_exercise").order_by("pk")
    assert list(happened.values_list("type", "subject_id")) == [
        ("do_not_exercise.in_force", str(first.pk)),
        ("do_not_exercise.superseded", str(first.pk)),
        ("do_not_exercise.in_force", str(second.pk)),
    ]
    assert happened[2].payload["qty"] == "1"


def test_it_never_counts_for_more_than_is_still_held(acme, holder, clock_at):
    mark(acme.api_user, holder)

    trade(holder, LONG_CALL, "sell", "2")
    part = counts(holder)
    trade(holder, LONG_CALL, "sell", "1")

    assert (part, counts(holder)) == ([1], [])


def test_it_works_at_level_zero(acme, holder):
    type(holder).objects.filter(pk=holder.pk).update(options_approved_level=0, trading_blocked=True)

    assert mark(acme.api_user, holder).status == InstructionStatus.IN_FORCE


def test_what_cannot_be_marked_is_refused_in_the_published_words(acme, holder):
    api, said = acme.api_user, "insufficient qty available (requested: 4, available: 3)"
    OptionContract.objects.filter(asset__symbol=SMALL_PUT).update(style="european")

    refused(DoNotExerciseTooLarge, lambda: mark(api, holder, "4"), message=said)
    refused(ExerciseQuantityNotAboveZero, lambda: mark(api, holder, "0.0"), message="qty must be > 0")
    refused(LongPositionNotFound, lambda: mark(api, holder, symbol=CALL), message=f"long position not found: {CALL}")
    refused(NotAContract, lambda: mark(api, holder, symbol="AAPL"), message="invalid symbol_or_contract_id")
    refused(SymbolMissing, lambda: mark(api, holder, symbol=" "), message="symbol missing")
    OptionContract.objects.filter(asset__symbol=LONG_CALL).update(style="european")
    european = "do-not-exercise is not applicable for European-style options"
    refused(EuropeanNotApplicable, lambda: mark(api, holder), message=european)
    assert Refusal.objects.filter(account=holder).count() == 6


def test_a_short_is_not_its_writers_to_mark(acme, overview_market, clock_at):
    writer = make_trader(acme.correspondent, shares={"AAPL": 100}, level=1)
    trade(writer, CALL, "sell", "1", "140.00")
    clock_at(f"{EXPIRES} 11:00")

    said = refused(ShortNotMarked, lambda: mark(acme.api_user, writer, symbol=CALL))

    assert said.body() == {"code": 40310001, "message": "cannot submit DNE for short position"}


@pytest.mark.parametrize(
    ("at", "kind", "message"),
    [
        ("2024-01-25 17:00", DoNotExerciseTooEarly, EARLY),
        ("2024-01-26 17:30", DoNotExerciseTooLate, "dne requests are not accepted after 17:30 ET"),
        ("2024-01-29 10:00", NoAvailablePosition, "no available position for the specified contract"),
    ],
)  # fmt: skip
def test_it_is_taken_on_the_day_of_expiration_until_the_cut_off(acme, holder, clock_at, at, kind, message):
    clock_at(at)

    refused(kind, lambda: mark(acme.api_user, holder), message=message)


def test_on_a_half_day_the_cut_off_comes_three_hours_earlier(acme, holder, clock_at):
    OptionContract.objects.filter(asset__symbol=LONG_CALL).update(expiration_date="2024-11-29")
    clock_at("2024-11-29 14:29:59")
    mark(acme.api_user, holder)
    clock_at("2024-11-29 14:30")

    refused(
        DoNotExerciseTooLate,
        lambda: mark(acme.api_user, holder, "1"),
        message="dne requests are not accepted after 14:30 ET",
    )
    refused(DoNotExerciseTooLate, lambda: withdraw(acme.api_user, holder))


def test_it_is_withdrawn_until_the_cut_off(acme, holder, clock_at):
    refused(DoNotExerciseNotFound, lambda: withdraw(acme.api_user, holder))
    mark(acme.api_user, holder)
    clock_at(f"{EXPIRES} 12:00")

    withdrawn = withdraw(acme.api_user, holder, reason="The customer changed their mind.")

    assert (withdrawn.status, counts(holder)) == (InstructionStatus.WITHDRAWN, [])
    mark(acme.api_user, holder, "2")
    clock_at(f"{EXPIRES} 17:30")
    refused(DoNotExerciseTooLate, lambda: withdraw(acme.api_user, holder))
    assert counts(holder) == [2]


def test_what_the_rules_filed_only_people_of_the_firm_take_back(acme, ops, holder):
    mark(system_user(), holder, "2", reason="The account cannot carry the exercise.")

    refused(DoNotExerciseIsTheFirms, lambda: withdraw(acme.api_user, holder))
    refused(DoNotExerciseIsTheFirms, lambda: mark(acme.api_user, holder, "1"))
    assert mark(acme.api_user, holder).quantity == 3
    mark(system_user(), holder, "2")
    assert withdraw(ops, holder).status == InstructionStatus.WITHDRAWN


def test_nobody_else_marks_anything(acme, globex, reader, rop, holder):
    for actor, kind in ((globex.ops, BrokerageError), (globex.api_user, BrokerageError)):
        assert refused(kind, lambda actor=actor: mark(actor, holder)).http_status == 404
    for actor in (reader, rop):
        refused(NotPermitted, lambda actor=actor: mark(actor, holder))
        refused(NotPermitted, lambda actor=actor: withdraw(actor, holder))


# --- After the cut-off -----------------------------------------------------------------------------------


def test_late_it_takes_an_excuse_evidence_and_a_second_person(acme, ops, rop, reader, globex, holder, clock_at):
    clock_at(f"{EXPIRES} 18:00")
    refused(DoNotExerciseTooLate, lambda: mark(ops, holder))
    refused(EvidenceMissing, lambda: mark(ops, holder, late=LateFiling(LateExcuse.UNMATCHED_TRADES, " late ")))
    refused(NotPermitted, lambda: mark(acme.api_user, holder, late=LATE))

    late = mark(ops, holder, "2", late=LATE)

    assert (late.status, late.excuse, late.reason, counts(holder)) == ("proposed", LATE.excuse, LATE.evidence, [])
    refused(InstructionConfirmedByMaker, lambda: confirm_do_not_exercise(actor=ops, instruction_id=late.pk))
    refused(NotPermitted, lambda: confirm_do_not_exercise(actor=reader, instruction_id=late.pk))
    refused(InstructionNotFound, lambda: confirm_do_not_exercise(actor=globex.rop, instruction_id=late.pk))
    confirm_do_not_exercise(actor=rop, instruction_id=late.pk)
    assert counts(holder) == [2]
    refused(InstructionMoveImpossible, lambda: confirm_do_not_exercise(actor=rop, instruction_id=late.pk))
    clock_at(f"{EXPIRES} 19:30")
    refused(
        FilingDeadlinePassed,
        lambda: mark(ops, holder, late=LATE),
        message="the firm could file instructions until 19:30 ET",
    )


def test_before_the_cut_off_no_excuse_is_needed(acme, ops, holder):
    filed = mark(ops, holder, late=LATE)

    assert (filed.status, filed.excuse) == (InstructionStatus.IN_FORCE, "")


def test_what_nobody_confirmed_by_the_filing_deadline_lapses(acme, ops, rop, holder, clock_at):
    clock_at(f"{EXPIRES} 18:00")
    late = mark(ops, holder, late=LATE)
    lapse_unconfirmed(clock_at(f"{EXPIRES} 19:29"))
    late.refresh_from_db()
    assert late.status == InstructionStatus.PROPOSED

    for _ in range(2):
        lapse_unconfirmed(clock_at(f"{EXPIRES} 19:30"))

    late.refresh_from_db()
    assert (late.status, counts(holder)) == (InstructionStatus.LAPSED, [])
    assert Event.objects.filter(type="do_not_exercise.lapsed").count() == 1
    refused(InstructionMoveImpossible, lambda: confirm_do_not_exercise(actor=rop, instruction_id=late.pk))


def test_what_is_turned_down_says_why(acme, ops, rop, holder, clock_at):
    clock_at(f"{EXPIRES} 18:00")
    late = mark(ops, holder, late=LATE)
    refused(WhyMissing, lambda: reject_do_not_exercise(actor=rop, instruction_id=late.pk, reason=" "))

    rejected = reject_do_not_exercise(actor=rop, instruction_id=late.pk, reason="The log shows no call.")

    assert (rejected.status, counts(holder)) == (InstructionStatus.REJECTED, [])
    assert rejected.reason.endswith("The log shows no call.")


def test_what_is_in_force_is_read_by_contract_and_by_account(acme, holder):
    mark(acme.api_user, holder, "2")
    instruction = Instruction.objects.get()

    assert in_force([instruction.asset_id]) == {(holder.pk, instruction.asset_id): Decimal(2)}
    assert in_force([]) == in_force(account_ids=[acme.firm_account.pk]) == {}


def test_admins_file_and_do_not_confirm(acme, holder, clock_at):
    admin = make_staff(Role.ADMIN, acme.correspondent)
    clock_at(f"{EXPIRES} 18:00")
    late = mark(second_person(acme.correspondent), holder, late=LATE)

    refused(NotPermitted, lambda: confirm_do_not_exercise(actor=admin, instruction_id=late.pk))
