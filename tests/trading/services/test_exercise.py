"""Exercise: what moves at once, what is refused, and that two acts never use the same cash, shares or contracts."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from decimal import Decimal
from importlib import import_module
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.errors import AccountNotFound
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.models import Event
from options.models import OptionContract
from tests.factories import api_user, change_row
from tests.ledger import everything
from tests.market import held, hold_shares, make_trader, pin, submit, trade
from tests.options.contracts import list_contracts
from tests.trading.funding import ach_out, linked_ach
from tests.trading.rates import charge
from trading import exercise_errors as said
from trading.choices import FeeKind, InstructionKind, InstructionSource, InstructionStatus
from trading.errors import AccountMayNotTrade, InsufficientQuantity, OptionFraction, PositionIntentMismatch
from trading.funding_errors import CashNotWithdrawable
from trading.models import AccruedFee, Activity, Instruction, LedgerTransaction, Position, Refusal
from trading.reconciliation import find_breaks
from trading.services.exercise import exercise_position, preview_exercise
from trading.services.transfers import create_transfer

pytestmark = pytest.mark.django_db
CALL, PUT = "QS240301C00006500", "QS240301P00006500"
LOW_CALL = "QS240301C00004500"


@pytest.fixture
def market(clock_at):
    """The contracts of the overview's exercises on 27 February 2024; the call is in the money."""
    clock_at("2024-02-27 10:00")
    list_contracts(CALL, PUT, LOW_CALL)
    price(last="6.80", call=("0.30", "0.32"), put=("0.02", "0.04"))
    pin(LOW_CALL, "2.30", "2.32")


def price(*, last, call, put):
    pin("QS", last, last, last=last)
    pin(CALL, *call)
    pin(PUT, *put)


@pytest.fixture
def holder(acme, market):
    """An account with two calls, two puts, and cash for two calls: 1300.00 exactly."""
    account = make_trader(acme.correspondent, cash="1372", level=2)
    trade(account, CALL, "buy", "2")
    trade(account, PUT, "buy", "2")
    return account


def exercise(account, symbol=CALL, quantity=None, **how):
    return exercise_position(
        actor=how.pop("actor", None) or api_user(account.correspondent),
        account_id=account.pk,
        symbol_or_id=symbol,
        quantity=None if quantity is None else Decimal(quantity),
        **how,
    )


def book():
    """Answer all that a refusal leaves as it was: everything but that it was announced."""
    found = everything()
    return found | {"Event": [one for one in found["Event"] if not one["type"].endswith(".refused")]}


def refused(account, kind, symbol=CALL, quantity=None, **how):
    """Assert that it is refused so, that nothing was written, and that the refusal is kept; answer its facts."""
    before, kept = (book(), list(Instruction.objects.values())), Refusal.objects.count()
    with pytest.raises(kind) as refusal:
        exercise(account, symbol, quantity, **how)
    assert (book(), list(Instruction.objects.values())) == before
    assert Refusal.objects.count() == kept + 1
    return refusal.value.facts


def test_a_call_buys_the_shares_at_the_strike(holder):
    done = exercise(holder, quantity="1")

    assert (done.qty_exercised, done.qty_remaining) == (1, 1)
    assert (held(holder, CALL), held(holder, "QS"), held(holder, "USD")) == (1, 100, 650)
    row = done.instruction
    assert (row.kind, row.status, row.source) == (
        InstructionKind.EXERCISE,
        InstructionStatus.ACCEPTED,
        InstructionSource.API,
    )
    posted = LedgerTransaction.objects.filter(group_id=row.group_id).order_by("pk")
    assert [(one.activity_type, one.trade_date, one.settle_date) for one in posted] == [
        ("OPEXC", date(2024, 2, 27), date(2024, 2, 29)),
        ("OPTRD", date(2024, 2, 27), date(2024, 2, 29)),
    ]
    assert list(find_breaks()) == []


