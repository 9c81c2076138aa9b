"""Review an order ticket: what it amounts to, whether it is allowed, and what it holds.

The order of the questions matters. Opening or closing is decided before any level check, so
that a lowered level never strands a position (domain rules OR-3, AA-14); a sale larger than
the long is refused, never half covered by accident.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from brokerage import market_calendar
from brokerage.money import cents_up
from options.choices import Right, Strategy, TickClass
from options.rules.collateral import (
    put_requirement,
    require_cover,
    require_premium,
    require_secured,
    shares_to_cover,
)
from options.rules.expirations import stops_trading_at
from options.rules.increments import require_on_share_tick, require_on_tick
from options.rules.levels import require_level
from options.rules.strategies import classify
from trading.choices import OrderSide, OrderType, PositionIntent, TimeInForce
from trading.errors import (
    AssetNotTradable,
    ContractExpired,
    ContractExpiresSoon,
    ContractInactive,
    ContractNotTradable,
    InsufficientBuyingPower,
    InsufficientQuantity,
    NoQuote,
    OptionMarketClosed,
    PositionIntentMismatch,
)
from trading.rules.holdings import ZERO, Holdings

STANDARD_SIZE = 100
EXPIRY_WINDOW = timedelta(minutes=60)


@dataclass(frozen=True)
class OrderTicket:
    """What was asked for, as parsed and found complete by `rules/ticket_form.py`."""

    symbol: str
    side: OrderSide
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: str = ""
    position_intent: PositionIntent | None = None

    @property
    def buys(self) -> bool:
        """Say whether the ticket buys."""
        return self.side is OrderSide.BUY


@dataclass(frozen=True)
class Instrument:
    """What is traded: a share, or a contract with its terms."""

    asset_id: UUID
    symbol: str
    is_active: bool
    is_tradable: bool
    right: Right | None = None
    strike_price: Decimal = ZERO
    expiration_date: date | None = None
    multiplier: int = 1
    deliverable: int = 0
    underlying_id: UUID | None = None
    tick_class: TickClass = TickClass.STANDARD
    is_american: bool = True

    @property
    def is_standard(self) -> bool:
        """Say whether the contract is one that may be opened: American, on 100 shares (domain rules SY-6, CA-8)."""
        return self.is_american and self.multiplier == STANDARD_SIZE and self.deliverable == STANDARD_SIZE

    @property
    def is_option(self) -> bool:
        """Say whether this is a contract."""
        return self.right is not None


@dataclass(frozen=True)
class Market:
    """What the market shows at the moment of the review; a side without a price is None."""

    at: datetime
    bid: Decimal | None
    ask: Decimal | None


@dataclass(frozen=True)
class TicketReview:
    """An allowed order: its intent, its strategy, and what it holds for each unit still to fill."""

    intent: PositionIntent
    strategy: Strategy
    hold_asset_id: UUID
    hold_per_unit: Decimal
    hold_quantity: Decimal


def review_ticket(
    ticket: OrderTicket, instrument: Instrument, holdings: Holdings, market: Market, *, level: int
) -> TicketReview:
    """Answer what the ticket amounts to and holds, or raise the refusal.

    `level` is the account's options trading level; `holdings` are read under the account's lock.
    """
    require_listed(instrument, market.at)
    _require_tick(ticket, instrument)
    intent = infer_intent(ticket, instrument, holdings)
    strategy = classify(instrument.right, buys=ticket.buys, opens=intent.opens)
    require_level(strategy, level)
    if instrument.is_option and intent.opens:
        _require_may_open(instrument, market.at)
    if instrument.is_option and ticket.type is OrderType.MARKET and not market_calendar.is_open(market.at):
        raise OptionMarketClosed
    price = ticket.limit_price or _market_price(ticket, instrument, market)
    hold_asset_id, hold_per_unit, hold_quantity = _hold(ticket, instrument, holdings, strategy, price)
    return TicketReview(intent, strategy, hold_asset_id, hold_per_unit, hold_quantity)


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


def infer_intent(ticket: OrderTicket, instrument: Instrument, holdings: Holdings) -> PositionIntent:
    """Answer what the order does to the position (contract/trading.md 2.10).

    Raises `PositionIntentMismatch` where the ticket says otherwise, and `InsufficientQuantity`
    where a closing order is larger than what is left to close: no order flips through zero.
    """
    line = holdings.line(instrument.asset_id)
    if ticket.buys:
        intent = PositionIntent.BUY_TO_CLOSE if line.quantity < 0 else PositionIntent.BUY_TO_OPEN
        available = -line.quantity - line.closing
    else:
        closes = line.quantity > 0 or not instrument.is_option
        intent = PositionIntent.SELL_TO_CLOSE if closes else PositionIntent.SELL_TO_OPEN
        available = holdings.free_quantity(instrument.asset_id)
    if ticket.position_intent not in (None, intent):
        raise PositionIntentMismatch(inferred=intent.value, specified=ticket.position_intent)
    if not intent.opens and ticket.quantity > available:
        raise InsufficientQuantity(
            requested=ticket.quantity,
            available=available,
            existing_qty=line.quantity,
            held_for_orders=line.closing if ticket.buys else line.held,
            symbol=instrument.symbol,
        )
    return intent


def _market_price(ticket: OrderTicket, instrument: Instrument, market: Market) -> Decimal:
    price = market.ask if ticket.buys else market.bid
    if price is None or (instrument.is_option and (market.bid is None or market.ask is None)):
        raise NoQuote(symbol=instrument.symbol)
    return price


def _hold(
    ticket: OrderTicket, instrument: Instrument, holdings: Holdings, strategy: Strategy, price: Decimal
) -> tuple[UUID, Decimal, Decimal]:
    """Answer the asset that the order holds, how much for each unit, and how much in all."""
    if strategy is Strategy.COVERED_CALL:
        return _hold_cover(ticket, instrument, holdings)
    if strategy is Strategy.CASH_SECURED_PUT:
        needed = put_requirement(ticket.quantity, instrument.strike_price, price, instrument.multiplier)
        require_secured(needed, holdings.free_cash)
        return holdings.usd_id, max(instrument.strike_price - price, ZERO) * instrument.multiplier, max(needed, ZERO)
    if not ticket.buys:
        return instrument.asset_id, Decimal(1), ticket.quantity

    cost = cents_up(ticket.quantity * price * instrument.multiplier)
    if instrument.is_option:
        require_premium(cost, holdings.free_cash)
    elif holdings.free_cash < cost:
        raise InsufficientBuyingPower(buying_power=max(holdings.free_cash, ZERO), cost_basis=cost)
    return holdings.usd_id, price * instrument.multiplier, cost


def _hold_cover(ticket: OrderTicket, instrument: Instrument, holdings: Holdings) -> tuple[UUID, Decimal, Decimal]:
    assert instrument.underlying_id is not None
    needed = shares_to_cover(ticket.quantity, instrument.deliverable)
    require_cover(
        needed,
        holdings.free_quantity(instrument.underlying_id),
        symbol=instrument.symbol,
        underlying_id=instrument.underlying_id,
    )
    return instrument.underlying_id, Decimal(instrument.deliverable), needed
