"""What a position cost, as trades build it up and take it down.

Cost includes the multiplier, the average entry price does not: 2 contracts at 6.05 cost 1210
(domain rule TX-9). A short's cost is negative: what was received (TX-10).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from brokerage.money import to_cents


@dataclass(frozen=True)
class Stake:
    """A signed quantity and its signed cost in dollars."""

    quantity: Decimal
    cost_amount: Decimal


@dataclass(frozen=True)
class Traded:
    """A signed quantity, above zero where it came in, and the dollars paid or received for it in all."""

    quantity: Decimal
    amount: Decimal


def stake_after(trades: Iterable[Traded]) -> Stake:
    """Answer what is left of trades, one after another, and what it cost.

    Taking one out of the middle cannot be told from the stake alone: an average forgets what made it.
    """
    stake = Stake(Decimal(0), Decimal(0))
    for trade in trades:
        stake = after_trade(stake, trade.quantity, trade.amount)
    return stake


def after_trade(stake: Stake, quantity: Decimal, amount: Decimal) -> Stake:
    """Answer the stake after buying (`quantity` above zero) or selling for `amount` dollars in all.

    Adding to a position adds the amount to its cost; reducing it takes cost off in proportion;
    what is left after passing through zero costs its share of the amount.
    """
    new_quantity = stake.quantity + quantity
    extends = stake.quantity * quantity >= 0
    signed_amount = amount if quantity > 0 else -amount
    if extends:
        return Stake(new_quantity, stake.cost_amount + signed_amount)
    if new_quantity * stake.quantity > 0:
        return Stake(new_quantity, to_cents(stake.cost_amount * new_quantity / stake.quantity))
    return Stake(new_quantity, to_cents(signed_amount * new_quantity / quantity))
