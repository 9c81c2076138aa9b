"""Price over time as a chart: which bars a period has, where each of them stands, and what the axis says.

The nights between sessions take no room, and a stretch without a trade keeps its own: the line of
a contract that trades twice a day does not look busier than it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from brokerage.market_calendar import NEW_YORK, Session, last_session, sessions_between
from options.rules.bars import Bar
from options.rules.timeframes import DAY, Timeframe, Unit

WIDTH, HEIGHT, VOLUME_HEIGHT = Decimal(600), Decimal(150), Decimal(36)
STEP = Decimal("0.01")


class Period(NamedTuple):
    """How far back a chart reaches: `days` of the calendar, and `most` sessions at most; 0 means any number."""

    label: str
    timeframe: Timeframe
    each: str
    days: int
    most: int


PERIODS = {
    "1D": Period("1 day", Timeframe(2, Unit.MINUTE), "2 minutes", 0, 1),
    "5D": Period("5 days", Timeframe(10, Unit.MINUTE), "10 minutes", 14, 5),
    "1M": Period("1 month", Timeframe(30, Unit.MINUTE), "half hour", 30, 0),
    "1Y": Period("1 year", DAY, "day", 365, 0),
}


class Mark(NamedTuple):
    """A word beneath the chart, and the slot that it stands at."""

    slot: int
    label: str


class Point(NamedTuple):
    """One bar of a chart, and the slot that it stands at."""

    slot: int
    bar: Bar


@dataclass(frozen=True)
class PriceChart:
    """Prices of a period in order, and where they stood before it where that is known."""

    name: str
    points: tuple[Point, ...]
    slots: int
    marks: tuple[Mark, ...]
    before: Decimal | None

    @property
    def period(self) -> Period:
        """Answer how far back it reaches."""
        return PERIODS[self.name]

    @property
    def is_daily(self) -> bool:
        """Say whether each bar is a whole day."""
        return not self.period.timeframe.is_within_a_day

    @property
    def change(self) -> Decimal | None:
        """Answer how far the price has come: from the close before the period, else from its first price."""
        return self.points[-1].bar.close - self._base if self.points else None

    @property
    def change_ratio(self) -> Decimal | None:
        """Answer the change as a part of where the price stood."""
        return None if self.change is None or not self._base else self.change / self._base

    @property
    def low(self) -> Decimal | None:
        """Answer the lowest price paid."""
        return min((one.bar.low for one in self.points), default=None)

    @property
    def high(self) -> Decimal | None:
        """Answer the highest price paid."""
        return max((one.bar.high for one in self.points), default=None)

    @property
    def volume(self) -> int:
        """Answer how much was traded."""
        return sum(one.bar.volume for one in self.points)

    @property
    def session_date(self) -> date | None:
        """Answer the day of the last price; None where there is none."""
        return self.points[-1].bar.at.astimezone(NEW_YORK).date() if self.points else None

    @property
    def line(self) -> str:
        """Answer the line of closes as an SVG polyline has it, in a box of 600 by 150."""
        return " ".join(f"{self._x(one.slot):f},{self._y(one.bar.close):f}" for one in self.points)

    @property
    def volume_bars(self) -> str:
        """Answer a stroke for the volume of each bar as an SVG path has it, in a box of 600 by 36."""
        most = max((one.bar.volume for one in self.points), default=0)
        return "".join(
            f"M{self._x(one.slot):f} {VOLUME_HEIGHT}v-{(one.bar.volume * VOLUME_HEIGHT / most).quantize(STEP):f}"
            for one in self.points
            if one.bar.volume
        )

    @property
    def before_y(self) -> Decimal | None:
        """Answer the height at which the close before is drawn, from the top of the box."""
        return None if self.before is None else self._y(self.before)

    @property
    def _base(self) -> Decimal:
        return self.points[0].bar.open if self.before is None else self.before

    @cached_property
    def _reach(self) -> tuple[Decimal, Decimal]:
        drawn = [one.bar.close for one in self.points] + ([] if self.before is None else [self.before])
        return min(drawn), max(drawn)

    def _x(self, slot: int) -> Decimal:
        return (slot * WIDTH / max(self.slots - 1, 1)).quantize(STEP)

    def _y(self, price: Decimal) -> Decimal:
        low, high = self._reach
        return ((high - price) / (high - low) * HEIGHT if high > low else HEIGHT / 2).quantize(STEP)


def sessions_of(period: Period, at: datetime) -> list[Session]:
    """Answer the sessions of a period that ends at `at`, in order: the last is the one that opened last."""
    last = last_session(at).date
    found = list(sessions_between(last - timedelta(days=period.days), last))
    return found[-period.most :]


def draw_prices(name: str, sessions: Sequence[Session], bars: Sequence[Bar], before: Decimal | None) -> PriceChart:
    """Answer the chart of bars in some sessions, in order; what was traded outside of their hours is left out."""
    timeframe = PERIODS[name].timeframe
    grid = _Grid(timeframe, sessions)
    slots = [(grid.slot_of(bar.at), bar) for bar in bars]
    points = tuple(Point(slot, bar) for slot, bar in slots if slot is not None)
    return PriceChart(name, points, grid.count, tuple(_marks(name, grid)), before)


class _Grid:
    """Slots of one length, session by session, without the nights between them."""

    def __init__(self, timeframe: Timeframe, sessions: Sequence[Session]) -> None:
        self.timeframe, self.sessions, self.count = timeframe, sessions, 0
        self.known: dict[date, tuple[int, Session]] = {}
        for one in sessions:
            self.known[one.date] = self.count, one
            # The closing auction is at the close: it begins a slot of its own.
            self.count += (one.closes_at - one.opens_at) // timeframe.length + 1 if timeframe.is_within_a_day else 1

    def slot_of(self, at: datetime) -> int | None:
        found = self.known.get(at.astimezone(NEW_YORK).date())
        if found is None:
            return None
        first, session = found
        if not self.timeframe.is_within_a_day:
            return first
        if not session.opens_at <= at <= session.closes_at:
            return None
        return first + (at - session.opens_at) // self.timeframe.length

    def first_of(self, session: Session) -> int:
        return self.known[session.date][0]


def _marks(name: str, grid: _Grid) -> list[Mark]:
    match name:
        case "1D":
            return [mark for session in grid.sessions for mark in _hours(session, grid)]
        case "5D":
            return [Mark(grid.first_of(one), _day(one.date)) for one in grid.sessions]
        case "1M":
            groups = groupby(grid.sessions, lambda one: one.date.isocalendar()[:2])
            return [Mark(grid.first_of(one), _day(one.date)) for one in _firsts(groups)]
    groups = groupby(grid.sessions, lambda one: (one.date.year, one.date.month))
    return [
        Mark(grid.first_of(one), f"{one.date:%Y}" if one.date.month == 1 else f"{one.date:%b}")
        for one in _firsts(groups)
    ]


def _hours(session: Session, grid: _Grid) -> list[Mark]:
    opens = session.opens_at.astimezone(NEW_YORK)
    hour = opens.replace(minute=0) + timedelta(hours=1 if opens.minute else 0)
    marks = []
    while hour <= session.closes_at:
        slot = grid.slot_of(hour)
        if slot is not None:
            marks.append(Mark(slot, f"{hour:%H:%M}"))
        hour += timedelta(hours=1)
    return marks


def _firsts(groups: "groupby[tuple[int, ...], Session]") -> list[Session]:
    """Answer the first session of each group but the first, which the period cuts."""
    return [next(group) for _, group in groups][1:]


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"
