"""What the venue reports, posted once: ledger, position, cash, activity, event."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from brokerage import clock
from brokerage.models import Event
from brokerage.schedule import run_due
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, PUT, held, make_trader, pin, submit, trade
from tests.trading.rates import charge
from trading.choices import FeeKind, OrderStatus
from trading.instruments import read_holdings
from trading.models import AccruedFee, Activity, Order, Posting
from trading.order_errors import (
    FillTooLarge,
)
from trading.reconciliation import find_breaks
from trading.services.fills import ExecutionReport, execute_on_paper, record_fill
from trading.services.orders import cancel_order
from trading.services.venue_reports import record_cancel
from trading.tasks import work_open_orders
from trading.venues.paper import PaperVenue

pytestmark = pytest.mark.django_db
FILL_QUERIES = 14


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and shares."""
    return make_trader(acme.correspondent, cash="50000", level=2, shares={"AAPL": 200})


def report(order, quantity="1", price="5.38"):
    return ExecutionReport(uuid4(), order.pk, Decimal(quantity), Decimal(price), clock.now())


def test_a_market_buy_fills_at_the_offer_and_everything_moves_once(account):
    order = trade(account, LONG_CALL, "buy", "2")

    assert (order.status, order.filled_quantity, order.filled_average_price) == ("filled", 2, Decimal("5.38"))
    assert order.hold_quantity == 0
    assert (held(account, LONG_CALL), held(account, "USD")) == (2, Decimal("48924.00"))
    fill = Activity.objects.get(activity_type="FILL")
    assert (fill.side, fill.quantity, fill.price, fill.net_amount) == ("buy", 2, Decimal("5.38"), -1076)
    assert (fill.cumulative_quantity, fill.leaves_quantity, fill.order_status) == (2, 0, "filled")
    assert fill.transaction.settle_date.isoformat() == "2024-01-25"
    event = Event.objects.get(type="order.fill")
    assert (event.payload["price"], event.payload["qty"], event.payload["position_qty"]) == ("5.38", "2", "2")
    assert find_breaks() == []


def test_a_report_that_comes_twice_posts_once(account):
    order = submit(account, LONG_CALL, "buy", "2", limit="5.35")
    first = report(order)
    record_fill(report=first)
    before = everything()

    record_fill(report=first)

    assert everything() == before


def test_a_fill_takes_the_same_round_trips_whatever_the_book(account, django_assert_num_queries):
    """BEGIN and COMMIT included: whose order it is, the lock, the order with all that decides, and what is written.

    Fees are one upsert of these; what is free is one query more, where the execution costs more than the order holds.
    """
    charge(FeeKind.ORF, "0.02685")
    order = submit(account, PUT, "sell", limit="6.90")

    executed = replace(report(order, "1", "6.90"), exchange="CBOE")

    with django_assert_num_queries(FILL_QUERIES):
        execute_on_paper(report=executed)

    assert AccruedFee.objects.count() == 1


def test_a_written_put_holds_the_full_strike_once_filled(account):
    order = submit(account, PUT, "sell")
    assert read_holdings(account.pk).free_cash == Decimal("50000") - 20310

    PaperVenue().submit(order.pk)

    holdings = read_holdings(account.pk)
    assert (holdings.cash, holdings.held_cash, holdings.pledged_cash) == (Decimal("50690"), 0, 21000)
    assert holdings.free_cash == Decimal("29690")


def test_a_reservation_becomes_collateral_contract_by_contract(account):
    order = submit(account, PUT, "sell", "2", limit="6.90")
    free = [read_holdings(account.pk).free_cash]
    for _ in range(2):
        record_fill(report=report(order, "1", "6.90"))
        free.append(read_holdings(account.pk).free_cash)

    assert free == [Decimal("9380")] * 3
    assert find_breaks() == []


def test_pledged_shares_stay_pledged_through_the_fill_and_are_free_after_buying_back(account):
    trade(account, CALL, "sell", "2")
    assert read_holdings(account.pk).free_quantity(_asset("AAPL")) == 0

    trade(account, CALL, "buy", "2")

    assert held(account, CALL) == 0
    assert read_holdings(account.pk).free_quantity(_asset("AAPL")) == 200


def _asset(symbol):
    from options.models import Asset

    return Asset.objects.get(symbol=symbol).pk


def test_a_larger_execution_than_is_left_is_refused(account):
    order = submit(account, LONG_CALL, "buy", "2", limit="5.35")
    before = everything()

    with pytest.raises(FillTooLarge):
        record_fill(report=report(order, "3"))

    assert everything() == before


def test_an_execution_that_comes_after_the_cancellation_is_posted_all_the_same(account):
    order = submit(account, LONG_CALL, "buy", limit="5.35")
    record_cancel(order_id=order.pk)

    late = record_fill(report=report(order))

    assert (late.status, late.filled_quantity, late.hold_quantity) == ("canceled", 1, 0)
    assert held(account, LONG_CALL) == 1
    assert find_breaks() == []


def test_a_request_to_cancel_outlives_a_partial_fill(account):
    order = trade(account, LONG_CALL, "buy", "2", limit="5.00")
    cancel_order(actor=order.submitted_by, account_id=account.pk, order_id=order.pk)

    assert record_fill(report=report(order, price="5.00")).status == "pending_cancel"

    work_open_orders(clock.now())
    order.refresh_from_db()
    assert (order.status, order.filled_quantity, order.hold_quantity) == ("canceled", 1, 0)


# --- Prices that move between the review and the fill --------------------------------------------


