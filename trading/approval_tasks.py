"""The daily report on approvals, made at the close (RC-11)."""

from datetime import datetime

from brokerage import market_calendar
from trading.services.approval_report import store_approval_reports


def report_approvals(at: datetime) -> None:
    """Make the report of the session that ended at `at`, for every correspondent. Safe to run twice."""
    store_approval_reports(report_date=market_calendar.last_session(at).date, at=at)
