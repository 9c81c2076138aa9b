"""`manage.py import_fee_rates [FILE]`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brokerage.errors import BrokerageError
from trading.services.fee_rates import PUBLISHED, import_fee_rates


class Command(BaseCommand):
    """Load fee rates from a CSV file."""

    help = "Add dated fee rates from a file. A bad row is named by line and reason, and nothing is loaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, nargs="?", default=PUBLISHED, metavar="FILE", help="CSV with a header")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the file, and print what changed."""
        try:
            loaded = import_fee_rates(file=options["file"])
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        except BrokerageError as refusal:
            raise CommandError(f"{options['file']}: {refusal}. Nothing was loaded.") from None
        self.stdout.write(f"fee rates: {loaded.added} added, {loaded.unchanged} unchanged")
