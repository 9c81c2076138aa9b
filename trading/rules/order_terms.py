"""What an order is about: the ticket, the instrument, and the market at the moment of its review."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from options.choices import Right, TickClass
from trading.choices import OrderSide, OrderType, PositionIntent, TimeInForce

ZERO = Decimal(0)
STANDARD_SIZE = 100


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
    subtag: str = ""

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
    underlying_symbol: str = ""
    deliverable_cash: Decimal = ZERO

    @property
    def is_standard(self) -> bool:
        """Say whether the contract is one that may be opened: American, on 100 shares (domain rules SY-6, CA-8)."""
        size = (self.multiplier, self.deliverable, self.deliverable_cash)
        return self.is_american and size == (STANDARD_SIZE, STANDARD_SIZE, ZERO)

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
