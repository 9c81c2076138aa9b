"""What a position cost.

Cost includes the multiplier, the average entry price does not: 2 contracts at 6.05 cost 1210
(domain rule TX-9). A short's cost is negative: what was received (TX-10). What a trade makes of it
is in `rules/lots.py`.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Stake:
    """A signed quantity and its signed cost in dollars."""

    quantity: Decimal
    cost_amount: Decimal
