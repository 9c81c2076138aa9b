"""The clearing house's hours: what is tendered at the close, and in the sandbox confirmed at the open."""

from datetime import datetime

from brokerage.mode import is_sandbox


def tender_exercises(at: datetime) -> None:
    """Tender what was accepted in the session that ended at `at`."""
    from trading.services import clearing

    clearing.tender_exercises(at=at)


def confirm_exercises(at: datetime) -> None:
    """Confirm at the open what was tendered: in the sandbox only, elsewhere a file does."""
    from trading.services import clearing

    if is_sandbox():
        clearing.confirm_tendered(at=at)
