"""How long a bar lasts, and when it begins (contract/trading.md 9.1).

Minutes and hours count from midnight in New York, days are its dates, weeks begin on Monday, and
months are cut from January on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from brokerage.market_calendar import NEW_YORK

_WRITTEN = re.compile(r"([1-9][0-9]?)(Min|T|Hour|H|Day|D|Week|W|Month|M)")


class Unit(StrEnum):
    """What a timeframe counts."""

    MINUTE = "Min"
    HOUR = "Hour"
    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"


_SHORT = {"T": Unit.MINUTE, "H": Unit.HOUR, "D": Unit.DAY, "W": Unit.WEEK, "M": Unit.MONTH}
_ALLOWED = {
    Unit.MINUTE: range(1, 60),
    Unit.HOUR: range(1, 24),
    Unit.DAY: (1,),
    Unit.WEEK: (1,),
    Unit.MONTH: (1, 2, 3, 4, 6, 12),
}


@dataclass(frozen=True, slots=True)
class Timeframe:
    """How long a bar lasts: so many of a unit."""

    count: int
    unit: Unit

    @property
    def is_within_a_day(self) -> bool:
        """Say whether a day has several such bars."""
        return self.unit in (Unit.MINUTE, Unit.HOUR)

    def start_of(self, at: datetime) -> datetime:
        """Answer when the bar that holds `at` begins."""
        return self._start(at.astimezone(NEW_YORK)).astimezone(UTC)

    def end_of(self, start: datetime) -> datetime:
        """Answer when the bar that begins at `start` is over: no bar of hours or minutes goes on after midnight."""
        local = start.astimezone(NEW_YORK)
        midnight = local.replace(hour=0, minute=0)
        match self.unit:
            case Unit.MINUTE | Unit.HOUR:
                end = min(local + self.length, midnight + timedelta(days=1))
            case Unit.MONTH:
                years, month = divmod(local.month - 1 + self.count, 12)
                end = local.replace(year=local.year + years, month=month + 1)
            case _:
                end = local + timedelta(days=7 if self.unit is Unit.WEEK else 1)
        return end.astimezone(UTC)

    def starts(self) -> "Callable[[_Timed], datetime]":
        """Answer what says of trades or bars that come in order where the bar of each begins."""
        start = end = datetime.min.replace(tzinfo=UTC)

        def start_of(one: _Timed) -> datetime:
            nonlocal start, end
            if not start <= one.at < end:
                start = self.start_of(one.at)
                end = self.end_of(start)
            return start

        return start_of

    @property
    def length(self) -> timedelta:
        """Answer how long a bar of minutes or hours lasts, if midnight does not cut it short."""
        return timedelta(minutes=self.count * (60 if self.unit is Unit.HOUR else 1))

    def _start(self, local: datetime) -> datetime:
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        match self.unit:
            case Unit.MINUTE | Unit.HOUR:
                passed = timedelta(hours=local.hour, minutes=local.minute)
                return midnight + passed // self.length * self.length
            case Unit.WEEK:
                return midnight - timedelta(days=local.weekday())
            case Unit.MONTH:
                return midnight.replace(month=(local.month - 1) // self.count * self.count + 1, day=1)
        return midnight


class _Timed(Protocol):
    @property
    def at(self) -> datetime: ...


MINUTE, DAY = Timeframe(1, Unit.MINUTE), Timeframe(1, Unit.DAY)


def parse_timeframe(text: str) -> Timeframe | None:
    """Answer the timeframe that `text` names, such as `5Min`, `1D` or `3Month`; None where it names none."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    unit = _SHORT.get(found[2]) or Unit(found[2])
    count = int(found[1])
    return Timeframe(count, unit) if count in _ALLOWED[unit] else None
