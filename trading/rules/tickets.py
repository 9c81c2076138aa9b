"""Review an order ticket: what it amounts to, whether it is allowed, and what it holds.

The order of the questions matters. Opening or closing is decided before any level check, so
that a lowered level never strands a position (domain rules OR-3, AA-14); a sale larger than
the long is refused, never half covered by accident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from brokerage import market_calendar
from brokerage.errors import BrokerageError
from options.choices import Strategy
from options.rules.expirations import stops_trading_at
from options.rules.increments import require_on_share_tick, require_on_tick
from options.rules.levels import require_level
from options.rules.strategies import classify
from trading.choices import OrderType, PositionIntent
from trading.errors import (
    AssetNotTradable,
    ContractExpired,
    ContractExpiresSoon,
    ContractInactive,
    ContractNotTradable,
    NoQuote,
    OptionMarketClosed,
)
from trading.rules.buying_power import Need, need_of, require_need
from trading.rules.fees import FeeRateInForce
from trading.rules.holdings import Holdings
from trading.rules.intents import InferredIntent, explain, infer_intent, require_intent
from trading.rules.order_terms import Instrument, Market, OrderTicket

EXPIRY_WINDOW = timedelta(minutes=60)


@dataclass(frozen=True)
class TicketReview:
    """An allowed order: its intent and why, its strategy, the price that it is costed at, and what it needs."""

    intent: PositionIntent
    intent_reason: str
    strategy: Strategy
    price: Decimal
    need: Need

    @property
    def hold_asset_id(self) -> UUID:
        """Answer the asset that the order holds."""
        return self.need.asset_id

    @property
    def hold_per_unit(self) -> Decimal:
        """Answer how much it holds of it for each unit still to fill."""
        return self.need.per_unit

    @property
    def hold_quantity(self) -> Decimal:
        """Answer how much it holds in all."""
        return self.need.held


def review_ticket(
    ticket: OrderTicket,
    instrument: Instrument,
    holdings: Holdings,
    market: Market,
    *,
    level: int,
    rates: Sequence[FeeRateInForce] = (),
    exchange: str = "",
) -> TicketReview:
    """Answer what the ticket amounts to and holds, or raise the refusal.

    `level` is the account's options trading level; `holdings` are read under the account's lock;
    `rates` are the fees in force, charged as at `exchange`. The refusal of an option order tells
    which intent was inferred and why.
    """
    found = infer_intent(buys=ticket.buys, instrument=instrument, holdings=holdings)
    try:
        return _review(ticket, instrument, holdings, market, found, level=level, rates=rates, exchange=exchange)
    except BrokerageError as refusal:
        if instrument.is_option:
            explain(refusal, found.intent, found.reason)
        raise


def _review(
    ticket: OrderTicket,
    instrument: Instrument,
    holdings: Holdings,
    market: Market,
    found: InferredIntent,
    *,
    level: int,
    rates: Sequence[FeeRateInForce],
    exchange: str,
) -> TicketReview:
    require_listed(instrument, market.at)
    _require_tick(ticket, instrument)
    require_intent(ticket, instrument, holdings, found)
    strategy = classify(instrument.right, buys=ticket.buys, opens=found.intent.opens)
    require_level(strategy, level)
    if instrument.is_option and found.intent.opens:
        _require_may_open(instrument, market.at)
    if instrument.is_option and ticket.type is OrderType.MARKET and not market_calendar.is_open(market.at):
        raise OptionMarketClosed
    price = ticket.limit_price or _market_price(ticket, instrument, market)
    need = need_of(ticket, instrument, strategy, price, usd_id=holdings.usd_id, rates=rates, exchange=exchange)
    require_need(need, instrument, holdings)
    return TicketReview(found.intent, found.reason, strategy, price, need)


def require_listed(instrument: Instrument, at: datetime) -> None:
    """Raise where the instrument has expired, is not listed, or cannot be traded."""
    if not instrument.is_option:
        if not (instrument.is_active and instrument.is_tradable):
            raise AssetNotTradable(symbol=instrument.symbol)
        return
    if instrument.expiration_date and at >= stops_trading_at(instrument.expiration_date):
        raise ContractExpired(symbol=instrument.symbol)
    if not instrument.is_active:
        raise ContractInactive(symbol=instrument.symbol)
    if not instrument.is_tradable:
        raise ContractNotTradable(symbol=instrument.symbol)


def _require_may_open(instrument: Instrument, at: datetime) -> None:
    if not instrument.is_standard:
        raise ContractNotTradable(symbol=instrument.symbol)
    if instrument.expiration_date and at >= stops_trading_at(instrument.expiration_date) - EXPIRY_WINDOW:
        raise ContractExpiresSoon(symbol=instrument.symbol)


def _require_tick(ticket: OrderTicket, instrument: Instrument) -> None:
    if ticket.limit_price is None:
        return
    if instrument.is_option:
        require_on_tick(ticket.limit_price, instrument.tick_class)
    else:
        require_on_share_tick(ticket.limit_price)


def _market_price(ticket: OrderTicket, instrument: Instrument, market: Market) -> Decimal:
    price = market.ask if ticket.buys else market.bid
    if price is None or (instrument.is_option and (market.bid is None or market.ask is None)):
        raise NoQuote(symbol=instrument.symbol)
    return price
