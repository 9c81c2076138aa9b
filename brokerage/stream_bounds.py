"""From where to where a stream is read (contract/accounts.md 4.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from ulid import ULID

from brokerage import clock
from brokerage.errors import InvalidInput
from brokerage.models import Event

PAIRS = {"until": "since", "until_id": "since_id", "until_ulid": "since_ulid"}


@dataclass(frozen=True)
class Bounds:
    """The part of a stream asked for: by time (`at`), by `event_id` or by `ulid`; live only when empty.

    A lower id is the last one seen and is not sent again; times and upper ids are included.
    """

    column: str = ""
    since: Any = None
    until: Any = None

    @property
    def replays(self) -> bool:
        """Say whether the past is asked for; without `since…` a stream is live only."""
        return self.since is not None

    def condition(self) -> Q:
        """Answer the bounds as a condition on the rows of the outbox."""
        lower = Q(**{f"{self.column}__{'gte' if self.column == 'at' else 'gt'}": self.since})
        return lower if self.until is None else lower & Q(**{f"{self.column}__lte": self.until})

    def excludes(self, event: Event) -> bool:
        """Say whether a live event lies behind the upper bound."""
        return self.until is not None and getattr(event, self.column) > self.until

    def is_reached(self) -> bool:
        """Say whether the upper bound has passed, so that nothing new can belong to the stream."""
        if self.until is None:
            return False
        if self.column == "at":
            return bool(self.until < clock.now())
        newest = Event.objects.order_by("-event_id").filter(event_id__isnull=False)
        return any(found >= self.until for found in newest.values_list(self.column, flat=True)[:1])


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError("must be a whole number")
    return int(text)


def _ulid(text: str) -> str:
    try:
        return str(ULID.from_str(text.upper()))
    except ValueError:
        raise ValueError("must be a ULID") from None


def _instant(text: str, *, day_ends: bool) -> datetime:
    try:
        day = parse_date(text)
        at = None if day else parse_datetime(text)
    except ValueError:
        day = at = None
    if day:
        return datetime.combine(day, time.max if day_ends else time.min, UTC)
    if at is None or at.tzinfo is None:
        raise ValueError("must be a date (YYYY-MM-DD) or an RFC 3339 time")
    return at


Reader = Callable[[str], Any]
TIMES: dict[str, tuple[str, Reader]] = {
    "since": ("at", lambda text: _instant(text, day_ends=False)),
    "until": ("at", lambda text: _instant(text, day_ends=True)),
}
V1_PARAMETERS: dict[str, tuple[str, Reader]] = TIMES | {
    "since_id": ("event_id", _whole),
    "until_id": ("event_id", _whole),
    "since_ulid": ("ulid", _ulid),
    "until_ulid": ("ulid", _ulid),
}
V2_PARAMETERS: dict[str, tuple[str, Reader]] = TIMES | {"since_id": ("ulid", _ulid), "until_id": ("ulid", _ulid)}


def read_bounds(
    query: Mapping[str, str], last_event_id: str | None, parameters: dict[str, tuple[str, Reader]]
) -> Bounds:
    """Read the bounds from a query, or from `Last-Event-ID` where the query has none.

    Raises `InvalidInput` naming each parameter that cannot be read, stands alone or contradicts another.
    """
    given = {name: query[name] for name in parameters if query.get(name)}
    strange = [name for name in V1_PARAMETERS if query.get(name) and name not in parameters]
    errors = {name: [f"is {name.replace('_ulid', '_id')} on this stream"] for name in strange}
    values: dict[str, Any] = {}
    for name, text in given.items():
        try:
            values[name] = parameters[name][1](text)
        except ValueError as wrong:
            errors[name] = [str(wrong)]
    for upper, lower in PAIRS.items():
        if upper in given and lower not in given:
            errors.setdefault(upper, []).append(f"needs {lower}")
    starts = [name for name in given if name.startswith("since")]
    for name in starts[1:]:
        errors.setdefault(name, []).append(f"cannot be combined with {starts[0]}")
    if errors:
        raise InvalidInput(errors)
    if starts:
        start = starts[0]
        return Bounds(parameters[start][0], values[start], values.get(start.replace("since", "until")))
    try:
        return Bounds("event_id", _whole(last_event_id or ""))
    except ValueError:
        return Bounds()  # None, or not one of ours: live only.
