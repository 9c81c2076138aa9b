"""A market that says nothing: views answer all the same, null with a reason, and never a made-up zero."""

from decimal import Decimal

import pytest
from alpaca.trading.models import PortfolioHistory, Position, TradeAccount

from brokerage.schedule import run_due
from options.market.silent import SilentMarket
from options.models import PinnedQuote
from tests.market import LONG_CALL, PUT, make_trader, trade

pytestmark = pytest.mark.django_db
FROM_THE_MARKET = (
    "market_value",
    "unrealized_pl",
    "unrealized_plpc",
    "unrealized_intraday_pl",
    "unrealized_intraday_plpc",
    "current_price",
    "change_today",
)
NO_QUOTE = "there is no quote"
NO_CLOSE = "there is no closing price of the last session"


@pytest.fixture
def account(acme, overview_market, clock_at):
    """Shares, a long call and a short put."""
    run_due(clock_at("2024-01-24 09:45"))
    clock_at("2024-01-24 10:00")
    account = make_trader(acme.correspondent, cash="100000", level=2)
    for symbol, side, qty in (("AAPL", "buy", "100"), (LONG_CALL, "buy", "2"), (PUT, "sell", "1")):
        trade(account, symbol, side, qty)
    return account


@pytest.fixture
def path(account):
    return f"/v1/trading/accounts/{account.pk}"


@pytest.fixture
def silence(account, monkeypatch):
    """Production's source of quotes until one is connected."""
    PinnedQuote.objects.all().delete()
    monkeypatch.setattr("options.services.market.market_source", SilentMarket)


@pytest.mark.usefixtures("silence")
def test_each_number_of_a_position_that_is_not_known_is_null_and_says_why(path, acme_api):
    for shown in acme_api.get(f"{path}/positions").json():
        Position(**shown)
        assert {name: shown[name] for name in FROM_THE_MARKET} == dict.fromkeys(FROM_THE_MARKET)
        assert {shown[f"{name}_reason"] for name in FROM_THE_MARKET} == {NO_QUOTE}
        assert (shown["lastday_price"], shown["lastday_price_reason"]) == (None, NO_CLOSE)
        known = ("qty", "avg_entry_price", "cost_basis", "qty_available", "side")
        assert all(shown[name] is not None for name in known)
        assert sorted(name for name, value in shown.items() if value is None) == sorted(
            name.removesuffix("_reason") for name in shown if name.endswith("_reason")
        )


def test_what_is_known_has_no_reason(path, acme_api):
    shown = acme_api.get(f"{path}/positions/{LONG_CALL}").json()

    assert [name for name in shown if name.endswith("_reason")] == []
    assert None not in shown.values()


@pytest.mark.usefixtures("silence")
def test_the_account_counts_at_cost_what_has_no_quote_and_names_it(path, acme_api):
    shown = acme_api.get(f"{path}/account").json()
    positions = {row["symbol"]: Decimal(row["cost_basis"]) for row in acme_api.get(f"{path}/positions").json()}

    TradeAccount(**shown)
    assert shown["unpriced_symbols"] == sorted(positions) == ["AAPL", LONG_CALL, PUT]
    assert Decimal(shown["equity"]) == Decimal(shown["cash"]) + sum(positions.values())
    assert Decimal(shown["short_market_value"]) == positions[PUT]


def test_an_account_with_quotes_names_nothing(path, acme_api):
    assert acme_api.get(f"{path}/account").json()["unpriced_symbols"] == []


def test_a_last_close_that_nobody_stored_is_null_and_not_zero(path, acme_api, clock_at):
    clock_at("2024-01-26 11:00")

    shown = acme_api.get(f"{path}/account").json()

    last = [name for name in shown if name.startswith("last_") and not name.endswith("_reason")]
    assert len(last) == 9
    assert {shown[name] for name in [*last, "balance_asof"]} == {None}
    assert {shown[f"{name}_reason"] for name in [*last, "balance_asof"]} == {"no closing balance is stored"}
    TradeAccount(**shown)


@pytest.mark.usefixtures("silence")
def test_closing_all_and_history_answer_too(path, acme_api, clock_at):
    run_due(clock_at("2024-01-24 11:00"))

    closing = acme_api.delete(f"{path}/positions")
    history = acme_api.get(f"{path}/account/portfolio/history?period=1D&timeframe=5Min").json()

    assert closing.status_code == 207
    assert sorted(one["symbol"] for one in closing.json()) == ["AAPL", LONG_CALL, PUT]
    assert all(one["body"] for one in closing.json())
    PortfolioHistory(**history)
    assert history["unpriced_positions"] == [3]
    assert history["equity"][0] > 0
