"""The underlyings of the demo market: what they are, near what price they move, when their options expire.

Prices are those of late January 2024, the days of the options overview's samples.
"""

from dataclasses import dataclass

from options.choices import Exchange
from options.rules.expirations import Cycle


@dataclass(frozen=True)
class Underlying:
    """One row of the demo market. `volatility` is a year's, as a fraction of the price."""

    symbol: str
    name: str
    exchange: Exchange
    base_price: float
    volatility: float
    cycle: Cycle


_ROWS = (
    Underlying("AAPL", "Apple Inc. Common Stock", Exchange.NASDAQ, 190.00, 0.25, Cycle.MONDAY_WEDNESDAY_FRIDAY),
    Underlying("AMZN", "Amazon.com, Inc. Common Stock", Exchange.NASDAQ, 157.00, 0.32, Cycle.MONDAY_WEDNESDAY_FRIDAY),
    Underlying("F", "Ford Motor Company", Exchange.NYSE, 11.30, 0.34, Cycle.WEEKLY),
    Underlying("GOOGL", "Alphabet Inc. Class A", Exchange.NASDAQ, 148.00, 0.28, Cycle.MONDAY_WEDNESDAY_FRIDAY),
    Underlying("IWM", "iShares Russell 2000 ETF", Exchange.ARCA, 196.00, 0.20, Cycle.DAILY),
    Underlying("META", "Meta Platforms, Inc. Class A", Exchange.NASDAQ, 390.00, 0.36, Cycle.MONDAY_WEDNESDAY_FRIDAY),
    Underlying("MSFT", "Microsoft Corporation", Exchange.NASDAQ, 400.00, 0.24, Cycle.MONDAY_WEDNESDAY_FRIDAY),
    Underlying("NVDA", "NVIDIA Corporation", Exchange.NASDAQ, 610.00, 0.45, Cycle.MONDAY_WEDNESDAY_FRIDAY),
    Underlying("PTON", "Peloton Interactive, Inc.", Exchange.NASDAQ, 5.60, 0.80, Cycle.WEEKLY),
    Underlying("QQQ", "Invesco QQQ Trust, Series 1", Exchange.NASDAQ, 425.00, 0.18, Cycle.DAILY),
    Underlying("QS", "QuantumScape Corporation", Exchange.NYSE, 6.90, 0.75, Cycle.WEEKLY),
    Underlying("SPY", "SPDR S&P 500 ETF Trust", Exchange.ARCA, 485.00, 0.13, Cycle.DAILY),
    Underlying("TSLA", "Tesla, Inc. Common Stock", Exchange.NASDAQ, 212.00, 0.50, Cycle.MONDAY_WEDNESDAY_FRIDAY),
)

UNIVERSE: dict[str, Underlying] = {row.symbol: row for row in _ROWS}
