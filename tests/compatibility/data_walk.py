"""Every market data call of the client library, each under the name of its method: of options, and of shares."""

from datetime import datetime, time, timedelta

from alpaca.data.enums import Adjustment, DataFeed, OptionsFeed
from alpaca.data.historical.option import OptionHistoricalDataClient
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.data.requests import (
    OptionBarsRequest,
    OptionChainRequest,
    OptionLatestQuoteRequest,
    OptionLatestTradeRequest,
    OptionSnapshotRequest,
    OptionTradesRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
from alpaca.trading.enums import ContractType

from tests.compatibility.trading_walk import Steps

HOUR = timedelta(hours=1)


class OptionData(Steps):
    """Two contracts on Ford at `at`, in the middle of a session."""

    def __init__(self, client: OptionHistoricalDataClient, contracts: list[str], at: datetime) -> None:
        self._client = client
        self._contracts = contracts
        self._at = at

    def get_option_latest_quote(self) -> None:
        request = OptionLatestQuoteRequest(symbol_or_symbols=self._contracts, feed=OptionsFeed.OPRA)
        quotes = self._client.get_option_latest_quote(request)
        assert set(quotes) == set(self._contracts)
        assert all(quote.bid_price < quote.ask_price for quote in quotes.values())

    def get_option_latest_trade(self) -> None:
        trades = self._client.get_option_latest_trade(OptionLatestTradeRequest(symbol_or_symbols=self._contracts))
        assert set(trades) == set(self._contracts)
        assert all(trade.timestamp <= self._at and trade.price > 0 for trade in trades.values())

    def get_option_trades(self) -> None:
        request = OptionTradesRequest(symbol_or_symbols=self._contracts, start=self._at - 2 * HOUR, end=self._at)
        trades = self._client.get_option_trades(request)
        for symbol, found in trades.data.items():
            newest = self._client.get_option_latest_trade(OptionLatestTradeRequest(symbol_or_symbols=symbol))[symbol]
            assert found[-1] == newest
        assert list(trades.df.index.names) == ["symbol", "timestamp"]

    def get_option_bars(self) -> None:
        a_week_ago = datetime.combine((self._at - timedelta(days=7)).date(), time())
        within = {"symbol_or_symbols": self._contracts, "start": a_week_ago}
        days = self._client.get_option_bars(OptionBarsRequest(**within, timeframe=TimeFrame.Day))
        quarters = OptionBarsRequest(**within, timeframe=TimeFrame(15, TimeFrameUnit.Minute))
        for symbol, found in self._client.get_option_bars(quarters).data.items():
            assert sum(bar.volume for bar in found) == sum(bar.volume for bar in days[symbol])

    def get_option_snapshot(self) -> None:
        found = self._client.get_option_snapshot(OptionSnapshotRequest(symbol_or_symbols=self._contracts))
        assert set(found) == set(self._contracts)
        assert all(one.greeks and one.implied_volatility and one.latest_trade for one in found.values())

    def get_option_chain(self) -> None:
        request = OptionChainRequest(
            underlying_symbol="F",
            type=ContractType.CALL,
            strike_price_gte=0.5,
            expiration_date_gte=self._at.date(),
            updated_since=self._at - timedelta(days=1),
        )
        found = self._client.get_option_chain(request)
        assert set(self._contracts) <= set(found)
        assert len(self._client.get_option_chain(OptionChainRequest(underlying_symbol="F"))) == 2 * len(found)

    def get_option_exchange_codes(self) -> None:
        assert self._client.get_option_exchange_codes()["Q"] == "Nasdaq Options"


class StockData(Steps):
    """Ford and QuantumScape at `at`, in the middle of a session."""

    def __init__(self, client: StockHistoricalDataClient, at: datetime) -> None:
        self._client = client
        self._at = at
        self._both = {"symbol_or_symbols": ["F", "QS"]}

    def get_stock_bars(self) -> None:
        request = StockBarsRequest(
            **self._both, timeframe=TimeFrame.Hour, start=self._at - timedelta(days=3), adjustment=Adjustment.ALL
        )
        bars = self._client.get_stock_bars(request)
        assert set(bars.data) == {"F", "QS"}
        assert all(bar.low <= bar.vwap <= bar.high for found in bars.data.values() for bar in found)

    def get_stock_quotes(self) -> None:
        quotes = self._client.get_stock_quotes(StockQuotesRequest(**self._both, start=self._at - HOUR))
        assert quotes["F"][-1].bid_price == self._quote().bid_price

    def get_stock_trades(self) -> None:
        # More than one page has room for.
        request = StockTradesRequest(**self._both, start=self._at - timedelta(days=10), limit=12_000)
        trades = self._client.get_stock_trades(request)
        assert sum(len(found) for found in trades.data.values()) == 12_000
        assert len({trade.id for trade in trades["F"]}) == len(trades["F"])

    def get_stock_latest_trade(self) -> None:
        request = StockLatestTradeRequest(**self._both, feed=DataFeed.SIP)
        assert self._client.get_stock_latest_trade(request)["F"].tape == "A"

    def get_stock_latest_quote(self) -> None:
        assert self._quote().bid_price < self._quote().ask_price

    def get_stock_latest_bar(self) -> None:
        bars = self._client.get_stock_latest_bar(StockLatestBarRequest(**self._both))
        assert bars["QS"].timestamp > self._at - HOUR

    def get_stock_snapshot(self) -> None:
        found = self._client.get_stock_snapshot(StockSnapshotRequest(**self._both))
        assert found["F"].previous_daily_bar.timestamp < found["F"].daily_bar.timestamp
        assert found["QS"].latest_trade.price == found["QS"].minute_bar.close

    def _quote(self):
        return self._client.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="F"))["F"]
