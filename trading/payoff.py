"""The payoff drawing: what an order comes to at expiration, as a line over the price of the underlying.

Geometry only: the template writes the SVG, the style sheet gives it colors, and the table beside it
says the same in numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from brokerage.templatetags.formats import money, price
from options.rules.curves import round_numbers
from trading.rules.preview import PayoffPoint

ZERO = Decimal(0)
WIDTH, HEIGHT = Decimal(520), Decimal(250)
LEFT, RIGHT, TOP, BOTTOM = Decimal(64), Decimal(12), Decimal(12), Decimal(26)
ROUNDING = Decimal("0.1")


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is, and what it says."""

    at: Decimal
    label: str


@dataclass(frozen=True)
class Marker:
    """A price that matters, drawn as a line from top to bottom; `kind` is strike, breakeven or spot."""

    x: Decimal
    y: Decimal
    kind: str
    label: str
    price: Decimal


@dataclass(frozen=True)
class Row:
    """One line of the table: what the order comes to at a price."""

    price: Decimal
    label: str
    profit: Decimal


@dataclass(frozen=True)
class Payoff:
    """The drawing: coordinates in a box of `width` by `height`, paths as SVG writes them."""

    width: Decimal
    height: Decimal
    left: Decimal
    right: Decimal
    top: Decimal
    bottom: Decimal
    zero: Decimal
    line: str
    gain: str
    loss: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    markers: tuple[Marker, ...]
    rows: tuple[Row, ...]


def draw_payoff(
    points: Sequence[PayoffPoint], *, strike: Decimal | None, breakeven: Decimal | None, spot: Decimal | None
) -> Payoff | None:
    """Answer the drawing of a payoff, around the prices that matter; None where there is no line to draw."""
    if len(points) < 2:
        return None
    named = [("Strike", "strike", strike), ("Breakeven", "breakeven", breakeven), ("Price now", "spot", spot)]
    known = [(label, kind, at) for label, kind, at in named if at is not None]
    low, high = _reach([at for _, _, at in known] + [one.price for one in points[1:-1]], points)
    line = [PayoffPoint(at, profit_at(points, at)) for at in _corners(points, low, high)]
    bottom, top = _room([one.profit for one in line])

    def x(at: Decimal) -> Decimal:
        return _rounded(LEFT + (at - low) / (high - low) * (WIDTH - LEFT - RIGHT))

    def y(profit: Decimal) -> Decimal:
        return _rounded(TOP + (top - profit) / (top - bottom) * (HEIGHT - TOP - BOTTOM))

    def path(ends: Iterable[tuple[Decimal, Decimal]]) -> str:
        return "M" + " ".join(f"{x(at)} {y(profit)}" for at, profit in ends)

    def area(clip: int) -> str:
        edge = [(one.price, max(one.profit, ZERO) if clip > 0 else min(one.profit, ZERO)) for one in line]
        return path([(low, ZERO), *edge, (high, ZERO)]) + "Z" if any(profit for _, profit in edge) else ""

    return Payoff(
        *(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM, y(ZERO)),
        line=path((one.price, one.profit) for one in line),
        gain=area(1),
        loss=area(-1),
        x_ticks=tuple(Tick(x(at), price(at).removesuffix(".00")) for at in round_numbers(low, high, 5)),
        y_ticks=tuple(Tick(y(at), _dollars(at)) for at in round_numbers(bottom, top, 5)),
        markers=tuple(
            Marker(x(at), y(profit_at(points, at)), kind, label, at) for label, kind, at in known if low <= at <= high
        ),
        rows=_rows(points, {at: label for label, _, at in reversed(known)}, high),
    )


def profit_at(points: Sequence[PayoffPoint], at: Decimal) -> Decimal:
    """Answer the profit at a price: on the line between two corners, and on beyond the last as it goes there."""
    segments = list(pairwise(points))
    first, second = next((pair for pair in segments if at <= pair[1].price), segments[-1])
    run = second.price - first.price
    return first.profit if run == 0 else first.profit + (second.profit - first.profit) * (at - first.price) / run


def _reach(prices: Sequence[Decimal], points: Sequence[PayoffPoint]) -> tuple[Decimal, Decimal]:
    low, high = min(prices, default=points[0].price), max(prices, default=points[-1].price)
    room = max((high - low) * Decimal("0.6"), high * Decimal("0.12"), Decimal("0.5"))
    return max(low - room, ZERO), high + room


def _corners(points: Sequence[PayoffPoint], low: Decimal, high: Decimal) -> list[Decimal]:
    """Answer the prices at which the line bends or crosses zero, and both ends of what is drawn."""
    inside = [one.price for one in points if low < one.price < high]
    ends = sorted({low, high, *inside})
    crossings = []
    for before, after in pairwise(ends):
        first, second = profit_at(points, before), profit_at(points, after)
        if first * second < 0:
            crossings.append(before + (after - before) * first / (first - second))
    return sorted({*ends, *crossings})


def _room(profits: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Answer the profits at the bottom and the top of the drawing: zero is in it, with room above and below."""
    bottom, top = min(*profits, ZERO), max(*profits, ZERO)
    margin = max((top - bottom) * Decimal("0.1"), Decimal(1))
    return bottom - margin, top + margin


def _rows(points: Sequence[PayoffPoint], labels: dict[Decimal, str], high: Decimal) -> tuple[Row, ...]:
    prices = {*labels, *(one.price for one in points), high}
    kept = sorted(at for at in prices if at <= max([high, *labels]))
    return tuple(Row(at, labels.get(at, ""), profit_at(points, at)) for at in kept)


def _dollars(amount: Decimal) -> str:
    return str(money(amount, "$")).removesuffix(".00")


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(ROUNDING)
