"""Write the sessions file from the kept calendar library (a development dependency)."""

import csv
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from brokerage.market_calendar import CSV_FILE, NEW_YORK

FIRST, LAST = "1990-01-01", "2029-12-31"


def sessions() -> list[tuple[str, str, str]]:
    """Answer (date, open, close) of every New York session, hours as HH:MM New York."""
    from exchange_calendars import get_calendar  # pandas stays out of the running processes

    schedule = get_calendar("XNYS", start=FIRST, end=LAST).schedule
    return [(f"{day:%Y-%m-%d}", _new_york(row.open), _new_york(row.close)) for day, row in schedule.iterrows()]


def _new_york(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%H:%M}"


class Command(BaseCommand):
    help = "Write brokerage/calendar/xnys.csv: every session of the New York market, 1990 to 2029."

    def handle(self, *args: Any, **options: Any) -> None:
        with CSV_FILE.open("w", newline="") as out:
            rows = csv.writer(out, lineterminator="\n")
            rows.writerow(("date", "open", "close"))
            rows.writerows(sessions())
        self.stdout.write(f"wrote {CSV_FILE.name}")
