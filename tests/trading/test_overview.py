"""An account at a glance: its cash in parts that add up, its equity over time, what it is exposed to."""

from datetime import date
from decimal import Decimal

import pytest

from brokerage import clock
from tests.market import CALL, PUT, make_trader, submit, trade
from tests.trading.test_pages import HTMX, rows
from trading.choices import FeeKind
from trading.models import AccruedFee, ClosingBalance
from trading.overview import read_cash, read_exposure
from trading.rules.drawing import lengths, points_of_line, shares_of_bar
from trading.selectors import read_balances
from trading.settlement import unsettled_proceeds

D = Decimal


@pytest.fixture
def account(acme, overview_market):
    """An account that bought AAPL and wrote a call and a put, bids for more, and owes a fee."""
    account = make_trader(acme.correspondent, cash="50000")
    trade(account, "AAPL", "buy", "120")
    trade(account, CALL, "sell")
    trade(account, PUT, "sell")
    trade(account, "AAPL", "buy", "3", "1")
    AccruedFee.objects.create(account=account, trade_date=date(2024, 1, 24), kind=FeeKind.ORF, exact_amount=D("0.0231"))
    return account


@pytest.fixture
def desk(client, account, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def test_the_parts_of_the_cash_add_up_to_it(account):
    picture = read_cash(account)
    balances = read_balances(account)

    amounts = {one.name: one.amount for one in picture.segments}
    assert amounts == {
        "free": balances.buying_power,
        "orders": D(3),
        "puts": D(21000),
        "transfers": D(0),
        "fees": D("0.03"),
    }
    assert sum(amounts.values()) == picture.cash == balances.cash
    assert picture.missing == 0
    assert sum(one.length for one in picture.segments) == 100


def test_what_is_not_settled_says_when_it_is(desk, account):
    days = read_cash(account).unsettled

    assert sum(one.amount for one in days) == unsettled_proceeds([account.pk], clock.today())[account.pk] > 0
    assert [one.settle_date for one in days] == [date(2024, 1, 25)]
    assert "unsettled, settles" in desk.get(f"/accounts/{account.pk}/balances").content.decode()


def test_each_part_leads_to_what_binds_it(account):
    picture = read_cash(account)
    parts = {one.name: one.bindings for one in picture.segments}
    order = account.orders.get(limit_price=1)

    assert [one.url for one in parts["orders"]] == [f"/accounts/{account.pk}/orders/{order.pk}"]
    assert [(one.amount, one.label) for one in parts["puts"]] == [(D(21000), "Short TSLA Jan 26 2024 210 Put")]
    (bound,) = picture.bound
    assert (bound.symbol, bound.quantity, bound.bound, bound.free) == ("AAPL", 120, 100, 20)
    assert [one.label for one in bound.bindings] == ["Short AAPL Jan 26 2024 50 Call"]


def test_only_so_many_are_named(account):
    for _ in range(7):
        submit(account, "AAPL", "buy", "1", "2")

    orders = read_cash(account).segments[1]

    assert (len(orders.bindings), orders.further, orders.amount) == (6, 2, 17)


def test_what_is_bound_beyond_the_cash_is_missing(account):
    AccruedFee.objects.update(exact_amount=D(100_000))

    picture = read_cash(account)

    assert picture.segments[0].amount == -picture.missing < 0
    assert sum(one.amount for one in picture.segments) == picture.cash
    assert sum(one.length for one in picture.segments) == 100


def test_both_exposures_add_up_to_what_the_positions_are_worth(account):
    by_underlying, by_expiration = read_exposure(account)
    balances = read_balances(account)

    worth = balances.long_market_value + balances.short_market_value
    for table in (by_underlying, by_expiration):
        assert sum(row.value for row in table.rows) == table.total.value == worth
    assert balances.cash + worth == balances.equity
    aapl, tsla = by_underlying.rows
    assert (aapl.label, aapl.value, aapl.shares, aapl.short_contracts, aapl.shares_to_deliver) == (
        *("AAPL", D(22800) - D(14025)),
        *(120, 1, 100),
    )
    assert (tsla.label, tsla.cash_to_pay, tsla.shares) == ("TSLA", D(21000), 0)
    assert [row.label for row in by_expiration.rows] == ["2024-01-26", "Shares"]
    assert by_expiration.rows[0].short_contracts == 2


def test_without_a_quote_a_position_counts_at_cost_and_says_so(account, clock_at):
    clock_at("2024-01-29 10:00")  # the contracts have expired, and nobody quotes them

    by_underlying, _ = read_exposure(account)

    assert (by_underlying.total.at_cost, by_underlying.rows[0].value) == (2, D(22800) - D(14000))


def test_the_page_shows_all_parts_and_a_swap_one(desk, account):
    url = f"/accounts/{account.pk}/balances"
    whole = desk.get(url).content.decode()

    for part in ("balances", "equity", "cash", "exposure"):
        alone = desk.get(url, headers=HTMX | {"HX-Target": part}).content.decode().strip()
        assert alone in whole
        assert f'id="{part}"' in alone
    assert "No values in this period." in whole


def test_equity_is_shown_as_it_was_stored(desk, account):
    amounts = {field.name: 0 for field in ClosingBalance._meta.fields if field.name.endswith("_amount")}
    for day, equity in ((22, "50000.10"), (23, "49999.00")):
        row = amounts | {"equity_amount": D(equity)}
        ClosingBalance.objects.create(account=account, date=date(2024, 1, day), **row)

    said = desk.get(f"/accounts/{account.pk}/balances?period=1W", headers=HTMX | {"HX-Target": "equity"})

    assert [row[1] for row in rows(said)] == []
    assert [one.equity for one in said.context["equity"].points] == [D("50000.10"), D("49999.00")]
    assert 'data-equity="49999.00"' in said.content.decode()
    assert desk.get(f"/accounts/{account.pk}/balances?period=9Z").context["equity"].period == "1M"


def test_an_account_without_anything_says_so(desk, account):
    empty = make_trader(account.correspondent, level=0)

    said = desk.get(f"/accounts/{empty.pk}/balances").content.decode()

    assert "No positions." in said
    assert read_cash(empty).cash == 0


def test_the_overview_costs_the_same_however_much_is_bound(desk, account, django_assert_max_num_queries):
    for _ in range(20):
        submit(account, "AAPL", "buy", "1", "2")

    with django_assert_max_num_queries(40):
        desk.get(f"/accounts/{account.pk}/balances")


@pytest.mark.parametrize(
    ("amounts", "drawn"),
    [
        ([], []),
        ([0, 0], [(0, 0), (0, 0)]),
        ([1, 1, 1], [(0, "33.33"), ("33.33", "33.34"), ("66.67", "33.33")]),
        ([-5, 3, 1], [(0, 0), (0, 75), (75, 25)]),
    ],
)
def test_the_parts_of_a_bar_meet_and_fill_it(amounts, drawn):
    assert shares_of_bar([D(one) for one in amounts]) == [(D(start), D(length)) for start, length in drawn]


def test_lines_and_lengths_of_little():
    assert points_of_line([], width=10, height=4) == ""
    assert points_of_line([D(5)], width=10, height=4) == "0.00,2.00"
    assert points_of_line([D(1), D(3), D(2)], width=10, height=4) == "0.00,4.00 5.00,0.00 10.00,2.00"
    assert lengths([D(-4), D(2), D(0)]) == [100, 50, 0]
    assert lengths([D(0)]) == [0]
