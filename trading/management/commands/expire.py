"""Close and settle an expiration date by hand: the same acts as the clock's, in as many processes as one likes."""

import sys
from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brokerage import clock
from trading.choices import ExpirationState
from trading.expirations import expiration_counts, find_expiration, hours_of
from trading.seeding.crew import crew
from trading.services.expiration_close import close_expiration
from trading.services.expiration_run import Progress, has_closed, settle_expiration
from trading.tasks import book_fees


class Command(BaseCommand):
    help = "Exercise, assign and expire what is left of an expiration date; safe to run again and beside the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, required=True, help="the expiration date")
        parser.add_argument("--processes", type=int, default=1, help="how many settle accounts at once")
        parser.add_argument("--status", action="store_true", help="only say how many contracts are in which state")

    def handle(self, *args: Any, **options: Any) -> None:
        on, now = options["date"], clock.now()
        if not options["status"]:
            if now < hours_of(on).cutoff_at:
                raise CommandError(f"instructions for {on} are taken until {hours_of(on).cutoff_at:%Y-%m-%d %H:%M} UTC")
            if options["processes"] < 1:
                raise CommandError("--processes must be at least 1")
            with crew(options["processes"]) as spread:
                if find_expiration(on) is None or not has_closed(on):
                    began = monotonic()
                    changed = close_expiration(on, now)
                    self.stdout.write(f"closed: {changed:,} positions decided in {monotonic() - began:.1f} s")
                done = settle_expiration(on, now, spread=spread, progress=self._say)
            book_fees(now)
            rate = done.positions / max(done.seconds, 0.001)
            self.stdout.write(
                f"{done.positions:,} positions of {done.accounts:,} accounts, {done.rows:,} rows"
                f" in {done.seconds:.1f} s: {rate:,.0f} positions a second"
            )
        for state, standing in expiration_counts(on).items():
            if standing.positions or standing.contracts:
                label = ExpirationState(state).label
                self.stdout.write(f"  {label}: {standing.positions:,} positions, {standing.contracts:,.0f} contracts")

    def _say(self, done: Progress) -> None:
        if sys.stdout.isatty():
            line = (
                f"  {done.accounts:,}/{done.of_accounts:,} accounts, {done.positions:,} positions, {done.rows:,} rows"
            )
            self.stdout.write(f"\r{line}", ending="\n" if done.accounts == done.of_accounts else "")
            self.stdout.flush()
