"""Add many made-up accounts to a sandbox book, for benchmarks and demonstrations."""

import sys
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from accounts.models import ApiKey
from brokerage.mode import is_sandbox
from trading.seeding.book import Stage, seed_book
from trading.seeding.crew import AlreadySeedingError

PENDING_OF = 70

LEAST = {"accounts": 1, "processes": 1, "expiring": 0}


class Command(BaseCommand):
    help = "Add made-up accounts with positions, orders, requests and activities to the book, by COPY."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, required=True, help="how many accounts to add")
        parser.add_argument("--seed", default="strikebook", help="the same seed on the same book makes the same people")
        parser.add_argument("--pending", type=int, help="of them, how many have a request that waits; one of seventy")
        parser.add_argument(
            "--expiring", type=int, default=0, help="how many positions expire in the next sessions; none"
        )
        parser.add_argument("--processes", type=int, help="how many load at once; as many as there are processors")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_sandbox():
            raise CommandError("a seeded book exists in sandbox mode only")
        for name, least in LEAST.items():
            if options[name] is not None and options[name] < least:
                raise CommandError(f"--{name} must be at least {least}")
        accounts, pending = options["accounts"], options["pending"]
        if pending is None:
            pending = accounts // PENDING_OF
        if not 0 <= pending <= accounts:
            raise CommandError(f"--pending must be 0 to {accounts}, found {pending}")
        if not ApiKey.objects.exists():
            raise CommandError("the book has no correspondent with an API key: run seed_demo or create_correspondent")
        self.started, self.tenths = monotonic(), dict[str, int]()
        try:
            rows = seed_book(
                accounts,
                seed=options["seed"],
                pending=pending,
                progress=self._progress,
                processes=options["processes"],
                expiring=options["expiring"],
            )
        except AlreadySeedingError:
            raise CommandError("another seed_book loads this book") from None
        except KeyboardInterrupt:
            raise CommandError("stopped: the accounts that were loaded stay, and the indexes are whole") from None
        except ProgrammingError as refused:
            raise CommandError(f"loading past the triggers needs a superuser as owner: {refused}") from refused
        took = monotonic() - self.started
        self.stdout.write(
            f"{accounts:,} accounts, {rows:,} rows in {took:.1f} s: {accounts / took:,.0f} accounts a second"
        )

    def _progress(self, stage: Stage) -> None:
        is_over = stage.done == stage.total
        line = f"  {stage.act} {stage.done:,}/{stage.total:,}"
        if stage.act == "accounts":
            rate = stage.done / max(monotonic() - self.started, 0.001)
            line = f"  {stage.done:,}/{stage.total:,} accounts, {stage.rows:,} rows, {rate:,.0f} accounts a second"
        if sys.stdout.isatty():
            self.stdout.write(f"\r{line}{'':20}", ending="\n" if is_over else "")
            self.stdout.flush()
        elif stage.act == "listing underlying":
            return  # a moment's work: worth a line only where it is written over
        elif is_over or stage.done * 10 // stage.total != self.tenths.get(stage.act):
            self.tenths[stage.act] = stage.done * 10 // stage.total
            self.stdout.write(line)
