"""Instants in New York, for rules that take the time as an argument."""

from datetime import datetime

from brokerage.market_calendar import NEW_YORK


def new_york(text: str) -> datetime:
    """Answer that New York time."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)
