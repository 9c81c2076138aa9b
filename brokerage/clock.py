"""The only source of now.

In production it is the machine's. In the sandbox it can be set, frozen and moved
(`brokerage.services.clock`), so that an expiration day or a half day can be lived through
in seconds. Its setting is one row, read once per request or task: within a `reading()`
every call of `now()` measures from the same row, and a service that locks an account reads
it with the lock (`annotations`, `adopt`), so the clock costs no round trip of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Subquery

from brokerage.market_calendar import NEW_YORK
from brokerage.mode import is_sandbox
from brokerage.prepared import PreparedQuery


@dataclass(frozen=True)
class ClockSetting:
    """How far the sandbox clock is from the real one, or the instant it stands at."""

    offset: timedelta = timedelta()
    frozen_at: datetime | None = None

    def at(self, real: datetime) -> datetime:
        """Answer what this clock shows when the real one shows `real`."""
        return self.frozen_at or real + self.offset


@dataclass
class _Reading:
    setting: ClockSetting | None = None


_reading: ContextVar[_Reading | None] = ContextVar("clock_reading", default=None)


def real_now() -> datetime:
    """Answer the machine's time: for what happens to the machine, never to the market."""
    return datetime.now(UTC)


def now() -> datetime:
    """Answer the present instant in UTC, as the market of this installation sees it."""
    return setting().at(real_now())


def today() -> date:
    """Answer the present date in New York."""
    return now().astimezone(NEW_YORK).date()


def setting() -> ClockSetting:
    """Answer how the clock is set, reading its row at most once within a `reading()`."""
    if not is_sandbox():
        return ClockSetting()
    reading = _reading.get()
    if reading is None:
        return _stored()
    if reading.setting is None:
        reading.setting = _stored()
    return reading.setting


def _stored() -> ClockSetting:
    row = _SETTING.first()
    return ClockSetting(*row) if row else ClockSetting()


def _setting() -> "QuerySet[Any, tuple[timedelta, datetime | None]]":
    from brokerage.models import SandboxClock

    return SandboxClock.objects.values_list("offset", "frozen_at")


_SETTING = PreparedQuery(_setting)


@contextmanager
def reading() -> Iterator[None]:
    """Read the clock's row at most once inside: one request, one task."""
    token = _reading.set(_Reading())
    try:
        yield
    finally:
        _reading.reset(token)


def annotations() -> dict[str, Subquery]:
    """Answer what to annotate on a row that is locked, so that `adopt` can take the clock from it."""
    from brokerage.models import SandboxClock

    if not is_sandbox():
        return {}
    rows = SandboxClock.objects.all()
    return {
        "clock_offset": Subquery(rows.values("offset")[:1]),
        "clock_frozen_at": Subquery(rows.values("frozen_at")[:1]),
    }


def adopt(row: Any) -> None:
    """Take the clock from a row fetched with `annotations()`, for the rest of this `reading()`."""
    reading = _reading.get()
    if reading is not None and is_sandbox():
        reading.setting = ClockSetting(row.clock_offset or timedelta(), row.clock_frozen_at)
