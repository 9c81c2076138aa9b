"""Hold the projections to the ledger (domain rule RC-10)."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading.reconciliation import find_breaks


class Command(BaseCommand):
    help = "Check that positions, lots and cash equal their postings, and that every hold and cover is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = find_breaks()
        if options["json"]:
            self.stdout.write(json.dumps({"breaks": [vars(one) for one in breaks]}, default=str))
        for one in () if options["json"] else breaks:
            self.stdout.write(
                f"{one.check}: account {one.account_id} asset {one.asset}: {one.found} not {one.expected}"
            )
        if breaks:
            raise CommandError(f"{len(breaks)} breaks")
        if not options["json"]:
            self.stdout.write(
                "no breaks: positions and cash equal their postings, and what is pledged and held is there"
            )
