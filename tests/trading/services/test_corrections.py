"""Executions taken back or changed after the fact: everything moves back, and both stay on the books (OR-9)."""

from decimal import Decimal
from uuid import uuid4

import pytest

from brokerage import clock
from brokerage.models import Event
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, held, make_trader, pin, submit, trade
from tests.trading.rates import charge
from trading.choices import FeeKind
from trading.instruments import read_holdings
from trading.models import AccruedFee, Activity, LedgerTransaction, Position
from trading.order_errors import ExecutionNotFound, ExecutionTakenBack, FillTooLarge
from trading.reconciliation import find_breaks
from trading.selectors import read_balances
from trading.services.corrections import BustReport, CorrectionReport, bust_fill, correct_fill
from trading.services.fee_booking import book_account_fees
from trading.services.fills import ExecutionReport, record_fill
from trading.services.venue_reports import record_cancel
from trading.settlement import unsettled_proceeds

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and shares."""
    return make_trader(acme.correspondent, cash="50000", level=2, shares={"AAPL": 100})


def fill(order, quantity="1", price="5.00"):
    report = ExecutionReport(uuid4(), order.pk, Decimal(quantity), Decimal(price), clock.now(), "CBOE")
    record_fill(report=report)
    order.refresh_from_db()
    return report.execution_id


def bust(execution_id):
    return bust_fill(report=BustReport(uuid4(), execution_id, clock.now()))


def correct(execution_id, quantity, price):
    report = CorrectionReport(uuid4(), execution_id, clock.now(), Decimal(quantity), Decimal(price))
    return report.execution_id, correct_fill(report=report)


def execution_of(order):
    return order.activities.get(quantity__gt=0).transaction.reference.removeprefix("fill:")


def position(account, symbol):
    return Position.objects.filter(account=account, asset__symbol=symbol).values_list("quantity", "cost_amount").get()


def test_a_busted_fill_of_an_open_order_leaves_everything_as_before_it(account):
    order = submit(account, LONG_CALL, "buy", "2", limit="5.35")
    free = read_holdings(account.pk).free_cash
    execution_id = fill(order)

    busted = bust(execution_id)

    assert (busted.status, busted.filled_quantity, busted.filled_value) == ("new", 0, 0)
    assert busted.hold_quantity == 1070
    assert (held(account, LONG_CALL), held(account, "USD")) == (0, 50000)
    assert read_holdings(account.pk).free_cash == free
    posted, reversal = LedgerTransaction.objects.filter(activity_type="FILL").order_by("pk")
    assert (reversal.reverses, posted.reverses) == (posted, None)
    face = reversal.activities.get()
    assert (face.quantity, face.side, face.net_amount, face.status) == (-1, "buy", 500, "canceled")
    assert (face.cumulative_quantity, face.leaves_quantity, face.exchange) == (0, 2, "CBOE")
    assert find_breaks() == []


def test_a_busted_fill_of_an_ended_order_leaves_it_ended(account):
    order = trade(account, LONG_CALL, "buy", "2")

    busted = bust(execution_of(order))

    assert (busted.status, busted.filled_quantity, busted.hold_quantity) == ("filled", 0, 0)
    assert find_breaks() == []


def test_both_streams_are_told_which_execution_it_was(account):
    order = trade(account, LONG_CALL, "buy")
    execution_id = execution_of(order)

    bust(execution_id)

    told = Event.objects.get(type="order.trade_bust").payload
    assert (told["previous_execution_id"], told["reason"]) == (execution_id, "TRADE_BUST")
    assert (told["price"], told["qty"], told["position_qty"]) == ("5.38", "1", "0")
    assert told["order"]["filled_qty"] == "0"
    balance = Event.objects.filter(type="account.balance_changed").latest("id").payload
    assert balance["cash"] == "50000"
    assert [(line["symbol"], line["qty"], line["cost_basis"]) for line in balance["positions"]] == [
        (LONG_CALL, "0", "0")
    ]


def test_a_busted_sale_leaves_nothing_that_waits_to_settle(account):
    withdrawable = read_balances(account).withdrawable_cash
    order = trade(account, "AAPL", "sell", "100")

    bust(execution_of(order))

    assert unsettled_proceeds([account.pk], clock.today()) == {account.pk: 0}
    assert read_balances(account).withdrawable_cash == withdrawable


def test_a_report_that_comes_twice_posts_once_and_a_second_one_is_refused(account):
    order = trade(account, LONG_CALL, "buy")
    report = BustReport(uuid4(), execution_of(order), clock.now())
    bust_fill(report=report)
    before = everything()

    bust_fill(report=report)
    with pytest.raises(ExecutionTakenBack):
        bust(report.previous_execution_id)

    assert everything() == before


def test_a_bust_that_comes_before_its_fill_is_refused_until_the_fill_is_there(account):
    order = submit(account, LONG_CALL, "buy", limit="5.35")
    report = ExecutionReport(uuid4(), order.pk, Decimal(1), Decimal("5.00"), clock.now())
    before = everything()

    with pytest.raises(ExecutionNotFound):
        bust(report.execution_id)
    assert everything() == before
    record_fill(report=report)

    assert bust(report.execution_id).filled_quantity == 0


def test_a_corrected_price_moves_cash_cost_and_average_and_can_be_corrected_again(account):
    order = submit(account, LONG_CALL, "buy", "2", limit="5.35")
    first = fill(order, "2", "5.30")

    second, corrected = correct(first, "2", "5.10")
    assert (corrected.status, corrected.filled_average_price) == ("filled", Decimal("5.1"))
    assert (held(account, "USD"), position(account, LONG_CALL)) == (50000 - 1020, (2, 1020))
    third, corrected = correct(second, "1", "5.00")

    assert (corrected.status, corrected.filled_quantity) == ("filled", 1)
    assert (held(account, "USD"), position(account, LONG_CALL)) == (50000 - 500, (1, 500))
    assert Event.objects.filter(type="order.trade_correct").latest("id").payload["previous_execution_id"] == str(second)
    rows = Activity.objects.filter(activity_type="FILL").order_by("transaction_id")
    assert [(row.quantity, row.price) for row in rows] == [
        *((2, Decimal("5.3")), (-2, Decimal("5.3")), (2, Decimal("5.1"))),
        *((-2, Decimal("5.1")), (1, Decimal("5"))),
    ]
    groups = [row.transaction.group_id for row in rows]
    assert groups[1] == groups[2] != groups[3] == groups[4]
    assert find_breaks() == []
    assert bust(third).filled_quantity == 0


def test_a_correction_to_more_than_is_left_is_refused_and_nothing_is_written(account):
    order = submit(account, LONG_CALL, "buy", "2", limit="5.35")
    execution_id = fill(order)
    before = everything()

    with pytest.raises(FillTooLarge):
        correct(execution_id, "3", "5.00")

    assert everything() == before


def test_the_cost_is_what_it_would_be_had_the_execution_never_been(account):
    """An average forgets what made it, so the trades are told again without the one that was busted."""
    order = submit(account, LONG_CALL, "buy", "4", limit="5.35")
    fill(order, "1", "5.00")
    dear = fill(order, "2", "5.35")
    record_cancel(order_id=order.pk)
    sale = submit(account, LONG_CALL, "sell", "1", limit="5.00")
    sold = fill(sale, "1", "6.00")

    bust(dear)
    assert position(account, LONG_CALL) == (0, 0)
    bust(sold)

    assert position(account, LONG_CALL) == (1, 500)
    assert find_breaks() == []


def test_a_late_bust_of_a_canceled_order_gives_nothing_back_to_it(account):
    order = submit(account, LONG_CALL, "buy", "2", limit="5.35")
    execution_id = fill(order)
    record_cancel(order_id=order.pk)

    busted = bust(execution_id)

    assert (busted.status, busted.filled_quantity, busted.hold_quantity) == ("canceled", 0, 0)
    assert read_holdings(account.pk).free_cash == 50000


def test_fees_go_back_on_the_day_of_the_report_and_are_paid_back_once_booked(account, clock_at):
    charge(FeeKind.ORF, "0.02685")
    order = trade(account, LONG_CALL, "buy", "2")
    same_day = trade(account, LONG_CALL, "buy", "1")
    bust(execution_of(same_day))
    assert AccruedFee.objects.values_list("exact_amount", "quantity", "executions").get() == (Decimal("0.0537"), 2, 1)
    today = clock.today()
    book_account_fees(account_id=account.pk, through=today, at=clock.now())
    clock_at("2024-01-25 10:00")

    bust(execution_of(order))
    owed = AccruedFee.objects.get(booked_by=None)
    assert (owed.trade_date.isoformat(), owed.exact_amount, owed.executions) == ("2024-01-25", Decimal("-0.0537"), -1)
    book_account_fees(account_id=account.pk, through=clock.today(), at=clock.now())

    assert [row.net_amount for row in Activity.objects.filter(activity_type="FEE").order_by("id")] == [
        Decimal("-0.06"),
        Decimal("0.06"),
    ]
    assert held(account, "USD") == 50000
    assert find_breaks() == []


def test_cover_that_a_bust_takes_away_is_announced_and_listed(acme, overview_market):
    account = make_trader(acme.correspondent, cash="50000", level=2)
    pin("AAPL", "189.90", "190.10")
    bought = trade(account, "AAPL", "buy", "100")
    trade(account, CALL, "sell")

    bust(execution_of(bought))

    told = Event.objects.get(type="account.cover_missing")
    assert told.payload == {"missing": [{"symbol": "AAPL", "qty": "100"}]}
    assert ("shorts are covered", "AAPL", 0, 100) in [
        (one.check, one.asset, one.found, one.expected) for one in find_breaks()
    ]
