"""`manage.py import_exercise_confirmations FILE`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brokerage.errors import BrokerageError
from brokerage.money import plain
from trading.services.clearing import confirm_by_file


class Command(BaseCommand):
    """Confirm exercises from the clearing house's file."""

    help = (
        "Confirm exercises from a CSV file with the columns exercise_date (YYYY-MM-DD), symbol (21 characters or "
        "compact) and quantity, one row for each day and series over all customers. A series that differs is "
        "listed and stays as it is; the exit code is then 1. A bad row is named by line, and nothing is confirmed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV with a header")

    def handle(self, *args: Any, **options: Any) -> None:
        """Confirm, and print every series that differs."""
        try:
            found = confirm_by_file(file=options["file"])
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        except BrokerageError as refusal:
            raise CommandError(f"{options['file']}: {refusal}. Nothing was confirmed.") from None
        self.stdout.write(f"exercises confirmed: {found.exercises}")
        for one in found.mismatches:
            counts = f"exercised here {plain(one.ours)}, confirmed {plain(one.theirs)}"
            self.stdout.write(f"{one.exercise_date} {one.symbol}: {counts}")
        if found.mismatches:
            raise CommandError(f"series that differ: {len(found.mismatches)}")
