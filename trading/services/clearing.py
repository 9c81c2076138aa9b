"""Follow accepted exercises through the clearing house: tendered at the close, confirmed by the next open.

They are posted when they are accepted; only their state moves here (domain rule EX-4).
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from accounts import acting
from accounts.services.users import system_user
from brokerage import clock
from brokerage.events import event, record_events
from brokerage.market_calendar import NEW_YORK
from brokerage.models import Event
from brokerage.money import plain
from options.errors import BadRow
from trading.choices import ActivityType, InstructionKind, InstructionStatus
from trading.models import Activity, Instruction
from trading.rules.confirmations import COLUMNS, Mismatch, Series, compare, parse_confirmations
from trading.rules.instruction_status import require_move

AT_ONCE = 2_000
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Confirmed:
    """How many exercises a file confirmed, and every series in which it differs from what was exercised."""

    exercises: int
    mismatches: list[Mismatch]


def tender_exercises(*, at: datetime) -> int:
    """Note that what was accepted by the close `at` is with the clearing house; answer how many exercises."""
    waiting = Q(status=InstructionStatus.ACCEPTED, received_at__lt=at)
    return _move_all(waiting, InstructionStatus.TENDERED, at)


def confirm_tendered(*, at: datetime) -> int:
    """Confirm what was tendered before the open `at`, as the sandbox's clearing house does; answer how many."""
    return _move_all(Q(status=InstructionStatus.TENDERED, received_at__lt=at), InstructionStatus.CONFIRMED, at)


def confirm_by_file(*, file: Path) -> Confirmed:
    """Confirm the exercises of each series that the file agrees with, and list those in which it does not.

    The layout is in `rules/confirmations.py`. On the days of the file every series is compared, with
    all that was posted as exercised. Raises `BadRow` where a row cannot be read, and confirms nothing.
    Loading a file twice changes nothing.
    """
    theirs = parse_confirmations(_read(file))
    ours = _exercised({day for day, _ in theirs})
    mismatches = compare(ours, theirs)
    differ = {(one.exercise_date, one.symbol) for one in mismatches}
    now = clock.now()
    return Confirmed(sum(_confirm(series, now) for series in theirs if series not in differ), mismatches)


def _confirm(series: Series, now: datetime) -> int:
    day, symbol = series
    open_states = (InstructionStatus.ACCEPTED, InstructionStatus.TENDERED)
    received = Q(received_at__gte=_midnight(day), received_at__lt=_midnight(day + ONE_DAY))
    return _move_all(Q(status__in=open_states, asset__symbol=symbol) & received, InstructionStatus.CONFIRMED, now)


def _move_all(which: Q, to: InstructionStatus, at: datetime) -> int:
    moved = 0
    while (step := _move_some(which, to, at)) > 0:
        moved += step
    return moved


@transaction.atomic(durable=True)
def _move_some(which: Q, to: InstructionStatus, at: datetime) -> int:
    """Move some exercises on and announce it. Nobody else moves them, so no account is locked."""
    acting.claim(system_user())
    rows = _exercises().filter(which).select_for_update(of=("self",)).order_by("pk")[:AT_ONCE]
    instructions = list(rows.select_related("account", "asset"))
    for one in instructions:
        one.status = require_move(one.kind, one.status, to)
        one.ended_at = at if to == InstructionStatus.CONFIRMED else None
    if instructions:
        Instruction.objects.bulk_update(instructions, ["status", "ended_at"])
        record_events([_told(one, at) for one in instructions])
    return len(instructions)


def _told(instruction: Instruction, at: datetime) -> Event:
    payload = {
        "instruction_id": str(instruction.pk),
        "group_id": str(instruction.group_id),
        "symbol": instruction.asset.symbol,
        "qty": plain(instruction.quantity),
        "status": instruction.status,
    }
    return event(
        f"exercise.{instruction.status}", account=instruction.account, subject=instruction, at=at, payload=payload
    )


def _exercises() -> QuerySet[Instruction]:
    return Instruction.objects.filter(kind=InstructionKind.EXERCISE)


def _exercised(days: Iterable[date]) -> dict[Series, Decimal]:
    """Answer what the firm's customers exercised on those days, by instruction and by exception, as it is posted."""
    rows = Activity.objects.filter(activity_type=ActivityType.OPEXC, date__in=list(days))
    summed = rows.order_by().values_list("date", "asset__symbol").annotate(sum=-Sum("quantity"))
    return {(day, symbol): quantity for day, symbol, quantity in summed if quantity}


def _read(file: Path) -> Sequence[tuple[int, Mapping[str, str | None]]]:
    try:
        lines = file.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadRow(line=1, problem="the file is not UTF-8 text") from None
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise BadRow(line=1, problem=f"the header has no column named {missing[0]}")
    rows = [(reader.line_num, cells) for cells in reader]
    if not rows:
        raise BadRow(line=1, problem="the file has no rows")
    return rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, NEW_YORK)