def test_the_premium_rolls_into_the_shares_and_nothing_is_gained(holder):
    exercise(holder, quantity="1")

    shares, calls = (Position.objects.get(account=holder, asset__symbol=symbol) for symbol in ("QS", CALL))
    assert (shares.cost_amount, calls.cost_amount) == (682, 32)
    assert [one.gain_amount for one in holder.lot_closings.all()] == [None]


def test_a_put_sells_the_shares_and_the_sale_is_charged_as_shares(holder):
    charge(FeeKind.TAF, "0.000195", asset_class="us_equity", side="sell")
    charge(FeeKind.REG, "0.0000206", asset_class="us_equity", side="sell")
    charge(FeeKind.CAT, "0.000048", asset_class="us_equity")
    hold_shares(holder, "QS", 200)
    price(last="6.10", call=("0.02", "0.04"), put=("0.40", "0.42"))

    done = exercise(holder, PUT)

    assert (done.qty_exercised, done.qty_remaining) == (2, 0)
    assert (held(holder, PUT), held(holder, "QS"), held(holder, "USD")) == (0, 0, 1300 + 1300)
    fees = AccruedFee.objects.filter(account=holder, trade_date=date(2024, 2, 27)).order_by("kind")
    assert [(fee.kind, fee.exact_amount) for fee in fees] == [("REG", Decimal("0.02678")), ("TAF", Decimal("0.039"))]
    assert list(find_breaks()) == []


def test_an_exercise_is_announced_with_what_it_moved(holder):
    newest = Event.objects.order_by("-pk").first().pk

    done = exercise(holder, quantity="2")

    events = list(Event.objects.filter(pk__gt=newest).order_by("pk"))
    assert [one.type for one in events] == [
        "exercise.accepted",
        "activity.executed",
        "activity.executed",
        "account.balance_changed",
    ]
    accepted = events[0].payload
    assert (accepted["symbol"], accepted["qty"], accepted["qty_remaining"]) == (CALL, "2", "0")
    assert (accepted["underlying_qty"], accepted["net_amount"]) == ("200", "-1300")
    assert accepted["group_id"] == str(done.instruction.group_id) == events[1].payload["group_id"]


@pytest.mark.parametrize(
    "at",
    [
        "2024-02-27 16:00",
        "2024-02-27 16:00:01",
        "2024-02-28 09:29:59",
        "2024-03-02 12:00",  # a Saturday, after the contract
        "2024-02-28 23:59",
    ],
)
def test_outside_market_hours_it_is_refused(holder, clock_at, at):
    clock_at(at)
    kind = said.NoAvailablePosition if at > "2024-03-02" else said.ExerciseClosed

    refused(holder, kind)


@pytest.mark.parametrize("at", ["2024-11-29 13:00", "2024-11-29 14:30", "2024-12-01 12:00", "2024-12-25 12:00"])
def test_half_day_afternoons_sundays_and_holidays_are_outside_market_hours(acme, clock_at, at):
    clock_at("2024-11-27 10:00")
    symbol = "QS241227C00004500"
    list_contracts(symbol)
    pin("QS", "6.80", "6.82", last="6.81")
    pin(symbol, "2.30", "2.32")
    account = make_trader(acme.correspondent, cash="1000", level=2)
    trade(account, symbol, "buy")
    clock_at(at)

    facts = refused(account, said.ExerciseClosed, symbol)

    assert facts["next_open"] > at[:10]


def test_a_second_before_the_close_it_is_taken(holder, clock_at):
    clock_at("2024-02-27 15:59:59")

    assert exercise(holder, quantity="1").qty_exercised == 1


def test_what_was_bought_today_is_exercised_today_and_all_of_it_without_a_quantity(holder):
    assert exercise(holder).qty_exercised == 2


