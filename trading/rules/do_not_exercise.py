"""Whether contracts may be marked as not to be exercised, and which of several instructions counts (EX-11 … EX-15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from brokerage.market_calendar import NEW_YORK
from trading.choices import InstructionStatus, LateExcuse
from trading.errors import OptionFraction
from trading.exercise_errors import ExerciseQuantityNotAboveZero, LongPositionNotFound, NoAvailablePosition
from trading.instruction_errors import (
    DoNotExerciseTooEarly,
    DoNotExerciseTooLarge,
    DoNotExerciseTooLate,
    EuropeanNotApplicable,
    EvidenceMissing,
    FilingDeadlinePassed,
    ShortNotMarked,
)
from trading.rules.cutoffs import cutoff_on, deadline_on, expiration_day, hour_of

LEAST_EVIDENCE = 10
COUNTED = frozenset({InstructionStatus.IN_FORCE, InstructionStatus.SUPERSEDED, InstructionStatus.WITHDRAWN})


@dataclass(frozen=True)
class LateFiling:
    """Why an instruction is filed after the cut-off, and what shows that it is so (EX-13)."""

    excuse: LateExcuse
    evidence: str


@dataclass(frozen=True)
class DoNotExerciseRequest:
    """What is asked: how many contracts not to exercise (None: the whole position), and why, where somebody says."""

    quantity: Decimal | None = None
    reason: str = ""
    late: LateFiling | None = None


@dataclass(frozen=True)
class LongContract:
    """A contract as a do-not-exercise knows it, and how much of it the account holds: short below zero."""

    symbol: str
    expiration_date: date
    is_american: bool
    held: Decimal


def review_do_not_exercise(
    asked: DoNotExerciseRequest, contract: LongContract, *, received_at: datetime, at: datetime
) -> Decimal:
    """Answer how many contracts the instruction is about, or raise the refusal.

    `received_at` counts against the cut-off: when a message came in, not when somebody typed it (EX-14).
    What comes after it is told so, though the position is settled by then and gone.
    """
    _require_shape(asked)
    if contract.held < 0:
        raise ShortNotMarked
    if contract.held == 0:
        if asked.late is None and is_last_evening(contract.expiration_date, received_at=received_at, at=at):
            raise DoNotExerciseTooLate(time=hour_of(cutoff_on(contract.expiration_date)))
        raise LongPositionNotFound(symbol=contract.symbol)
    if not contract.is_american:
        raise EuropeanNotApplicable
    require_in_time(contract.expiration_date, received_at=received_at, at=at, is_excused=asked.late is not None)
    quantity = contract.held if asked.quantity is None else asked.quantity
    if quantity > contract.held:
        raise DoNotExerciseTooLarge(requested=quantity, available=contract.held)
    return quantity


def require_in_time(expiration_date: date, *, received_at: datetime, at: datetime, is_excused: bool = False) -> None:
    """Raise where it is not the expiration day, or past the hour: for what is filed, and for what is withdrawn."""
    today, last_day = at.astimezone(NEW_YORK).date(), expiration_day(expiration_date)
    if today < last_day:
        raise DoNotExerciseTooEarly
    if today > last_day:
        raise NoAvailablePosition
    cutoff = cutoff_on(expiration_date)
    if received_at >= cutoff and not is_excused:
        raise DoNotExerciseTooLate(time=hour_of(cutoff))
    deadline = deadline_on(expiration_date)
    if at >= deadline:
        raise FilingDeadlinePassed(time=hour_of(deadline))


def is_last_evening(expiration_date: date, *, received_at: datetime, at: datetime) -> bool:
    """Say whether it is the expiration day, and the cut-off has passed."""
    is_last_day = at.astimezone(NEW_YORK).date() == expiration_day(expiration_date)
    return is_last_day and is_late(expiration_date, received_at)


def is_late(expiration_date: date, received_at: datetime) -> bool:
    """Say whether something that came in then came after the cut-off."""
    return received_at >= cutoff_on(expiration_date)


def is_overtaken(received_at: datetime, others: Iterable[tuple[str, datetime]]) -> bool:
    """Say whether something later was said of the position: the last in time counts (EX-15).

    `others` are the status of each other instruction and when it was said: when it was received, or
    where it was withdrawn, when that was.
    """
    return any(status in COUNTED and said_at > received_at for status, said_at in others)


def _require_shape(asked: DoNotExerciseRequest) -> None:
    if asked.late is not None and len(asked.late.evidence.strip()) < LEAST_EVIDENCE:
        raise EvidenceMissing(least=LEAST_EVIDENCE, found=len(asked.late.evidence.strip()))
    if asked.quantity is None:
        return
    if asked.quantity <= 0:
        raise ExerciseQuantityNotAboveZero
    if asked.quantity != asked.quantity.to_integral_value():
        raise OptionFraction
