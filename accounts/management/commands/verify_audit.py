"""`manage.py verify_audit [--head DIGEST]`: is every sealed entry of the audit trail as it was sealed?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import AuditSeal
from accounts.services.sealing_audit import check_audit


class Command(BaseCommand):
    """Compares the trail with its chain, and records the check. Exits with 1 where something was altered."""

    help = "Compare every sealed entry of the audit trail with the chain; exit with 1 where something was altered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", metavar="DIGEST", help="the head of an earlier check, kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        check = check_audit(self._progress)
        if check.finding:
            raise CommandError(check.finding)
        if options["head"] and not AuditSeal.objects.filter(digest=options["head"]).exists():
            raise CommandError(f"{options['head']} is not in the chain: what it sealed was replaced")
        self.stdout.write(f"{check.entries} entries in {check.seals} seals are as they were sealed. Head: {check.head}")

    def _progress(self, entries: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{entries:,} entries compared", ending="")