def test_contracts_on_order_are_not_exercised(holder):
    submit(holder, CALL, "sell", "1", limit="9.00")

    facts = refused(holder, said.ExerciseTooLarge, quantity="2")
    assert (facts["requested"], facts["available"]) == (2, 1)
    assert exercise(holder).qty_exercised == 1
    refused(holder, said.NothingToExercise)


def test_a_cent_short_is_refused(holder):
    submit(holder, LOW_CALL, "buy", "1", limit="0.01")  # holds a dollar

    facts = refused(holder, said.InsufficientExerciseCash, quantity="2")

    assert (facts["required"], facts["available"]) == (1300, 1299)
    assert exercise(holder, quantity="1").qty_exercised == 1


def test_cash_that_secures_a_put_pays_for_no_exercise(acme, market):
    account = make_trader(acme.correspondent, cash="1300", level=2)
    trade(account, CALL, "buy", "1")
    trade(account, PUT, "sell", "1")

    facts = refused(account, said.InsufficientExerciseCash)

    assert (facts["required"], facts["available"]) == (650, 1300 - 32 + 2 - 650)


def test_pledged_shares_are_not_delivered(holder):
    hold_shares(holder, "QS", 250)
    trade(holder, LOW_CALL, "sell", "1")
    price(last="6.10", call=("0.02", "0.04"), put=("0.40", "0.42"))

    facts = refused(holder, said.InsufficientDeliverable, PUT)

    assert (facts["symbol"], facts["requested"], facts["available"]) == ("QS", 200, 150)
    assert exercise(holder, PUT, "1").qty_exercised == 1


@pytest.mark.parametrize(
    ("symbol", "quantity", "how", "kind"),
    [
        (CALL, "3", {}, said.ExerciseTooLarge),
        (CALL, "1e30", {}, said.ExerciseTooLarge),
        (CALL, "1.5", {}, OptionFraction),
        (CALL, "0", {}, said.ExerciseQuantityNotAboveZero),
        (CALL, "-1", {}, said.ExerciseQuantityNotAboveZero),
        (CALL, "1", {"commission": Decimal("0.25")}, said.ExerciseCommissionNotAllowed),
        (CALL, "1", {"commission": Decimal("-0.25")}, said.NegativeExerciseCommission),
        (PUT, None, {}, said.InsufficientDeliverable),
        (LOW_CALL, None, {}, said.LongPositionNotFound),
        ("QS240301C00009000", None, {}, said.LongPositionNotFound),
        (str(UUID(int=7)), None, {}, said.LongPositionNotFound),
        ("QS", None, {}, said.NotAContract),
        ("../QS", None, {}, said.NotAContract),
        (" ", None, {}, said.SymbolMissing),
    ],
)
def test_what_cannot_be_exercised_is_refused(holder, symbol, quantity, how, kind):
    refused(holder, kind, symbol, quantity, **how)


def test_a_contract_is_found_by_its_padded_symbol_and_its_id(holder):
    padded = "QS    " + CALL[2:]

    assert exercise(holder, padded, "1.0").qty_remaining == 1
    assert exercise(holder, str(Position.objects.get(account=holder, asset__symbol=CALL).asset_id)).qty_remaining == 0


def test_a_short_is_not_exercised(acme, market):
    account = make_trader(acme.correspondent, cash="1300", level=2)
    trade(account, PUT, "sell", "1")

    refused(account, said.ShortNotExercised, PUT)


def test_european_contracts_are_not_exercised_early(holder):
    OptionContract.objects.filter(asset__symbol=CALL).update(style="european")

    refused(holder, said.EuropeanNotExercised)


def test_an_account_that_may_not_trade_exercises_nothing(holder):
    change_row(holder, trading_blocked=True)

    refused(holder, AccountMayNotTrade)


def test_at_the_money_somebody_has_to_say_that_it_is_meant(holder, ops):
    price(last="6.50", call=("0.10", "0.12"), put=("0.10", "0.12"))

    refused(holder, said.ExerciseOutOfTheMoney, quantity="1")
    done = exercise(holder, quantity="1", actor=ops, confirmed=True)

    assert (done.instruction.reason, done.instruction.source) == ("confirmed though out of the money", "staff")
    assert (held(holder, "QS"), held(holder, "USD")) == (100, 650)


