"""Every trading call of both clients, each under the name of its method: a partner's, and an account's own."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from alpaca.broker.client import BrokerClient
from alpaca.broker.requests import GetEventsRequest
from alpaca.broker.requests import LimitOrderRequest as PartnersLimitOrder
from alpaca.broker.requests import MarketOrderRequest as PartnersMarketOrder
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetClass, OrderSide, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (
    ClosePositionRequest,
    CreateWatchlistRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetOptionContractsRequest,
    GetOrderByIdRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    UpdateWatchlistRequest,
)

from tests.compatibility.walk import first_event, wait_until

DAY, BUY = TimeInForce.DAY, OrderSide.BUY


class Steps:
    """Methods that are called in the order in which they stand, each by the name of the client's."""

    def steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield every call by the name of its method, in order."""
        for name in vars(type(self)):
            if not name.startswith("_"):
                yield name, getattr(self, name)


class PartnersTrading(Steps):
    """A partner trades for one of its accounts, which has cash and level 2, in an open market."""

    def __init__(self, client: BrokerClient, account_id: str, contract: str) -> None:
        self._client = client
        self._account = account_id
        self._contract = contract
        self._ids: dict[str, Any] = {}

    def get_clock(self) -> None:
        assert self._client.get_clock().is_open

    def get_calendar(self) -> None:
        today = self._client.get_clock().timestamp.date()
        assert self._client.get_calendar(GetCalendarRequest(start=today, end=today))[0].date == today

    def get_all_assets(self) -> None:
        found = self._client.get_all_assets(GetAssetsRequest(asset_class=AssetClass.US_EQUITY))
        assert {"F", "QS"} <= {asset.symbol for asset in found}

    def get_asset(self) -> None:
        assert self._client.get_asset("F").name == "Ford Motor Company"

    def submit_order_for_account(self) -> None:
        bought = PartnersMarketOrder(symbol=self._contract, qty=3, side=BUY, time_in_force=DAY)
        resting = PartnersLimitOrder(
            symbol=self._contract, qty=1, side=BUY, time_in_force=DAY, limit_price=0.5, client_order_id="resting"
        )
        self._ids["bought"], self._ids["resting"] = (
            self._client.submit_order_for_account(self._account, order).id for order in (bought, resting)
        )
        wait_until(lambda: self._status("bought") == "filled" and self._status("resting") == "new")

    def get_orders_for_account(self) -> None:
        request = GetOrdersRequest(status=QueryOrderStatus.ALL, symbols=[self._contract])
        assert len(self._client.get_orders_for_account(self._account, request)) == 2

    def get_order_for_account_by_id(self) -> None:
        found = self._client.get_order_for_account_by_id(
            self._account, self._ids["resting"], GetOrderByIdRequest(nested=True)
        )
        assert found.limit_price == "0.5"

    def get_order_for_account_by_client_id(self) -> None:
        assert self._client.get_order_for_account_by_client_id(self._account, "resting").id == self._ids["resting"]

    def replace_order_for_account_by_id(self) -> None:
        request = ReplaceOrderRequest(limit_price=0.55)
        replaced = self._client.replace_order_for_account_by_id(self._account, self._ids["resting"], request)
        self._ids["replacement"] = replaced.id
        wait_until(lambda: self._status("resting") == "replaced")

    def cancel_order_for_account_by_id(self) -> None:
        self._client.cancel_order_for_account_by_id(self._account, self._ids["replacement"])
        wait_until(lambda: self._status("replacement") == "canceled")

    def cancel_orders_for_account(self) -> None:
        order = PartnersLimitOrder(symbol=self._contract, qty=1, side=BUY, time_in_force=DAY, limit_price=0.5)
        self._ids["last"] = self._client.submit_order_for_account(self._account, order).id
        (canceled,) = self._client.cancel_orders_for_account(self._account)
        assert (canceled.id, canceled.status) == (self._ids["last"], 200)
        wait_until(lambda: self._status("last") == "canceled")

    def get_all_positions_for_account(self) -> None:
        (position,) = self._client.get_all_positions_for_account(self._account)
        assert (position.symbol, position.qty) == (self._contract, "3")

    def get_all_accounts_positions(self) -> None:
        assert self._client.get_all_accounts_positions().positions[self._account][0].symbol == self._contract

    def get_open_position_for_account(self) -> None:
        assert self._client.get_open_position_for_account(self._account, self._contract).side.value == "long"

    def get_portfolio_history_for_account(self) -> None:
        request = GetPortfolioHistoryRequest(period="1W", timeframe="1D", cashflow_types="ALL")
        assert self._client.get_portfolio_history_for_account(self._account, request).equity

    def close_position_for_account(self) -> None:
        order = self._client.close_position_for_account(self._account, self._contract, ClosePositionRequest(qty="1"))
        self._ids["closing"] = order.id
        wait_until(lambda: self._status("closing") == "filled")

    def exercise_options_position_for_account_by_id(self) -> None:
        self._client.exercise_options_position_for_account_by_id(self._contract, self._account)
        (shares,) = self._client.get_all_positions_for_account(self._account)
        assert (shares.symbol, shares.qty) == ("F", "200")

    def close_all_positions_for_account(self) -> None:
        (closed,) = self._client.close_all_positions_for_account(self._account, cancel_orders=True)
        assert closed.status == 200
        wait_until(lambda: self._client.get_all_positions_for_account(self._account) == [])

    def create_watchlist_for_account(self) -> None:
        request = CreateWatchlistRequest(name="Cars", symbols=["F", self._contract])
        self._ids["list"] = self._client.create_watchlist_for_account(self._account, request).id

    def get_watchlists_for_account(self) -> None:
        assert [one.name for one in self._client.get_watchlists_for_account(self._account)] == ["Cars"]

    def get_watchlist_for_account_by_id(self) -> None:
        found = self._client.get_watchlist_for_account_by_id(self._account, self._ids["list"])
        assert [asset.symbol for asset in found.assets] == ["F", self._contract]

    def update_watchlist_for_account_by_id(self) -> None:
        request = UpdateWatchlistRequest(name="Ford")
        assert self._client.update_watchlist_for_account_by_id(self._account, self._ids["list"], request).name == "Ford"

    def add_asset_to_watchlist_for_account_by_id(self) -> None:
        self._client.add_asset_to_watchlist_for_account_by_id(self._account, self._ids["list"], "QS")

    def remove_asset_from_watchlist_for_account_by_id(self) -> None:
        left = self._client.remove_asset_from_watchlist_for_account_by_id(self._account, self._ids["list"], "F")
        assert [asset.symbol for asset in left.assets] == [self._contract, "QS"]

    def delete_watchlist_from_account_by_id(self) -> None:
        self._client.delete_watchlist_from_account_by_id(self._account, self._ids["list"])

    def get_trade_events(self) -> None:
        since = self._client.get_clock().timestamp.date() - timedelta(days=1)
        events = self._client.get_trade_events(GetEventsRequest(since=since))
        assert first_event(events)["order"]["symbol"] == self._contract

    def get_non_trading_activity_events(self) -> None:
        since = self._client.get_clock().timestamp.date() - timedelta(days=10)
        assert first_event(self._client.get_non_trading_activity_events(GetEventsRequest(since=since)))["entry_type"]

    def _status(self, name: str) -> str:
        return self._client.get_order_for_account_by_id(self._account, self._ids[name]).status.value


class OwnTrading(Steps):
    """The account trades for itself, with a key of its own."""

    def __init__(self, client: TradingClient, contract: str) -> None:
        self._client = client
        self._contract = contract
        self._ids: dict[str, Any] = {}

    def get_account(self) -> None:
        assert self._client.get_account().options_trading_level == 2

    def get_account_configurations(self) -> None:
        self._ids["configuration"] = self._client.get_account_configurations()

    def set_account_configurations(self) -> None:
        wanted = self._ids["configuration"].model_copy(update={"fractional_trading": False})
        assert not self._client.set_account_configurations(wanted).fractional_trading

    def get_clock(self) -> None:
        assert self._client.get_clock().is_open

    def get_calendar(self) -> None:
        assert self._client.get_calendar(GetCalendarRequest(start="2026-01-15", end="2026-01-16"))

    def get_all_assets(self) -> None:
        assert self._client.get_all_assets()

    def get_asset(self) -> None:
        assert self._client.get_asset("F").symbol == "F"

    def get_option_contracts(self) -> None:
        found = self._client.get_option_contracts(GetOptionContractsRequest(underlying_symbols=["F"], limit=5))
        assert len(found.option_contracts) == 5

    def get_option_contract(self) -> None:
        assert self._client.get_option_contract(self._contract).underlying_symbol == "F"

    def submit_order(self) -> None:
        bought = MarketOrderRequest(symbol=self._contract, qty=4, side=BUY, time_in_force=DAY)
        resting = LimitOrderRequest(
            symbol=self._contract, qty=1, side=BUY, time_in_force=DAY, limit_price=0.5, client_order_id="own"
        )
        self._ids["bought"], self._ids["resting"] = (self._client.submit_order(one).id for one in (bought, resting))
        wait_until(lambda: self._status("bought") == "filled" and self._status("resting") == "new")

    def get_orders(self) -> None:
        assert [order.client_order_id for order in self._client.get_orders()] == ["own"]

    def get_order_by_id(self) -> None:
        assert self._client.get_order_by_id(self._ids["resting"]).limit_price == "0.5"

    def get_order_by_client_id(self) -> None:
        assert self._client.get_order_by_client_id("own").id == self._ids["resting"]

    def replace_order_by_id(self) -> None:
        replaced = self._client.replace_order_by_id(self._ids["resting"], ReplaceOrderRequest(qty=2))
        self._ids["replacement"] = replaced.id
        wait_until(lambda: self._status("resting") == "replaced")

    def cancel_order_by_id(self) -> None:
        self._client.cancel_order_by_id(self._ids["replacement"])
        wait_until(lambda: self._status("replacement") == "canceled")

    def cancel_orders(self) -> None:
        assert self._client.cancel_orders() == []

    def get_all_positions(self) -> None:
        assert [position.qty for position in self._client.get_all_positions()] == ["4"]

    def get_open_position(self) -> None:
        assert self._client.get_open_position(self._contract).qty_available == "4"

    def get_portfolio_history(self) -> None:
        assert self._client.get_portfolio_history().timeframe == "1D"

    def close_position(self) -> None:
        closing = self._client.close_position(self._contract, ClosePositionRequest(percentage="25"))
        self._ids["closing"] = closing.id
        wait_until(lambda: self._status("closing") == "filled")

    def exercise_options_position(self) -> None:
        self._client.exercise_options_position(self._contract)
        assert [(one.symbol, one.qty) for one in self._client.get_all_positions()] == [("F", "300")]

    def close_all_positions(self) -> None:
        (closed,) = self._client.close_all_positions(cancel_orders=True)
        assert closed.status == 200

    def create_watchlist(self) -> None:
        self._ids["list"] = self._client.create_watchlist(CreateWatchlistRequest(name="Mine", symbols=["F"])).id

    def get_watchlists(self) -> None:
        assert [one.name for one in self._client.get_watchlists()] == ["Mine"]

    def get_watchlist_by_id(self) -> None:
        assert self._client.get_watchlist_by_id(self._ids["list"]).name == "Mine"

    def update_watchlist_by_id(self) -> None:
        assert self._client.update_watchlist_by_id(self._ids["list"], UpdateWatchlistRequest(name="Own")).name == "Own"

    def add_asset_to_watchlist_by_id(self) -> None:
        assert len(self._client.add_asset_to_watchlist_by_id(self._ids["list"], "QS").assets) == 2

    def remove_asset_from_watchlist_by_id(self) -> None:
        assert len(self._client.remove_asset_from_watchlist_by_id(self._ids["list"], "F").assets) == 1

    def delete_watchlist_by_id(self) -> None:
        self._client.delete_watchlist_by_id(self._ids["list"])

    def _status(self, name: str) -> str:
        return self._client.get_order_by_id(self._ids[name]).status.value
