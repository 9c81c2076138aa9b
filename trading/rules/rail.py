"""When the sandbox's rail moves a transfer, and where to: a table of steps, by the market's clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from brokerage import market_calendar
from brokerage.market_calendar import NEW_YORK
from trading.choices import TransferStatus as S
from trading.choices import TransferType
from trading.rules.funding import CANCELABLE

LINK_CHECK = timedelta(minutes=1)  # how long a bank takes to confirm that an account is there
EXPIRED = "expired before it was sent to the bank"

# How long after it was released a transfer takes each step. Wires arrive the same day, whatever the day.
STEPS: dict[TransferType, tuple[tuple[S, timedelta], ...]] = {
    TransferType.ACH: (
        (S.SENT_TO_CLEARING, timedelta(seconds=30)),
        (S.COMPLETE, timedelta(minutes=10)),
    ),
    TransferType.WIRE: (
        (S.PENDING, timedelta(seconds=30)),
        (S.SENT_TO_CLEARING, timedelta(seconds=60)),
        (S.APPROVED, timedelta(seconds=90)),
        (S.COMPLETE, timedelta(seconds=120)),
    ),
}
# What a fixture makes of a wire: it takes these steps and no others.
FIXED: dict[S, tuple[S, ...]] = {
    S.QUEUED: (),
    S.PENDING: (S.PENDING,),
    S.REJECTED: (S.PENDING, S.REJECTED),
    S.CANCELED: (S.PENDING, S.CANCELED),
    S.APPROVED: (S.PENDING, S.SENT_TO_CLEARING, S.APPROVED),
    S.RETURNED: (S.PENDING, S.SENT_TO_CLEARING, S.APPROVED, S.COMPLETE, S.RETURNED),
}
STEP = timedelta(seconds=30)


@dataclass(frozen=True)
class Step:
    """Where a transfer goes next, and when."""

    status: S
    at: datetime


def next_step(
    status: str,
    transfer_type: str,
    *,
    created_at: datetime,
    expires_at: datetime,
    fixture: S | None = None,
    has_rail: bool,
) -> Step | None:
    """Answer the next step of a transfer that nobody touches, or None where only a person moves it.

    What has not left for the bank when it expires is cancelled.
    """
    current = S(status)
    path = _path(TransferType(transfer_type), fixture) if has_rail and current != S.APPROVAL_PENDING else ()
    taken = [step for step, _ in path]
    following = path[taken.index(current) + 1 :] if current in taken else path if current == S.QUEUED else ()
    if following:
        wanted, after = following[0]
        due = created_at + after
        return Step(wanted, _clearing(due) if _waits_for_banks(transfer_type, wanted) else due)
    return Step(S.CANCELED, expires_at) if current in CANCELABLE else None


def _path(transfer_type: TransferType, fixture: S | None) -> tuple[tuple[S, timedelta], ...]:
    if fixture is None:
        return STEPS[transfer_type]
    return tuple((status, STEP * (index + 1)) for index, status in enumerate(FIXED[fixture]))


def _waits_for_banks(transfer_type: str, wanted: S) -> bool:
    return transfer_type == TransferType.ACH and wanted == S.COMPLETE


def _clearing(due: datetime) -> datetime:
    """Answer when ACH clears what is due then: at once on a business day, else as the next one begins."""
    day = due.astimezone(NEW_YORK).date()
    if market_calendar.session_on(day):
        return due
    return datetime.combine(market_calendar.next_business_day(day), time(8, 30), NEW_YORK).astimezone(UTC)