def test_a_preview_says_what_is_thrown_away_and_writes_nothing(holder, ops):
    price(last="6.80", call=("0.35", "0.40"), put=("0.02", "0.04"))
    before = everything()

    review = preview_exercise(actor=ops, account_id=holder.pk, symbol_or_id=CALL, quantity=Decimal(2)).review

    assert (review.worth.intrinsic, review.worth.time_value, review.time_value_lost) == (30, 5, 10)
    assert (review.needs_confirmation, review.delivery.shares, review.delivery.strike_amount) == (False, 200, -1300)
    assert everything() == before


def make_instruction(account, quantity):
    asset_id = Position.objects.get(account=account, asset__symbol=CALL).asset_id
    actor = api_user(account.correspondent)
    from brokerage import clock

    Instruction.objects.create(
        account=account,
        correspondent=account.correspondent,
        asset_id=asset_id,
        kind=InstructionKind.DO_NOT_EXERCISE,
        source=InstructionSource.API,
        status=InstructionStatus.IN_FORCE,
        quantity=quantity,
        received_at=clock.now(),
        entered_at=clock.now(),
        entered_by=actor,
    )


def test_a_do_not_exercise_for_a_part_leaves_the_rest(holder):
    make_instruction(holder, 1)

    facts = refused(holder, said.BeyondDoNotExercise, quantity="2")
    assert (facts["requested"], facts["dne_qty"], facts["available"]) == (2, 1, 1)
    assert exercise(holder).qty_exercised == 1


def test_a_position_marked_as_not_to_be_exercised_is_not(holder):
    make_instruction(holder, 2)

    refused(holder, said.PositionNotToBeExercised)


def test_a_reader_may_not_exercise_and_the_neighbor_does_not_see_the_account(holder, reader, globex):
    before = everything()

    with pytest.raises(NotPermitted):
        exercise(holder, actor=reader)
    with pytest.raises(AccountNotFound):
        exercise(holder, actor=api_user(globex.correspondent))

    assert everything() == before
    assert not Refusal.objects.exists()


def test_a_form_that_is_sent_twice_exercises_once(holder, ops):
    key = uuid4()

    first = exercise(holder, quantity="1", actor=ops, one_time_key=key)
    again = exercise(holder, quantity="1", actor=ops, one_time_key=key)

    assert (again.instruction, again.qty_remaining) == (first.instruction, 1)
    assert held(holder, CALL) == 1
    refused(holder, said.ExerciseKeyReused, quantity="2", actor=ops, one_time_key=key)


# --- Adjusted contracts ----------------------------------------------------------------------------------


def adjust(symbol, deliverable, cash="0"):
    OptionContract.objects.filter(asset__symbol=symbol).update(
        deliverable=deliverable, deliverable_cash_amount=Decimal(cash)
    )


@pytest.mark.parametrize(("deliverable", "cash"), [(150, "0"), (12, "57.13"), (133, "0")])
def test_an_adjusted_call_delivers_its_deliverable_for_the_whole_strike(holder, deliverable, cash):
    adjust(CALL, deliverable, cash)
    price(last="90.00", call=("0.30", "0.32"), put=("0.02", "0.04"))

    done = exercise(holder, quantity="1")

    assert (held(holder, "QS"), held(holder, "USD")) == (deliverable, 1300 - 650 + Decimal(cash))
    types = Activity.objects.filter(group_id=done.instruction.group_id).order_by("pk")
    expected = ["OPEXC", "OPTRD", "OPCSH"] if Decimal(cash) else ["OPEXC", "OPTRD"]
    assert [one.activity_type for one in types] == expected
    assert types[1].price == Decimal("6.5")
    assert Position.objects.get(account=holder, asset__symbol="QS").cost_amount == 682 - Decimal(cash)
    assert list(find_breaks()) == []