def test_a_market_buy_whose_price_ran_away_is_rejected_and_never_overdraws(acme, overview_market, clock_at):
    account = make_trader(acme.correspondent, cash="690")
    clock_at("2024-01-24 18:00")
    order = submit(account, "QS", "buy", "100")
    clock_at("2024-01-25 10:00")
    pin("QS", "7.00", "7.01")

    work_open_orders(clock.now())

    order.refresh_from_db()
    assert (order.status, order.hold_quantity, held(account, "USD")) == ("rejected", 0, 690)


def test_a_market_buy_whose_price_rose_draws_on_free_cash(acme, overview_market, clock_at):
    account = make_trader(acme.correspondent, cash="701")
    clock_at("2024-01-24 18:00")
    order = submit(account, "QS", "buy", "100")
    clock_at("2024-01-25 10:00")
    pin("QS", "7.00", "7.01")

    work_open_orders(clock.now())

    order.refresh_from_db()
    assert (order.status, held(account, "USD")) == ("filled", 0)


def test_a_put_whose_premium_fell_is_not_written_beyond_the_cash_behind_it(acme, overview_market):
    account = make_trader(acme.correspondent, cash="20310", level=1)
    order = submit(account, PUT, "sell")
    pin(PUT, "1.00", "1.10")

    work_open_orders(clock.now())

    order.refresh_from_db()
    assert (order.status, held(account, PUT)) == ("rejected", 0)
    assert read_holdings(account.pk).free_cash == 20310


def test_average_price_is_over_all_executions(account):
    order = submit(account, LONG_CALL, "buy", "3", limit="5.35")

    record_fill(report=report(order, "1", "5.00"))
    record_fill(report=report(order, "2", "5.30"))

    order.refresh_from_db()
    assert order.filled_average_price == Decimal("5.2")
    assert held(account, "USD") == 50000 - 500 - 1060


# --- The paper venue -----------------------------------------------------------------------------


def test_a_limit_that_is_not_marketable_rests_until_the_quote_reaches_it(account):
    order = trade(account, LONG_CALL, "buy", limit="5.00")
    assert order.status == "new"

    pin(LONG_CALL, "4.90", "4.95")
    work_open_orders(clock.now())

    order.refresh_from_db()
    assert (order.status, order.filled_average_price) == ("filled", Decimal("4.95"))
    assert read_holdings(account.pk).held_cash == 0


def test_an_order_larger_than_the_size_fills_in_part_and_goes_on(account):
    pin(LONG_CALL, "5.30", "5.38", size=2)

    order = trade(account, LONG_CALL, "buy", "3")
    assert (order.status, order.filled_quantity) == ("partially_filled", 2)
    assert Activity.objects.get(activity_type="FILL").leaves_quantity == 1

    work_open_orders(clock.now())
    order.refresh_from_db()
    assert order.status == "filled"
    assert find_breaks() == []


def test_share_sizes_are_round_lots(account):
    pin("QS", "6.80", "6.82", size=1)

    assert trade(account, "QS", "buy", "150").filled_quantity == 100


def test_an_order_that_waits_for_the_session_fills_in_it(account, clock_at):
    clock_at("2024-01-24 18:00")
    order = trade(account, "QS", "buy", "10")
    assert order.status == "accepted"

    clock_at("2024-01-25 09:30")
    work_open_orders(clock.now())

    order.refresh_from_db()
    assert order.status == "filled"


def test_a_day_order_expires_at_the_close_and_lets_go(account, clock_at):
    run_due(clock_at("2024-01-24 10:30"))
    order = trade(account, LONG_CALL, "buy", limit="5.00")
    close = clock_at("2024-01-24 16:00")

    ran = run_due(close)

    order.refresh_from_db()
    assert "expire_day_orders" in [job.name for job in ran]
    assert (order.status, order.expired_at, order.hold_quantity) == ("expired", close, 0)


def test_nothing_fills_outside_the_session(account, clock_at):
    order = submit(account, LONG_CALL, "buy")
    clock_at("2024-01-24 16:00")

    work_open_orders(clock.now())

    assert Order.objects.get(pk=order.pk).status == OrderStatus.PENDING_NEW


# --- The ledger ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trading_posting SET quantity = 1",
        "DELETE FROM trading_posting",
        "UPDATE trading_activity SET net_amount = 1",
        "DELETE FROM trading_activity",
        "UPDATE trading_ledgertransaction SET reference = 'x'",
        "DELETE FROM trading_ledgertransaction",
    ],
)
def test_the_ledger_is_append_only(account, statement):
    trade(account, LONG_CALL, "buy")

    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_broken_projection_is_found(account):
    trade(account, LONG_CALL, "buy")
    account.positions.filter(asset__symbol=LONG_CALL).update(quantity=2)

    assert [(one.check, one.asset, one.found, one.expected) for one in find_breaks()] == [
        ("positions equal their postings", LONG_CALL, 2, 1),
        ("lots add up to positions", LONG_CALL, 2, 1),
        ("what accounts have the house gave", LONG_CALL, 2, 1),
    ]


def test_every_posting_has_a_source_and_a_destination(account):
    trade(account, LONG_CALL, "buy")

    for posting in Posting.objects.all():
        assert bool(posting.source_account_id) != bool(posting.source_book)
        assert bool(posting.destination_account_id) != bool(posting.destination_book)


# --- Moving the clock ----------------------------------------------------------------------------


def test_an_order_that_waits_is_worked_in_every_session_that_the_clock_passes(account, clock_at):
    run_due(clock_at("2024-01-24 18:00"))
    marketable = submit(account, "QS", "buy", "10", limit="7.00")

    run_due(clock_at("2024-01-25 18:00"))

    marketable.refresh_from_db()
    assert (marketable.status, marketable.filled_at) == ("filled", clock_at("2024-01-25 09:30"))
