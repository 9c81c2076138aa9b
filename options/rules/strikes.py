"""At which strikes the demo market lists contracts."""

from decimal import ROUND_HALF_UP, Decimal

STRIKES_EACH_SIDE = 11

# Up to this price of the share: the distance between two strikes.
INTERVALS: tuple[tuple[Decimal, Decimal], ...] = (
    (Decimal(10), Decimal("0.5")),
    (Decimal(25), Decimal(1)),
    (Decimal(100), Decimal("2.5")),
    (Decimal(300), Decimal(5)),
)
WIDEST_INTERVAL = Decimal(10)


def strike_interval(spot: Decimal) -> Decimal:
    """Answer the distance between two strikes of a share at that price."""
    return next((interval for highest, interval in INTERVALS if spot < highest), WIDEST_INTERVAL)


def strikes_around(spot: Decimal) -> list[Decimal]:
    """Answer the strikes listed around a share's price, lowest first, all above zero."""
    interval = strike_interval(spot)
    middle = (spot / interval).quantize(Decimal(1), ROUND_HALF_UP)
    places = range(-STRIKES_EACH_SIDE, STRIKES_EACH_SIDE + 1)
    return [interval * (middle + place) for place in places if middle + place > 0]
