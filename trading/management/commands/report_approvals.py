"""Find accounts that trade options without what their approval asks (domain rule RC-11)."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Correspondent
from brokerage import clock
from trading.approval_report import FINDINGS, count_checked, find_gaps


class Command(BaseCommand):
    help = (
        "Check that every account with options trades has an approval, an options agreement and a disclosure "
        "record, and that no fifteen-day clock has run out. Prints what is wrong and exits 1 where anything is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        self._say("counting accounts that trade options …", options)
        checked = sum(count_checked().values())
        self._say(f"checking {checked:,} accounts that trade options, and the clocks …", options)
        gaps = find_gaps(clock.now())
        codes = dict(Correspondent.objects.values_list("pk", "code"))
        lines = [(codes[whose], one) for whose in sorted(gaps, key=codes.__getitem__) for one in gaps[whose]]
        if options["json"]:
            found = [{"correspondent": code} | one.as_kept() for code, one in lines]
            self.stdout.write(json.dumps({"accounts_checked": checked, "findings": found}))
        for code, one in () if options["json"] else lines:
            since = f" (since {one.since:%Y-%m-%d})" if one.since else ""
            self.stdout.write(f"{code} {one.account_number} {one.account_id}: {FINDINGS[one.finding]}{since}")
        if lines:
            raise CommandError(f"{len(lines)} findings")
        if not options["json"]:
            self.stdout.write(f"no findings: {checked:,} accounts that trade options have what their approval asks")

    def _say(self, text: str, options: dict[str, Any]) -> None:
        """Tell whoever waits how far it is, beside the answer and not in it."""
        if options["verbosity"]:
            self.stderr.write(text)
