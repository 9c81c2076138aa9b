"""The board of an expiration day: how many contracts are in which state, and what comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.models import User
from brokerage.market_calendar import NEW_YORK
from trading.choices import ExpirationPhase, ExpirationState
from trading.expirations import (
    FINAL_STATES,
    Standing,
    expiration_counts,
    expires_something,
    find_expiration,
    hours_of,
    list_unfinished,
    not_priced,
)

S = ExpirationState
# In the order in which a day goes: what is watched, what is decided, what has become of it.
STATES = (
    (S.WATCHED, S.SUPPORTED, S.LIQUIDATING, S.DO_NOT_EXERCISE, S.SHORT, S.NOT_PRICED),
    (S.EXERCISED, S.ASSIGNED, S.EXPIRED, S.CLOSED),
)


@dataclass(frozen=True)
class Moment:
    """One of the day's hours: when it comes, and whether it is behind."""

    label: str
    at: datetime
    is_past: bool


@dataclass(frozen=True)
class Cell:
    """A state, and how many positions and contracts are in it."""

    state: ExpirationState
    standing: Standing


@dataclass(frozen=True)
class Board:
    """One expiration date as it stands: its hours, its states, how far its run has come, and what needs a person."""

    day: date
    is_today: bool
    phase: ExpirationPhase | None
    moments: tuple[Moment, ...]
    coming: tuple[Cell, ...]
    done: tuple[Cell, ...]
    finished: int
    total: int
    now: datetime
    unpriced: Mapping[str, Standing]

    @property
    def next(self) -> Moment | None:
        """Answer the moment that comes next; None when all are behind."""
        return next((one for one in self.moments if not one.is_past), None)

    @property
    def seconds(self) -> int:
        """Answer how many seconds are left until then."""
        coming = self.next
        return max(int((coming.at - self.now).total_seconds()), 0) if coming else 0

    @property
    def countdown(self) -> str:
        """Say how long that is: `1 h 05 min`, `4 min`."""
        minutes = -(-self.seconds // 60)
        hours, left = divmod(minutes, 60)
        return f"{hours} h {left:02} min" if hours else f"{minutes} min"

    @property
    def is_running(self) -> bool:
        """Say whether what became of the contracts is being posted."""
        return self.phase == ExpirationPhase.CLOSED and 0 < self.finished < self.total

    @property
    def percent(self) -> int:
        """Answer how far the run has come."""
        return self.finished * 100 // self.total if self.total else 0


def read_board(actor: User, at: datetime) -> Board | None:
    """Answer the board of the date that is being worked on: one that is not finished, else today's; else None."""
    today = at.astimezone(NEW_YORK).date()
    day = next((one.date for one in list_unfinished() if one.date <= today), today)
    expiration = find_expiration(day)
    if expiration is None and not expires_something(day):
        return None
    hours = hours_of(day)
    moments = (
        ("Review", hours.review_starts_at),
        ("Close", hours.closes_at),
        ("Last instruction", hours.cutoff_at),
    )
    counts = expiration_counts(day, actor)
    coming, done = ([Cell(state, counts[state]) for state in states] for states in STATES)
    return Board(
        day,
        day == today,
        ExpirationPhase(expiration.phase) if expiration else None,
        tuple(Moment(label, moment, moment <= at) for label, moment in moments),
        tuple(coming),
        tuple(done),
        _positions(one for one in counts.items() if one[0] in FINAL_STATES),
        _positions(counts.items()),
        at,
        _shown(actor, day) if counts[S.NOT_PRICED].positions else {},
    )


def _shown(actor: User, day: date) -> Mapping[str, Standing]:
    """Answer what waits for a price: the broker's people learn of all, others that it waits, and not how much."""
    found = not_priced(day)
    return found if actor.sees_every_correspondent else {one: Standing(0, Decimal(0)) for one in found}


def _positions(counts: Iterable[tuple[ExpirationState, Standing]]) -> int:
    return sum(standing.positions for _, standing in counts)
