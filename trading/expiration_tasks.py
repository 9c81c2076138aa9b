"""What the worker does on an expiration day, by the market's clock: review, close, settle. Safe to run twice.

Between the hour before the close and the close every tick reviews what has changed: an account where
something happened, everything once a minute and whenever a price moves. A look never takes more than
a fifth of one processor's time, however large the book.
"""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from time import monotonic
from uuid import UUID

from django.db.models import Max

from brokerage import market_calendar
from brokerage.market_calendar import Session
from brokerage.models import Event
from trading.choices import ExpirationPhase
from trading.expirations import find_expiration, list_unfinished
from trading.rules.cutoffs import review_starts
from trading.tasks import book_fees

log = logging.getLogger(__name__)

EVERYTHING_AFTER = 60.0  # seconds, of the machine's time and of the market's
PAUSE = 4  # times as long as the last look took,
SHORT = 0.2  # where that was long at all
OVERLAP = 1_000  # events that may have been committed after a later one


@dataclass
class _Look:
    """What the last look of this process saw, and when: by the market's clock and by the machine's."""

    at: datetime
    began: float
    took: float = 0.0
    newest_event: int = 0
    prices: dict[UUID, Decimal] = field(default_factory=dict)


_looks: dict[date, _Look] = {}


def start_review(at: datetime) -> None:
    """Review everything that expires in the session of `at`: an hour before its close."""
    from trading.services.expiration_close import review_expiration

    for expiration_date in _dates(market_calendar.last_session(at)):
        review_expiration(expiration_date, at)


def review_once_more(at: datetime) -> None:
    """Review everything again shortly before the close, while it can still be sold."""
    start_review(at)


def review_expirations(at: datetime) -> None:
    """Review, at a tick, what has changed since the last one."""
    session = market_calendar.session_at(at)
    if session is None or at < review_starts(session):
        return
    for expiration_date in _dates(session):
        _look_again(expiration_date, at)


def close_expirations(at: datetime) -> None:
    """Keep the closing prices of what expired at `at`, and file what was not sold in time."""
    from trading.services.expiration_close import close_expiration

    for expiration_date in _dates(market_calendar.last_session(at)):
        close_expiration(expiration_date, at)


def settle_expirations(at: datetime) -> None:
    """Exercise, assign and expire what is left once no instruction comes any more, and book the fees of it."""
    from trading.services.expiration_run import settle_expiration

    settled = [settle_expiration(one.date, at) for one in list_unfinished().filter(phase=ExpirationPhase.CLOSED)]
    if any(one.positions for one in settled):
        book_fees(at)


def finish_expirations(at: datetime) -> None:
    """Settle, at a tick, what could not be settled before: a price came, an instruction was confirmed, a run died."""
    from trading.services.expiration_close import close_expiration
    from trading.services.expiration_run import can_settle, prices_have_come, settle_expiration

    for expiration in list_unfinished().filter(phase=ExpirationPhase.CLOSED):
        try:
            if can_settle(expiration, at):
                if settle_expiration(expiration.date, at).positions:
                    book_fees(at)
            elif prices_have_come(expiration):
                close_expiration(expiration.date, at)
        except Exception:
            log.exception("what expired on %s could not be settled and is looked at again", expiration.date)


def _dates(session: Session) -> list[date]:
    from trading.expiring_books import expiration_dates

    return expiration_dates(session)


def _look_again(expiration_date: date, at: datetime) -> None:
    """Look at what has changed since this process looked last; at everything where that is long ago."""
    from trading.services.expiration_close import review_expiration, see
    from trading.services.expiration_review import review_accounts
    from trading.services.expiration_run import note_positions

    last, began = _looks.get(expiration_date), monotonic()
    if last is not None and last.took > SHORT and _passed(last, at, began) < last.took * (PAUSE + 1):
        return
    sight = see(expiration_date, at)
    look = _Look(at, began, 0.0, Event.objects.aggregate(newest=Max("pk"))["newest"] or 0, dict(sight.prices))
    if last is None or _is_stale(last, look) or find_expiration(expiration_date) is None:
        review_expiration(expiration_date, at)
    elif look.newest_event != last.newest_event:
        happened = Event.objects.filter(pk__gt=last.newest_event - OVERLAP)
        note_positions(expiration_date, at)
        review_accounts(sight, list(happened.order_by().values_list("account_id", flat=True).distinct()))
        look.at, look.began = last.at, last.began  # everything is looked at again a minute after it was
    else:
        return
    _looks.clear()
    _looks[expiration_date] = look
    look.took = monotonic() - began


def _is_stale(last: _Look, look: _Look) -> bool:
    """Say whether everything is to be looked at: a price has moved, or a minute is over by either clock."""
    return look.prices != last.prices or _passed(last, look.at, look.began) >= EVERYTHING_AFTER


def _passed(last: _Look, at: datetime, began: float) -> float:
    """Answer the seconds since the last look, by whichever clock has moved on more."""
    return max(abs((at - last.at).total_seconds()), began - last.began)
