"""A line through a few points with its axes, worked out for an SVG that a template writes and a style sheet colors."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

WIDTH, HEIGHT = Decimal(420), Decimal(210)
LEFT, RIGHT, TOP, BOTTOM = Decimal(16), Decimal(10), Decimal(10), Decimal(24)
LETTER = Decimal(6)  # How wide one is, about.
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
ROUNDING = Decimal("0.1")
X_TICKS, Y_TICKS = 6, 5


class Value(NamedTuple):
    """One value to draw: where, what it says when it is pointed at, and which kind of mark it has."""

    x: Decimal
    y: Decimal
    said: str
    kind: str = ""


class Tick(NamedTuple):
    """A mark on an axis: where it is, what it says, and whether its words begin or end there instead of around it."""

    at: Decimal
    label: str
    anchor: str = ""


@dataclass(frozen=True)
class Curve:
    """The drawing: coordinates in a box of `width` by `height`, the line as SVG writes it."""

    width: Decimal
    height: Decimal
    left: Decimal
    right: Decimal
    top: Decimal
    bottom: Decimal
    line: str
    points: tuple[Value, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    here: Decimal | None


@dataclass(frozen=True)
class _Axes:
    """What the axes span, and between which edges of the drawing."""

    low: Decimal
    high: Decimal
    bottom: Decimal
    top: Decimal
    left: Decimal
    right: Decimal
    foot: Decimal

    def across(self, at: Decimal) -> Decimal:
        return _rounded(self.left + (at - self.low) / (self.high - self.low) * (self.right - self.left))

    def up(self, at: Decimal) -> Decimal:
        return _rounded(TOP + (self.top - at) / (self.top - self.bottom) * (self.foot - TOP))


def draw_curve(
    values: Sequence[Value],
    *,
    unit: str = "",
    x_labels: Sequence[tuple[Decimal, str]] | None = None,
    here: Decimal | None = None,
    is_from_zero: bool = False,
    least: Decimal = Decimal(0),
    size: tuple[Decimal, Decimal] = (WIDTH, HEIGHT),
) -> Curve | None:
    """Answer the drawing of values in order of `x`; None where there are not two to draw a line through.

    `unit` stands behind each label of the upright axis; `x_labels` name places of the other, else it
    has round numbers; `here` is a place that matters, where it is within reach. The upright axis
    spans `least` or more, so that a small change does not look like a large one.
    """
    if len(values) < 2 or values[0].x == values[-1].x:
        return None
    width, height = size
    low, high = values[0].x, values[-1].x
    bottom, top = _room([one.y for one in values], least, is_from_zero=is_from_zero)
    heights = _named(round_numbers(bottom, top, Y_TICKS), unit)
    left = LEFT + LETTER * max((len(label) for _, label in heights), default=0)
    axes = _Axes(low, high, bottom, top, left, width - RIGHT, height - BOTTOM)
    points = tuple(one._replace(x=axes.across(one.x), y=axes.up(one.y)) for one in values)
    named = _named(round_numbers(low, high, X_TICKS), "") if x_labels is None else x_labels
    return Curve(
        *(width, height, axes.left, axes.right, TOP, axes.foot),
        line="M" + " ".join(f"{one.x} {one.y}" for one in points),
        points=points,
        x_ticks=tuple(_within(axes.across(at), label, width) for at, label in named if low <= at <= high),
        y_ticks=tuple(Tick(axes.up(at), label) for at, label in heights),
        here=axes.across(here) if here is not None and low <= here <= high else None,
    )


def round_numbers(low: Decimal, high: Decimal, most: int) -> list[Decimal]:
    """Answer round numbers between two ends, about so many at most."""
    if high <= low:
        return []
    exponent = Decimal(10) ** ((high - low) / most).adjusted()
    step = next((one * exponent for one in STEPS if one * exponent * most >= high - low), 10 * exponent)
    first = (low / step).to_integral_value(ROUND_CEILING)
    last = (high / step).to_integral_value(ROUND_FLOOR)
    return [number * step for number in range(int(first), int(last) + 1)]


def _room(heights: Sequence[Decimal], least: Decimal, *, is_from_zero: bool) -> tuple[Decimal, Decimal]:
    """Answer the values at the bottom and the top of the drawing, with room around those that are drawn."""
    bottom, top = min(heights), max(heights)
    missing = max(least - (top - bottom), Decimal(0)) / 2
    bottom, top = bottom - missing, top + missing
    margin = (top - bottom) * Decimal("0.12") or abs(top) * Decimal("0.1") or Decimal(1)
    return Decimal(0) if is_from_zero else max(bottom - margin, Decimal(0)), top + margin


def _named(numbers: Sequence[Decimal], unit: str) -> list[tuple[Decimal, str]]:
    """Answer numbers with what they say, all with as many places as the one that needs most."""
    places = max((-int(one.normalize().as_tuple().exponent) for one in numbers), default=0)
    return [(one, f"{one:,.{max(places, 0)}f}{unit}") for one in numbers]


def _within(at: Decimal, label: str, width: Decimal) -> Tick:
    """Answer a mark whose words do not leave the drawing."""
    half = LETTER * len(label) / 2
    return Tick(at, label, "end" if at + half > width else "start" if at < half else "")


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(ROUNDING)