def test_the_strike_of_an_adjusted_call_has_to_be_there_before_its_cash_comes(holder):
    adjust(CALL, 12, "57.13")
    price(last="90.00", call=("0.30", "0.32"), put=("0.02", "0.04"))
    submit(holder, LOW_CALL, "buy", "1", limit="0.01")

    assert refused(holder, said.InsufficientExerciseCash)["required"] == 1300


def test_the_cash_that_an_adjusted_short_call_would_deliver_is_pledged(acme, market):
    account = make_trader(acme.correspondent, cash="100", level=2, shares={"QS": 200})
    trade(account, LOW_CALL, "sell", "2")
    list_contracts("QS240301C00000500")
    adjust(LOW_CALL, 12, "30.00")

    balances = preview_free(account)

    assert balances == (100 + 460 - 60, 200 - 24)
    assert list(find_breaks()) == []


def preview_free(account):
    from options.models import Asset
    from trading.instruments import read_holdings

    holdings = read_holdings(account.pk)
    return holdings.free_cash, holdings.free_quantity(Asset.objects.get(symbol="QS").pk)


# --- Races -----------------------------------------------------------------------------------------------


def race(monkeypatch, meetings, *acts):
    """Run two acts at once that meet right after their checks; answer the classes of what they raised.

    Where a lock keeps the second away, the first waits for it in vain and goes on.
    """
    both_there = threading.Barrier(2)

    def meet_after(path):
        module, _, name = path.rpartition(".")
        function = getattr(import_module(module), name)

        def then_meet(*args, **kwargs):
            answer = function(*args, **kwargs)
            with suppress(threading.BrokenBarrierError):
                both_there.wait(timeout=1)
            return answer

        monkeypatch.setattr(path, then_meet)

    for path in meetings:
        meet_after(path)

    def run(act):
        try:
            act()
        except BrokerageError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return [kind for kind in pool.map(run, acts) if kind]


EXERCISE, ORDER = "trading.services.exercise.review_exercise", "trading.services.orders.review_ticket"


@pytest.mark.django_db(transaction=True)
def test_contracts_are_exercised_or_sold_and_never_both(holder, monkeypatch):
    raised = race(
        monkeypatch,
        [EXERCISE, ORDER],
        lambda: exercise(holder, quantity="2"),
        # Said to close: left to be inferred, it is a covered call on the shares that an exercise has just brought.
        lambda: submit(holder, CALL, "sell", "2", limit="9.00", position_intent="sell_to_close"),
    )

    assert len(raised) == 1
    assert set(raised) <= {
        said.NothingToExercise,
        said.ExerciseTooLarge,
        InsufficientQuantity,
        said.LongPositionNotFound,
        PositionIntentMismatch,  # what a sale to close is told once nothing is held
    }
    assert list(find_breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_two_exercises_race_for_the_same_contracts_and_one_is_refused(holder, monkeypatch):
    raised = race(monkeypatch, [EXERCISE], *[lambda: exercise(holder, quantity="2")] * 2)

    assert raised == [said.LongPositionNotFound]
    assert (held(holder, "QS"), held(holder, "USD")) == (200, 0)


@pytest.mark.django_db(transaction=True)
def test_cash_pays_for_an_exercise_or_leaves_and_never_both(holder, monkeypatch):
    request = ach_out(linked_ach(holder, api_user(holder.correspondent)), "1300")

    raised = race(
        monkeypatch,
        [EXERCISE, "trading.services.transfers.read_cash"],
        lambda: exercise(holder, quantity="2"),
        lambda: create_transfer(actor=api_user(holder.correspondent), account_id=holder.pk, request=request),
    )

    assert raised in ([said.InsufficientExerciseCash], [CashNotWithdrawable])
    assert list(find_breaks()) == []
