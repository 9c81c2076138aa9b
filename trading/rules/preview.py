"""What an order would amount to: the answer of the submit path without the write."""

from dataclasses import dataclass
from decimal import Decimal

from options.choices import Strategy
from trading.choices import FeeKind, PositionIntent


@dataclass(frozen=True)
class NeedLine:
    """One line of what an order needs: what for, how it is computed in words, and how much.

    `unit` is `USD`, or the symbol of the shares or contracts that are held. Credits are below zero;
    the lines of one unit add up to what is held.
    """

    label: str
    detail: str
    amount: Decimal
    unit: str = "USD"


@dataclass(frozen=True)
class FeeLine:
    """One fee that the execution would cost, rounded up to the cent."""

    kind: FeeKind
    label: str
    amount: Decimal


@dataclass(frozen=True)
class PayoffPoint:
    """What the order comes to at expiration, in dollars, with the underlying at `price`."""

    price: Decimal
    profit: Decimal


@dataclass(frozen=True)
class Outcome:
    """What can become of the order's own position, in dollars; fees are in it.

    `max_loss` is a positive amount; `max_gain` is None where there is no bound, `breakeven` where
    there is none (a closing order). `if_assigned` says in a sentence what the
    holder will own or owe. `payoff` has the corners of the line, in order of price.
    """

    max_loss: Decimal | None
    max_gain: Decimal | None
    breakeven: Decimal | None
    if_assigned: str
    payoff: tuple[PayoffPoint, ...]


@dataclass(frozen=True)
class OrderPreview:
    """What would be checked, needed, held and charged, and the outcome (`services/preview.py`)."""

    intent: PositionIntent
    intent_reason: str
    strategy: Strategy
    level_needed: int
    level_there: int
    price: Decimal
    needs: tuple[NeedLine, ...]
    held_quantity: Decimal
    held_unit: str
    fees: tuple[FeeLine, ...]
    fees_amount: Decimal
    buying_power_before: Decimal
    buying_power_after: Decimal
    outcome: Outcome
