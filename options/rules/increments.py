"""In what steps prices move: options by their class, shares by their price.

Options (domain rule OR-2; Cboe Rule 5.4): classes in the penny program move by 0.01 below
3.00 and by 0.05 from there, SPY, QQQ and IWM by 0.01 throughout, all others by 0.05 and 0.10.
Shares (SEC Rule 612): 0.01 from one dollar, 0.0001 below.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from options.choices import TickClass
from options.errors import PriceOffTick, SubPennyPrice

STEP_CHANGE = Decimal("3.00")

# Class: the step below 3.00, and from there.
TICKS: dict[TickClass, tuple[Decimal, Decimal]] = {
    TickClass.PENNY_THROUGHOUT: (Decimal("0.01"), Decimal("0.01")),
    TickClass.PENNY: (Decimal("0.01"), Decimal("0.05")),
    TickClass.STANDARD: (Decimal("0.05"), Decimal("0.10")),
}

ONE_DOLLAR = Decimal(1)
SHARE_TICKS = (Decimal("0.0001"), Decimal("0.01"))
CENT = Decimal("0.01")


def tick_size(price: Decimal, tick_class: TickClass) -> Decimal:
    """Answer the step in which an option of that class is priced at `price`."""
    below, above = TICKS[tick_class]
    return below if price < STEP_CHANGE else above


def share_tick_size(price: Decimal) -> Decimal:
    """Answer the step in which a share is priced at `price`."""
    below, above = SHARE_TICKS
    return below if price < ONE_DOLLAR else above


def require_on_tick(price: Decimal, tick_class: TickClass, *, field: str = "limit_price") -> None:
    """Refuse an option price between two steps of its class.

    Raises `SubPennyPrice` (the published sentence) for fractions of a cent, else `PriceOffTick`.
    """
    tick = tick_size(price, tick_class)
    if price % CENT != 0:
        raise SubPennyPrice(field=field, price=price)
    if price % tick != 0:
        raise PriceOffTick(field=field, price=price, tick=tick)


def require_on_share_tick(price: Decimal, *, field: str = "limit_price") -> None:
    """Refuse a share price between two steps: raises `SubPennyPrice`."""
    if price % share_tick_size(price) != 0:
        raise SubPennyPrice(field=field, price=price)


def tick_at_or_below(price: Decimal, tick_class: TickClass) -> Decimal:
    """Answer the nearest option price on a step that is not above `price`."""
    return _to_step(price, tick_size(price, tick_class), ROUND_FLOOR)


def tick_at_or_above(price: Decimal, tick_class: TickClass) -> Decimal:
    """Answer the nearest option price on a step that is not below `price`."""
    return _to_step(price, tick_size(price, tick_class), ROUND_CEILING)


def _to_step(price: Decimal, tick: Decimal, rounding: str) -> Decimal:
    return (price / tick).to_integral_value(rounding) * tick
