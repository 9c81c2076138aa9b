"""What the commands that load a file share."""

import json
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brokerage import clock
from brokerage.errors import BrokerageError
from options.files import Row, read_rows
from options.services.contracts import Import


class FileCommand(BaseCommand, ABC):
    """Load a file whole, or say which line is wrong and load nothing of it."""

    kind = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and `--json`."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a JSON list, JSON objects, or CSV with a header")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    @abstractmethod
    def load(self, rows: Sequence[Row]) -> Import:
        """Load the rows; each command says how."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file, load it, print what changed."""
        try:
            with clock.reading():
                loaded = self.load(read_rows(options["file"]))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        except BrokerageError as refusal:
            raise CommandError(f"{options['file']}: {refusal}. Nothing was loaded.") from None
        if options["json"]:
            self.stdout.write(json.dumps(asdict(loaded)))
        else:
            counts = f"{loaded.added} added, {loaded.changed} changed, {loaded.unchanged} unchanged"
            self.stdout.write(f"{self.kind}: {counts}")
