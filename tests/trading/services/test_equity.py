"""What accounts are worth is stored while the session runs; history shows that and nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from alpaca.trading.models import PortfolioHistory
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brokerage.schedule import run_due
from tests.factories import make_account
from tests.market import LONG_CALL, PUT, give_cash, hold_shares, make_trader, pin, trade
from trading.equity_tasks import store_equity, store_equity_at_open
from trading.models import ClosingBalance, EquityPoint
from trading.portfolio_history import read_history
from trading.selectors import read_balances
from trading.services.equity import prune_equity_points

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(acme, overview_market, clock_at):
    """Shares, a long call and a short put, and cash, since 10:00."""
    run_due(clock_at("2024-01-24 09:45"))
    clock_at("2024-01-24 10:00")
    account = make_trader(acme.correspondent, cash="100000", level=2)
    for symbol, side, qty in (("AAPL", "buy", "100"), (LONG_CALL, "buy", "2"), (PUT, "sell", "1")):
        trade(account, symbol, side, qty)
    return account


def shown(api, account, query):
    answer = api.get(f"/v1/trading/accounts/{account.pk}/account/portfolio/history?{query}")
    assert answer.status_code == 200, answer.content
    PortfolioHistory(**answer.json())
    return answer.json()


def test_a_point_is_what_the_balances_say_and_comes_once_in_each_stretch(holder, clock_at):
    for time in ("10:05:00", "10:05:01", "10:09:59", "10:10:00"):
        store_equity(clock_at(f"2024-01-24 {time}"))

    points = list(EquityPoint.objects.filter(account=holder).order_by("at"))
    balances = read_balances(holder)
    assert [f"{point.at:%H:%M:%S}" for point in points] == ["15:05:00", "15:10:00"]
    assert {(point.equity_amount, point.cash_amount, point.unpriced_positions) for point in points} == {
        (balances.equity, balances.cash, 0)
    }


def test_nothing_is_stored_outside_sessions_and_cash_alone_only_at_the_open(acme, holder, clock_at):
    saver = make_account(acme.correspondent)
    give_cash(saver, "10")

    for time in ("2024-01-24 16:00", "2024-01-27 11:00"):
        store_equity(clock_at(time))
    assert not EquityPoint.objects.exists()
    store_equity(clock_at("2024-01-25 11:00"))
    assert not EquityPoint.objects.filter(account=saver).exists()
    store_equity_at_open(clock_at("2024-01-26 09:30"))
    assert EquityPoint.objects.get(account=saver).equity_amount == 10


def test_many_accounts_cost_the_round_trips_of_one(acme, holder, clock_at):
    def round_trips(time):
        at = clock_at(time)
        with CaptureQueriesContext(connection) as queries:
            store_equity(at)
        return len(queries)

    few = round_trips("2024-01-24 10:05")
    for _ in range(4):
        hold_shares(make_account(acme.correspondent), "AAPL", 1)

    assert round_trips("2024-01-24 10:10") == few
    assert EquityPoint.objects.count() > 5


def test_a_moved_clock_has_points_where_jobs_ran_and_the_close_is_one(holder, clock_at):
    run_due(clock_at("2024-01-25 11:00"))

    times = [
        f"{at:%d %H:%M}"
        for at in EquityPoint.objects.filter(account=holder).order_by("at").values_list("at", flat=True)
    ]
    close = ClosingBalance.objects.get(account=holder)
    assert times == ["24 21:00", "25 14:30", "25 16:00"]
    assert EquityPoint.objects.filter(account=holder, equity_amount=close.equity_amount).exists()


def test_old_points_go_and_closes_stay(holder, clock_at):
    at = clock_at("2024-01-24 10:05")
    store_equity(at)

    assert prune_equity_points(before=at) == 0
    assert prune_equity_points(before=at + timedelta(seconds=1)) == 1
    run_due(clock_at("2024-01-24 16:00"))
    run_due(clock_at("2024-03-15 16:00"))
    assert EquityPoint.objects.earliest("at").at >= clock_at("2024-02-09 16:00")
    assert ClosingBalance.objects.earliest("date").date.isoformat() == "2024-01-24"


def test_history_is_what_was_stored_net_of_what_came_in(acme, holder, acme_api, clock_at):
    store_equity(clock_at("2024-01-24 10:05"))
    run_due(clock_at("2024-01-24 16:00"))
    first = ClosingBalance.objects.get(account=holder).equity_amount
    clock_at("2024-01-25 10:00")
    give_cash(holder, "500")
    hold_shares(holder, "QS", 10)
    pin("AAPL", "199.90", "200.10", last="200.00")
    store_equity(clock_at("2024-01-25 10:05"))

    days = shown(acme_api, holder, "period=1W&timeframe=1D&cashflow_types=JNLC,JNLS,CSD")
    today = shown(acme_api, holder, "period=1D&timeframe=5Min")

    equity = [Decimal(str(value)) for value in days["equity"]]
    assert (len(equity), equity[0]) == (2, first)
    assert days["base_value"] == days["equity"][0]
    assert "base_value_asof" not in days
    gained = equity[1] - equity[0] - 500 - Decimal("68.10")
    assert Decimal(str(days["profit_loss"][1])) == gained > 900
    assert days["cashflow"] == {"JNLC": [100000, 500], "JNLS": [0, 68.1]}
    assert (today["base_value_asof"], Decimal(str(today["base_value"]))) == ("2024-01-24", first)
    assert [Decimal(str(value)) for value in today["profit_loss"]] == [gained]
    assert today["timestamp"] == [1706194800]
    assert (today["timeframe"], today["cashflow"]) == ("5Min", {})


def test_without_anything_stored_there_is_nothing_and_no_zero(holder, acme_api):
    history = shown(acme_api, holder, "")

    assert (history["timestamp"], history["equity"], history["base_value"]) == ([], [], None)
    assert history["base_value_reason"] == "no value was stored in this time"
    assert read_history(holder, period="1D").timestamps == ()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=soon", "period"),
        ("start=2024-01-01&end=2024-01-02&period=1D", "period"),
        ("start=yesterday", "start"),
        ("date_end=2024-13-01", "date_end"),
        ("date_end=2024-01-24&end=2024-01-24", "date_end"),
        ("extended_hours=perhaps", "extended_hours"),
        ("cashflow_types=FILL", "cashflow_types"),
        ("timeframe=1Min&period=1A", "timeframe"),
    ],
)
def test_a_bad_query_is_refused_by_name(acme, acme_api, query, field):
    answer = acme_api.get(f"/v1/trading/accounts/{acme.firm_account.pk}/account/portfolio/history?{query}")

    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (422, 40010001, [field])
