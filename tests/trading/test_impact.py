"""What another options level does to open orders and positions: opening stops, nothing is stranded (AA-14)."""

from decimal import Decimal

import pytest

from options.choices import Right, Strategy
from tests.factories import make_customer
from tests.market import CALL, LONG_CALL, SMALL_PUT, make_trader, submit, trade
from trading.impact import read_impact
from trading.models import Order
from trading.rules.impact import is_barred, opened_by, way_out

HTMX = {"HX-Request": "true"}


@pytest.fixture
def trader(acme, overview_market):
    """An account with a call written, a call held, and orders that rest: a put to write, a call to buy, shares."""
    trader = make_trader(acme.correspondent, cash="50000", shares={"AAPL": 200})
    for symbol, side, limit in ((CALL, "sell", "140.00"), (LONG_CALL, "buy", "5.40")):
        trade(trader, symbol, side, "1", limit)
    for symbol, side, limit in ((SMALL_PUT, "sell", "4.00"), (LONG_CALL, "buy", "1.00"), (CALL, "sell", "300.00")):
        submit(trader, symbol, side, "1", limit)
    submit(trader, LONG_CALL, "sell", "1", "50.00")
    submit(trader, "AAPL", "buy", "1", "1.00")
    return trader


@pytest.mark.parametrize(
    ("level", "barred"),
    [
        (0, {Strategy.COVERED_CALL, Strategy.CASH_SECURED_PUT, Strategy.LONG_CALL, Strategy.LONG_PUT}),
        (1, {Strategy.LONG_CALL, Strategy.LONG_PUT}),
        (2, set()),
        (3, set()),
    ],
)
def test_a_level_bars_opening_beyond_it_and_never_closing(level, barred):
    assert {strategy for strategy in Strategy if is_barred(strategy, level)} == barred


@pytest.mark.parametrize(
    ("right", "quantity", "strategy"),
    [
        (Right.CALL, "1", Strategy.LONG_CALL),
        (Right.PUT, "1", Strategy.LONG_PUT),
        (Right.CALL, "-1", Strategy.COVERED_CALL),
        (Right.PUT, "-1", Strategy.CASH_SECURED_PUT),
    ],
)
def test_more_of_a_position_is_opened_as_it_was(right, quantity, strategy):
    assert opened_by(right, Decimal(quantity)) is strategy


def test_what_is_held_is_never_stranded():
    assert way_out(Right.CALL, Decimal(1)) == "Can be sold, exercised, or left to expire."
    assert "shares behind it stay pledged" in way_out(Right.CALL, Decimal(-1))
    assert "cash behind it stays pledged" in way_out(Right.PUT, Decimal(-1))


@pytest.mark.parametrize(
    ("level", "orders", "positions"),
    [
        (0, {("sell", SMALL_PUT), ("buy", LONG_CALL), ("sell", CALL)}, {CALL, LONG_CALL}),
        (1, {("buy", LONG_CALL)}, {LONG_CALL}),
        (2, set(), set()),
    ],
)
def test_the_orders_and_positions_that_a_level_affects(trader, level, orders, positions):
    impact = read_impact(trader, level)

    assert {(order.side, order.asset.symbol) for order in impact.orders} == orders
    assert {kept.asset.symbol for kept in impact.positions} == positions
    assert Order.objects.open().filter(account=trader).count() == 5


def test_it_is_read_in_two_queries(trader, django_assert_num_queries):
    with django_assert_num_queries(2):
        read_impact(trader, 0)


def test_the_part_is_the_same_fetched_and_included(client, trader, ops):
    client.force_login(ops)
    url = f"/accounts/{trader.pk}/options-impact?level=0"

    page, part = client.get(url).content.decode(), client.get(url, headers=HTMX).content.decode()

    assert part.strip() in page
    assert "3 open orders stay open" in part
    assert "2 positions can be closed, and not added to" in part


@pytest.mark.parametrize("level", ["-1", "4", "two", "1.5", ""])
def test_a_level_that_does_not_exist_is_not_found(client, trader, ops, level):
    client.force_login(ops)

    assert client.get(f"/accounts/{trader.pk}/options-impact?level={level}").status_code == 404


def test_strangers_find_nothing_and_nobody_signs_in(client, acme, globex, trader):
    url = f"/accounts/{trader.pk}/options-impact?level=0"

    assert client.get(url)["Location"].startswith("/sign-in")
    for stranger in (globex.ops, make_customer(acme.correspondent)):
        client.force_login(stranger)
        assert client.get(url).status_code == 404
