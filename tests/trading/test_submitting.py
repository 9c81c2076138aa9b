"""Accepted orders reach the venue together, are executed in one commit, and stay whole one by one."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brokerage import clock, wake_ups
from brokerage.database import direct_parameters
from brokerage.models import Event
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, PUT, held, make_trader, pin, submit
from tests.trading.rates import charge
from trading.choices import FeeKind
from trading.models import AccruedFee, LedgerTransaction, Order
from trading.reconciliation import find_breaks
from trading.services.fills import ExecutionReport, execute_together
from trading.services.orders import cancel_order
from trading.tasks import submit_new_orders
from trading.venues.paper import SUBMITTING, PaperVenue

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and shares."""
    return make_trader(acme.correspondent, cash="50000", level=2, shares={"AAPL": 200})


@pytest.fixture
def other(acme, overview_market):
    """Another one, of the same firm."""
    return make_trader(acme.correspondent, cash="50000", level=2)


def report(order, price="5.38"):
    return ExecutionReport(uuid4(), order.pk, order.quantity, Decimal(price), clock.now(), "CBOE")


def statuses():
    return list(Order.objects.order_by("pk").values_list("status", flat=True))


def test_new_orders_of_all_accounts_are_executed_at_one_wake_up(account, other):
    charge(FeeKind.ORF, "0.02685")
    submit(account, LONG_CALL, "buy", "1")
    submit(other, LONG_CALL, "buy", "1")
    submit(account, LONG_CALL, "buy", "2")
    submit(account, CALL, "sell")

    submit_new_orders()

    assert statuses() == ["filled"] * 4
    fills = Event.objects.filter(type="order.fill").order_by("id")
    assert [(one.payload["order"]["symbol"], one.payload["position_qty"]) for one in fills] == [
        (LONG_CALL, "1"),
        (LONG_CALL, "1"),
        (LONG_CALL, "3"),
        (CALL, "-1"),
    ]
    assert LedgerTransaction.objects.filter(activity_type="FILL").count() == 4
    owed = AccruedFee.objects.order_by("exact_amount").values_list(
        "account_id", "quantity", "executions", "exact_amount"
    )
    assert list(owed) == [(other.pk, 1, 1, Decimal("0.02685")), (account.pk, 4, 3, Decimal("0.10740"))]
    assert (held(account, LONG_CALL), held(other, LONG_CALL), held(account, CALL)) == (3, 1, -1)
    assert find_breaks() == []


def test_many_executions_take_the_round_trips_of_one(account, other):
    charge(FeeKind.ORF, "0.02685")
    orders = [submit(owner, LONG_CALL, "buy") for owner in (account, account, other, account, other)]
    owners, reports, queries = [one.account_id for one in orders], [report(one) for one in orders], []
    for some in (slice(1), slice(1, None)):
        with CaptureQueriesContext(connection) as asked:
            execute_together(account_ids=owners[some], reports=reports[some])
        queries.append(len(asked))

    assert statuses() == ["filled"] * 5
    assert queries == [queries[0]] * 2


def test_what_has_to_be_decided_is_left_alone_and_holds_nobody_up(account, acme):
    """An order that ended meanwhile, one that is asked to be canceled, and a price beyond what the order holds."""
    canceled, asked, moved, plain = [submit(account, LONG_CALL, "buy") for _ in range(4)]
    Order.objects.filter(pk=canceled.pk).update(status="canceled", hold_quantity=0)
    cancel_order(actor=acme.api_user, account_id=account.pk, order_id=asked.pk)
    dear = replace(report(moved), price=Decimal("5.39"))

    before = everything()
    some = [report(canceled), report(asked), dear]
    assert execute_together(account_ids=[account.pk], reports=some) == set()
    assert everything() == before
    assert execute_together(account_ids=[account.pk], reports=[*some, report(plain)]) == {plain.pk}
    assert statuses() == ["canceled", "pending_cancel", "pending_new", "filled"]


def test_an_order_that_cannot_be_paid_any_more_is_rejected_and_the_others_fill(account, other):
    submit(account, PUT, "buy", "70")
    submit(other, LONG_CALL, "buy")
    pin(PUT, bid="8.00", ask="8.10")

    submit_new_orders()

    assert statuses() == ["rejected", "filled"]
    assert find_breaks() == []


def test_what_another_is_at_already_is_left_to_that_one(account):
    submit(account, LONG_CALL, "buy")

    with psycopg.connect(**direct_parameters(), autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(%s)", [SUBMITTING])
        submit_new_orders()
        assert statuses() == ["pending_new"]

    submit_new_orders()
    assert statuses() == ["filled"]


def test_a_task_on_its_way_is_not_sent_again_until_it_has_come():
    task = str(uuid4())

    assert [wake_ups.is_first(task), wake_ups.is_first(task)] == [True, False]
    wake_ups.has_come(task)
    assert wake_ups.is_first(task)


def test_each_look_reads_the_clock_anew(account, clock_at):
    order = submit(account, LONG_CALL, "buy")
    with clock.reading():
        assert clock.now() < order.expires_at
        clock_at("2024-01-26 17:00")

        PaperVenue().submit_new()

    assert statuses() == ["pending_new"]
    assert clock.now() > order.expires_at
