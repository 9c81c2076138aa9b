"""Tickets, instruments, fee rates and holdings for tests of the rules about orders."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from options.choices import AssetClass, Right, TickClass
from trading.choices import FeeBasis, FeeKind, OrderSide, OrderType
from trading.rules.fees import FeeRateInForce
from trading.rules.holdings import Holdings, Line
from trading.rules.order_terms import Instrument, OrderTicket

USD, SHARE, CALL_ID, PUT_ID = (UUID(int=number) for number in range(1, 5))
CALL = Instrument(
    asset_id=CALL_ID,
    symbol="AAPL240126C00050000",
    is_active=True,
    is_tradable=True,
    right=Right.CALL,
    strike_price=Decimal(50),
    expiration_date=date(2024, 1, 26),
    multiplier=100,
    deliverable=100,
    underlying_id=SHARE,
    tick_class=TickClass.PENNY,
    underlying_symbol="AAPL",
)
PUT = replace(CALL, asset_id=PUT_ID, symbol="TSLA240126P00210000", right=Right.PUT, strike_price=Decimal(210))
SHARES = Instrument(SHARE, "AAPL", True, True)
# What a contract costs in May 2026 at the exchange that has a rate here; a share only for the audit trail.
RATES = (
    FeeRateInForce(FeeKind.OCC, AssetClass.US_OPTION, "", "", FeeBasis.PER_UNIT, Decimal("0.025")),
    FeeRateInForce(FeeKind.ORF, AssetClass.US_OPTION, "", "CBOE", FeeBasis.PER_UNIT, Decimal("0.0023")),
    FeeRateInForce(FeeKind.TAF, AssetClass.US_OPTION, "sell", "", FeeBasis.PER_UNIT, Decimal("0.00329")),
    FeeRateInForce(FeeKind.REG, AssetClass.US_OPTION, "sell", "", FeeBasis.OF_PROCEEDS, Decimal("0.0000206")),
    FeeRateInForce(FeeKind.CAT, AssetClass.US_EQUITY, "", "", FeeBasis.PER_UNIT, Decimal("0.000048")),
)


def ticket(side: str, quantity: str = "1", limit: str | None = None) -> OrderTicket:
    """Answer a ticket for a market order, or a limit order."""
    return OrderTicket(
        "any",
        OrderSide(side),
        OrderType.LIMIT if limit else OrderType.MARKET,
        Decimal(quantity),
        Decimal(limit) if limit else None,
    )


def holdings(cash: str = "0", *lines: Line, **bound: Decimal) -> Holdings:
    """Answer holdings of so much cash, of which something may be bound, and other lines."""
    return Holdings(USD, (Line(USD, Decimal(cash), **bound), *lines))
