"""Where the parts of a bar and the points of a line stand: numbers for drawings, worked out and not yet drawn."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

WHOLE = Decimal(100)
STEP = Decimal("0.01")
ZERO = Decimal(0)


def shares_of_bar(amounts: Sequence[Decimal]) -> list[tuple[Decimal, Decimal]]:
    """Answer where each amount begins on a bar of 100 and how long it is; what is below zero has no length.

    They meet without a gap: where one ends the next begins, and the last ends at 100.
    """
    drawn = [max(amount, ZERO) for amount in amounts]
    whole = sum(drawn, ZERO)
    if not whole:
        return [(ZERO, ZERO) for _ in drawn]
    edges, reached = [ZERO], ZERO
    for amount in drawn:
        reached += amount
        edges.append((reached / whole * WHOLE).quantize(STEP))
    return [(start, end - start) for start, end in pairwise(edges)]


def lengths(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Answer how long each amount is beside the largest, which is 100, whichever its sign."""
    largest = max((abs(amount) for amount in amounts), default=ZERO)
    return [(abs(amount) / largest * WHOLE).quantize(STEP) if largest else ZERO for amount in amounts]


def points_of_line(values: Sequence[Decimal], *, width: int, height: int) -> str:
    """Answer the points of a line through the values, as an SVG polyline has them; the lowest stands at the bottom."""
    if not values:
        return ""
    low, high = min(values), max(values)
    room = high - low
    across = Decimal(width) / max(len(values) - 1, 1)
    points = (
        (number * across, height - (value - low) / room * height if room else Decimal(height) / 2)
        for number, value in enumerate(values)
    )
    return " ".join(f"{x.quantize(STEP):f},{y.quantize(STEP):f}" for x, y in points)
