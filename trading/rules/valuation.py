"""Positions marked to the market, in the arithmetic of the options overview.

`market_value` is price x quantity x multiplier; profit is against cost; ratios are ratios and
not percent. Without a quote the market's numbers are unknown: None, never a made-up zero.
"""

from dataclasses import dataclass
from decimal import Decimal

from brokerage.money import to_cents
from trading.rules.costs import Stake

RATIO = Decimal("1e-16")


@dataclass(frozen=True)
class Valuation:
    """One position's numbers: amounts in dollars, prices per share, ratios; None where unknown."""

    average_entry_price: Decimal
    cost_amount: Decimal
    current_price: Decimal | None
    last_day_price: Decimal | None
    market_value: Decimal | None
    unrealized: Decimal | None
    unrealized_ratio: Decimal | None
    intraday: Decimal | None
    intraday_ratio: Decimal | None
    change_today: Decimal | None


def value_position(
    stake: Stake, multiplier: int, current_price: Decimal | None, last_day_price: Decimal | None, bought_today: Decimal
) -> Valuation:
    """Answer the numbers of a position.

    `bought_today` is the signed part of the quantity that was traded since the last close: its
    intraday profit runs from its own cost, the rest's from the last close.
    """
    average = abs(stake.cost_amount / stake.quantity / multiplier)
    if current_price is None:
        return Valuation(average, stake.cost_amount, None, last_day_price, None, None, None, None, None, None)
    value = to_cents(current_price * stake.quantity * multiplier)
    unrealized = value - stake.cost_amount
    start = _value_at_start(stake, multiplier, average, last_day_price, bought_today)
    intraday = None if start is None else value - start
    return Valuation(
        average_entry_price=average,
        cost_amount=stake.cost_amount,
        current_price=current_price,
        last_day_price=last_day_price,
        market_value=value,
        unrealized=unrealized,
        unrealized_ratio=_ratio(unrealized, stake.cost_amount),
        intraday=intraday,
        intraday_ratio=None if intraday is None or start is None else _ratio(intraday, start),
        change_today=_ratio(current_price - last_day_price, last_day_price) if last_day_price else None,
    )


def _value_at_start(
    stake: Stake, multiplier: int, average: Decimal, last_day_price: Decimal | None, bought_today: Decimal
) -> Decimal | None:
    """What the position was worth at the last close, or cost since; None where that close is unknown."""
    overnight = stake.quantity - bought_today
    if overnight and last_day_price is None:
        return None
    return to_cents((overnight * (last_day_price or Decimal(0)) + bought_today * average) * multiplier)


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / abs(whole)).quantize(RATIO) if whole else None
