"""Lots kept beside positions: what fills, deliveries, journals and busts make of them, to the cent."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.services.users import system_user
from brokerage import clock
from tests.market import CALL, LONG_CALL, PUT, SMALL_PUT, held, hold_shares, make_trader, submit, trade
from trading.models import Lot, LotClosing, Position
from trading.reconciliation import find_breaks
from trading.services.corrections import BustReport, CorrectionReport, bust_fill, correct_fill
from trading.services.delivery_steps import delivery_entries
from trading.services.fills import ExecutionReport, record_fill
from trading.services.ledger import post_all
from trading.services.lots import cost_of_leaving
from trading.services.rebuilding import rebuild_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and shares."""
    return make_trader(acme.correspondent, cash="90000", level=2, shares={"AAPL": 100})


def fill(order, quantity, price):
    """Execute a part of an order at a price, and answer the execution's id."""
    report = ExecutionReport(uuid4(), order.pk, Decimal(quantity), Decimal(price), clock.now())
    record_fill(report=report)
    return report.execution_id


def lots(account, symbol):
    """Answer the lots of a position, the oldest first: what is left, and what it cost."""
    rows = Lot.objects.filter(account=account, asset__symbol=symbol).order_by("opened_on", "id")
    return [(int(row.quantity), row.cost_amount) for row in rows]


def closings(account, symbol):
    rows = LotClosing.objects.filter(account=account, asset__symbol=symbol).order_by("id")
    return [(int(row.quantity), row.cost_amount, row.proceeds_amount, row.gain_amount) for row in rows]


def position(account, symbol):
    return Position.objects.filter(account=account, asset__symbol=symbol).values_list("quantity", "cost_amount").get()


def differences(account):
    return rebuild_account(actor=system_user(), account_id=account.pk, is_check=True)


def deliver(account, symbol, quantity, *, is_long):
    """Exercise (long) or assign (short) contracts, as the services of both do."""
    asset = Position.objects.select_related("asset__contract__underlying").get(account=account, asset__symbol=symbol)
    now = clock.now()
    with transaction.atomic():
        entries = delivery_entries(
            account,
            asset.asset,
            Decimal(quantity),
            is_long=is_long,
            at=now,
            on=now.date(),
            reference=f"test:{uuid4()}",
            option_cost=cost_of_leaving(account.pk, asset.asset_id, Decimal(quantity)),
        )
        post_all(entries)


def test_fills_open_lots_and_close_the_first_one_first(account):
    bought = submit(account, LONG_CALL, "buy", "5", limit="5.35")
    fill(bought, 3, "5.00")
    fill(bought, 2, "5.30")
    fill(submit(account, LONG_CALL, "sell", "4", limit="5.35"), 4, "6.00")

    assert lots(account, LONG_CALL) == [(0, 0), (1, 530)]
    assert closings(account, LONG_CALL) == [(3, 1500, 1800, 300), (1, 530, 600, 70)]
    assert position(account, LONG_CALL) == (1, 530)
    newest = LotClosing.objects.latest("id")
    assert (newest.opened_on, newest.closed_on, newest.is_long_term) == (date(2024, 1, 24), date(2024, 1, 24), False)
    assert newest.transaction.activities.get().order.side == "sell"
    assert find_breaks() == differences(account) == []


def test_a_written_put_that_is_bought_back_realizes_what_is_left_of_its_premium(account):
    trade(account, PUT, "sell", "2")
    fill(submit(account, PUT, "buy", "1", limit="3.00"), 1, "3.00")

    assert lots(account, PUT) == [(-1, -690)]
    assert closings(account, PUT) == [(1, -690, -300, 390)]
    assert find_breaks() == differences(account) == []


def test_an_opening_fill_reads_no_lot_and_a_closing_one_takes_three_statements(account):
    def statements(order, quantity):
        with connection.execute_wrapper(count):
            made.clear()
            fill(order, quantity, "5.00")
        return [sql for sql in made if "trading_lot" in sql]

    made = []

    def count(execute, sql, *more):
        made.append(str(sql))
        return execute(sql, *more)

    opening = submit(account, LONG_CALL, "buy", "9", limit="5.35")
    first = statements(opening, 4)
    second = statements(opening, 5)
    closing = statements(submit(account, LONG_CALL, "sell", "9", limit="5.00"), 9)

    assert [sql.split()[0] for sql in first] == [sql.split()[0] for sql in second] == ["INSERT"]
    assert [sql.split()[0] for sql in closing] == ["SELECT", "UPDATE", "INSERT"]


@pytest.mark.parametrize(
    ("symbol", "side", "is_long", "cost", "proceeds"),
    [
        (LONG_CALL, "buy", True, ("50.00", "538.00", "588.00"), None),
        (PUT, "sell", False, ("21000.00", "-690.00", "20310.00"), None),
        (CALL, "sell", False, None, ("5000.00", "14000.00", "19000.00")),
    ],
)
def test_a_premium_goes_into_the_shares_that_it_brought_or_took(account, symbol, side, is_long, cost, proceeds):
    trade(account, symbol, side)
    deliver(account, symbol, 1, is_long=is_long)

    [(quantity, left, came, gain)] = closings(account, symbol)
    assert (quantity, left == came, gain) == (1, True, None)
    if cost:
        shares = "PTON" if symbol == LONG_CALL else "TSLA"
        assert lots(account, shares) == [(100, Decimal(cost[0]) + Decimal(cost[1]))] == [(100, Decimal(cost[2]))]
        assert left == Decimal(cost[1])
    else:
        [(quantity, left, came, gain)] = closings(account, "AAPL")
        assert (quantity, came) == (100, Decimal(proceeds[0]) + Decimal(proceeds[1]))
        assert gain == came - left == 0
    assert find_breaks() == differences(account) == []


