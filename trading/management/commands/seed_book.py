"""Add many made-up accounts to a sandbox book, for benchmarks and demonstrations."""

import sys
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from accounts.models import ApiKey
from brokerage.mode import is_sandbox
from trading.seeding.book import CHUNK, seed_book


class Command(BaseCommand):
    help = "Add made-up accounts with positions, orders, requests and activities to the book, by COPY."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, required=True, help="how many accounts to add")
        parser.add_argument("--seed", default="strikebook", help="the same seed on the same book makes the same people")
        parser.add_argument("--processes", type=int, help="how many load at once; as many as there are processors")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_sandbox():
            raise CommandError("a seeded book exists in sandbox mode only")
        for name in ("accounts", "processes"):
            if options[name] is not None and options[name] < 1:
                raise CommandError(f"--{name} must be at least 1")
        if not ApiKey.objects.exists():
            raise CommandError("the book has no correspondent with an API key: run seed_demo or create_correspondent")
        self.started = monotonic()
        try:
            rows = seed_book(
                options["accounts"], seed=options["seed"], progress=self._progress, processes=options["processes"]
            )
        except ProgrammingError as refused:
            raise CommandError(f"loading past the triggers needs a superuser as owner: {refused}") from refused
        took = monotonic() - self.started
        self.stdout.write(
            f"{options['accounts']:,} accounts, {rows:,} rows in {took:.1f} s: "
            f"{options['accounts'] / took:,.0f} accounts a second"
        )

    def _progress(self, done: int, total: int, rows: int) -> None:
        rate = done / max(monotonic() - self.started, 0.001)
        line = f"  {done:,}/{total:,} accounts, {rows:,} rows, {rate:,.0f} accounts a second"
        if sys.stdout.isatty():
            self.stdout.write(f"\r{line}{'':20}", ending="\n" if done == total else "")
            self.stdout.flush()
        elif done == total or done * 10 // total != (done - min(done, CHUNK)) * 10 // total:
            self.stdout.write(line)
