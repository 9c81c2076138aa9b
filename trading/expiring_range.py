"""What a move of one underlying changes: how many positions end how, over a range of its price, drawn by the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.models import User
from trading.choices import Projected
from trading.expiring import ExpiringFilter, book_for
from trading.expiring_outlook import read_expiring
from trading.rules.drawing import shares_of_bar
from trading.rules.outlook import moved

STEPS = tuple(Decimal(step) for step in ("-10", "-5", "-2.5", "-1", "0", "1", "2.5", "5", "10"))
WIDTH, BAR = 44, 36
ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """One piece of a bar, from the top: how many positions end so, and where it is drawn."""

    projected: Projected
    positions: int
    top: Decimal
    height: Decimal


@dataclass(frozen=True)
class Step:
    """One price of the underlying, and what becomes of the positions at it; `shortfall` is what is missing then."""

    percent: Decimal
    price: Decimal | None
    left: int
    parts: tuple[Part, ...]
    shortfall: Decimal

    @property
    def is_now(self) -> bool:
        """Say whether this is the price as it is."""
        return not self.percent


@dataclass(frozen=True)
class Range:
    """The outcomes over a range of prices."""

    symbol: str
    steps: tuple[Step, ...]
    shown: tuple[Projected, ...]

    @property
    def width(self) -> int:
        """Answer how wide the drawing is."""
        return WIDTH * len(self.steps)


def read_range(actor: User, wanted: ExpiringFilter, symbol: str, at: datetime) -> Range | None:
    """Answer what becomes of the positions on `symbol` as it moves; None where nothing on it expires soon."""
    expiring = read_expiring(book_for(actor, wanted), at)
    if symbol not in expiring.symbols:
        return None
    expiring = expiring.holding(symbol)
    counts: list[dict[Projected, int]] = []
    shortfalls: list[Decimal] = []
    for outlook in expiring.outlooks([wanted.percents | {symbol: percent} for percent in STEPS]):
        found: dict[Projected, int] = {}
        shortfall = ZERO
        for (_, _, projected), tally in outlook.narrowed(day=wanted.day, symbol=symbol).tallies().items():
            found[projected] = found.get(projected, 0) + tally.positions
            shortfall += tally.shortfall
        counts.append(found)
        shortfalls.append(shortfall)
    shown = tuple(one for one in Projected if any(one in found for found in counts))
    steps = [
        Step(percent, moved(expiring.quoted.get(symbol), percent), number * WIDTH, _parts(found, shown), shortfall)
        for number, (percent, found, shortfall) in enumerate(zip(STEPS, counts, shortfalls, strict=True))
    ]
    return Range(symbol, tuple(steps), shown)


def _parts(found: dict[Projected, int], shown: Sequence[Projected]) -> tuple[Part, ...]:
    bars = shares_of_bar([Decimal(found.get(one, 0)) for one in shown])
    return tuple(Part(one, found.get(one, 0), start, length) for one, (start, length) in zip(shown, bars, strict=True))
