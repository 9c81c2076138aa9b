"""The hours of an expiration day, measured from the close: on a half day they come three hours earlier."""

from datetime import date, datetime, timedelta

from brokerage.market_calendar import NEW_YORK, Session
from options.rules.expirations import stops_trading_at

REVIEW_BEFORE_CLOSE = timedelta(minutes=60)
INSTRUCTIONS_AFTER_CLOSE = timedelta(minutes=90)
FILING_AFTER_CLOSE = timedelta(minutes=210)


def review_starts(session: Session) -> datetime:
    """Answer when expiring positions are reviewed and none is opened any more: 15:00, or 12:00 on a half day."""
    return session.closes_at - REVIEW_BEFORE_CLOSE


def instruction_cutoff(session: Session) -> datetime:
    """Answer when contrary instructions end: 17:30, or 14:30 on a half day.

    FINRA 2360(b)(23)(A): no member may accept one later (domain rules EX-11, EX-12).
    """
    return session.closes_at + INSTRUCTIONS_AFTER_CLOSE


def filing_deadline(session: Session) -> datetime:
    """Answer until when the firm itself may file what it took in time: 19:30, or 16:30 on a half day (EX-11)."""
    return session.closes_at + FILING_AFTER_CLOSE


def expiration_day(expiration_date: date) -> date:
    """Answer the New York date of a contract's last session: the day before, where its own has none."""
    return stops_trading_at(expiration_date).astimezone(NEW_YORK).date()


def cutoff_on(expiration_date: date) -> datetime:
    """Answer the cut-off of a contract that expires then."""
    return stops_trading_at(expiration_date) + INSTRUCTIONS_AFTER_CLOSE


def deadline_on(expiration_date: date) -> datetime:
    """Answer the firm's filing deadline for a contract that expires then."""
    return stops_trading_at(expiration_date) + FILING_AFTER_CLOSE


def hour_of(at: datetime) -> str:
    """Answer the hour of a cut-off as a sentence names it, `17:30 ET`."""
    return f"{at.astimezone(NEW_YORK):%H:%M} ET"
