"""`manage.py import_assignments FILE [--dry-run]`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import BrokerageError
from trading.assignment_errors import AssignmentFileWrong
from trading.assignment_tasks import post_notice
from trading.models import AssignmentNotice
from trading.rules.assignment_notices import read_file
from trading.services.assignment import receive_file

EVERY = 100


class Command(BaseCommand):
    """Import the assignment notices of a clearing file (`docs/assignment-file.md`)."""

    help = (
        "Allocate the notices of a clearing file over all customers and post them, account by account. Every bad line "
        "is named, and nothing is imported unless all are good. Run again after an interruption: it goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and `--dry-run`."""
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV with a header and a trailer")
        parser.add_argument("--dry-run", action="store_true", help="check the file and allocate; keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file, receive its notices, post them, print how far it is."""
        file, is_dry_run = options["file"], options["dry_run"]
        try:
            with clock.reading():
                lines = read_file(file.read_bytes().decode("utf-8-sig"))
                notices = receive_file(
                    actor=system_user(), lines=lines, is_dry_run=is_dry_run, progress=self._progress("allocated")
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{file}: the file is not UTF-8 text. Nothing was imported.") from None
        except AssignmentFileWrong as wrong:
            for line, said in wrong.lines.items():
                self.stderr.write(f"{file}:{line}: {'; '.join(said)}")
            raise CommandError(f"{file}: {len(wrong.lines)} bad lines. Nothing was imported.") from None
        except BrokerageError as refusal:
            raise CommandError(f"{file}: {refusal}. Nothing was imported.") from None
        contracts = sum(int(one.quantity) for one in notices)
        if is_dry_run:
            self.stdout.write(f"good: {len(notices)} notices, {contracts} contracts. Nothing was imported.")
            return
        self._post(notices)
        self.stdout.write(f"imported: {len(notices)} notices, {contracts} contracts")

    def _post(self, notices: list[AssignmentNotice]) -> None:
        for place, notice in enumerate(notices, start=1):
            with clock.reading():
                post_notice(notice.pk, self._progress(f"notice {place} of {len(notices)}, accounts posted"))

    def _progress(self, what: str) -> Any:
        def tell(done: int, of: int) -> None:
            if done % EVERY == 0 or done == of:
                self.stdout.write(f"{what}: {done} of {of}")

        return tell