def test_shares_that_are_journaled_leave_the_oldest_lots_at_what_they_are_worth(account):
    hold_shares(account, "AAPL", 50)
    firm = account.correspondent.firm_account

    assert lots(account, "AAPL") == [(100, 19000), (50, 9500)]
    assert {quantity for quantity, _ in lots(firm, "AAPL")} == {0}
    assert {gain for *_, gain in closings(firm, "AAPL")} == {0}
    assert find_breaks() == differences(account) == differences(firm) == []


def test_a_bust_makes_lots_what_they_were_had_the_execution_never_been(account):
    bought = submit(account, LONG_CALL, "buy", "3", limit="5.35")
    dear = fill(bought, 1, "5.35")
    fill(bought, 2, "5.00")
    fill(submit(account, LONG_CALL, "sell", "1", limit="5.35"), 1, "6.00")
    assert closings(account, LONG_CALL) == [(1, 535, 600, 65)]

    bust_fill(report=BustReport(uuid4(), dear, clock.now()))

    assert lots(account, LONG_CALL) == [(1, 500)]
    assert closings(account, LONG_CALL) == [(1, 500, 600, 100)]
    assert position(account, LONG_CALL) == (1, 500)
    assert find_breaks() == differences(account) == []


def test_a_correction_of_a_contract_moves_the_cost_of_the_shares_that_it_brought(account):
    first = fill(submit(account, LONG_CALL, "buy", "2", limit="5.35"), 2, "5.30")
    deliver(account, LONG_CALL, 1, is_long=True)
    assert position(account, "PTON") == (100, 580)

    correct_fill(report=CorrectionReport(uuid4(), first, clock.now(), Decimal(2), Decimal("5.10")))

    assert position(account, "PTON") == (100, 560)
    assert position(account, LONG_CALL) == (1, 510)
    assert lots(account, "PTON") == [(100, 560)]
    assert find_breaks() == differences(account) == []


def test_positions_and_lots_are_rebuilt_from_the_ledger_alone(account):
    trade(account, LONG_CALL, "buy", "3")
    trade(account, LONG_CALL, "sell", "1")
    trade(account, SMALL_PUT, "sell", "2")
    kept = [list(model.objects.order_by("asset", "pk").values()) for model in (Position, LotClosing)]
    Lot.objects.filter(account=account).update(cost_amount=0, opened_on="2020-01-02")
    LotClosing.objects.filter(account=account).delete()
    Position.objects.filter(account=account, asset__symbol=LONG_CALL).update(quantity=1)

    with pytest.raises(CommandError, match="1 accounts differ"):
        call_command("rebuild_positions", "--check", stdout=StringIO(), stderr=StringIO())
    assert Lot.objects.filter(account=account, opened_on="2020-01-02").exists()
    said = StringIO()
    call_command("rebuild_positions", "--account", str(account.pk), stdout=said, stderr=StringIO())

    assert f"asset {LONG_CALL}: quantity 1 not 2" in said.getvalue()
    assert f"asset {LONG_CALL}: closings 0 not 1" in said.getvalue()
    assert "1 accounts in" in said.getvalue()
    assert said.getvalue().endswith(": 1 were rebuilt\n")
    assert find_breaks() == differences(account) == []
    again = [list(model.objects.order_by("asset", "pk").values()) for model in (Position, LotClosing)]
    new = ("id", "lot_id")
    assert [[{key: row[key] for key in row if key not in new} for row in rows] for rows in again] == [
        [{key: row[key] for key in row if key not in new} for row in rows] for rows in kept
    ]
    call_command("rebuild_positions", "--check", stdout=StringIO(), stderr=StringIO())


def test_a_book_from_before_lots_has_one_for_each_position_as_old_as_its_newest_purchase(account, clock_at):
    clock_at("2024-01-25 10:00")
    trade(account, LONG_CALL, "buy", "2")
    trade(account, PUT, "sell")
    trade(account, LONG_CALL, "sell")
    Lot.objects.all().delete()
    migration = import_module("trading.migrations.0011_lots_of_what_is_held")

    with connection.cursor() as cursor:
        cursor.execute(migration.ONE_LOT_EACH)

    rows = Lot.objects.filter(account=account).order_by("quantity")
    assert [(row.asset.symbol, int(row.quantity), row.cost_amount, str(row.opened_on)) for row in rows] == [
        (PUT, -1, Decimal(-690), "2024-01-25"),
        (LONG_CALL, 1, Decimal(538), "2024-01-25"),
        ("AAPL", 100, Decimal(19000), "2024-01-24"),
    ]
    assert all(row.opened_by.trade_date == row.opened_on and row.pk.version == 7 for row in rows)
    assert held(account, "AAPL") == 100
    assert find_breaks() == []
    with connection.cursor() as cursor:
        cursor.execute(migration.NONE)
    assert not Lot.objects.exists()
