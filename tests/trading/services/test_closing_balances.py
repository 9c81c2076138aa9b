"""What accounts were worth at a close: the balances of that instant, kept."""

from decimal import Decimal

import pytest
from alpaca.trading.models import TradeAccount
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from brokerage.schedule import run_due
from options.market.silent import SilentMarket
from tests.factories import make_account
from tests.market import LONG_CALL, PUT, give_cash, make_trader, trade
from trading.models import ClosingBalance
from trading.selectors import read_balances
from trading.tasks import close_the_books
from trading.trading_account import trading_account_object

pytestmark = pytest.mark.django_db
AMOUNTS = {
    "cash": "cash_amount",
    "equity": "equity_amount",
    "long_market_value": "long_market_value_amount",
    "short_market_value": "short_market_value_amount",
    "pledged_cash": "initial_margin_amount",
    "buying_power": "buying_power_amount",
}


@pytest.fixture
def holder(acme, overview_market, clock_at):
    """Long shares and a call, short a put, cash beside."""
    run_due(clock_at("2024-01-24 11:00"))
    account = make_trader(acme.correspondent, cash="100000", level=2)
    trade(account, "AAPL", "buy", "100")
    trade(account, LONG_CALL, "buy", "1")
    trade(account, PUT, "sell", "1")
    return account


def test_the_close_keeps_what_the_balances_say_then(holder, clock_at):
    at = clock_at("2024-01-24 16:00")

    run_due(at)

    stored = ClosingBalance.objects.get(account=holder)
    balances = read_balances(holder)
    assert stored.date.isoformat() == "2024-01-24"
    assert {name: getattr(stored, name) for name in ("cash_amount", "initial_margin_amount")} == {
        "cash_amount": balances.cash,
        "initial_margin_amount": balances.pledged_cash,
    }
    assert stored.equity_amount == (
        stored.cash_amount + stored.long_market_value_amount + stored.short_market_value_amount
    )
    assert stored.equity_amount == balances.equity  # at the pinned quotes, as every page says it
    assert stored.buying_power_amount == balances.buying_power
    assert stored.unpriced_positions == 0
    assert Account.objects.get(pk=holder.pk).last_equity_amount == stored.equity_amount


def test_running_a_close_again_changes_nothing(holder, clock_at):
    at = clock_at("2024-01-24 16:00")
    close_the_books(at)
    before = list(ClosingBalance.objects.values())

    close_the_books(at)

    assert list(ClosingBalance.objects.values()) == before


def test_a_position_without_a_price_counts_at_its_cost_and_is_counted(holder, clock_at, monkeypatch):
    monkeypatch.setattr("options.services.market.market_source", SilentMarket)
    from options.models import PinnedQuote

    PinnedQuote.objects.all().delete()

    close_the_books(clock_at("2024-01-24 16:00"))

    stored = ClosingBalance.objects.get(account=holder)
    costs = sum(position.cost_amount for position in holder.positions.securities())
    assert (stored.unpriced_positions, stored.equity_amount) == (3, stored.cash_amount + costs)


def test_the_trading_account_shows_the_last_close(holder, clock_at):
    run_due(clock_at("2024-01-24 16:00"))
    stored = ClosingBalance.objects.get(account=holder)
    clock_at("2024-01-25 11:00")
    give_cash(holder, "500")

    shown = trading_account_object(Account.objects.select_related("correspondent").get(pk=holder.pk))

    assert (shown["last_equity"], shown["last_cash"]) == (
        f"{stored.equity_amount.normalize():f}",
        f"{stored.cash_amount.normalize():f}",
    )
    assert shown["balance_asof"] == stored.date
    assert Decimal(shown["cash"]) == stored.cash_amount + 500
    TradeAccount(**shown)


def test_an_account_that_held_nothing_had_nothing(acme, overview_market):
    shown = trading_account_object(make_account(acme.correspondent))

    assert {shown[name] for name in shown if name.startswith("last_")} == {"0"}


def test_a_close_takes_as_many_round_trips_for_ten_accounts_as_for_one(acme, holder, clock_at):
    at = clock_at("2024-01-24 16:00")

    def round_trips():
        with CaptureQueriesContext(connection) as queries:
            close_the_books(at)
        return len(queries)

    few = round_trips()
    for _ in range(9):
        give_cash(make_account(acme.correspondent), "10")

    assert round_trips() == few
    assert ClosingBalance.objects.count() == 11
