"""`manage.py rebuild_positions [--check] [--account ID]`"""

import sys
from argparse import ArgumentParser
from time import monotonic
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from accounts.services.users import system_user
from brokerage.errors import BrokerageError
from trading.services.rebuilding import Difference, rebuild_account

EVERY = 0.2  # seconds between two lines of progress on a terminal


class Command(BaseCommand):
    """Replay the ledger into positions and lots."""

    help = (
        "Make positions and lots what the ledger says, account by account, each under its lock: safe beside a "
        "market that trades, to stop, and to run again. Prints what was not so; with --check writes nothing, and "
        "exits 1 where anything is not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether it is a check, and whose account."""
        parser.add_argument("--check", action="store_true", help="compare only")
        parser.add_argument("--account", type=UUID, help="one account's id; all, where it is not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the accounts in the order of their ids."""
        actor, is_check = system_user(), options["check"]
        accounts = Account.objects.order_by("pk").values_list("pk", flat=True)
        if options["account"]:
            accounts = accounts.filter(pk=options["account"])
        total, wrong = accounts.count(), 0
        if not total:
            raise CommandError("there is no such account" if options["account"] else "the book has no accounts")
        self.said = self.started = monotonic()
        for done, account_id in enumerate(accounts.iterator(), start=1):
            try:
                differences = rebuild_account(actor=actor, account_id=account_id, is_check=is_check)
            except BrokerageError as refusal:
                raise CommandError(f"account {account_id}: {refusal}") from None
            wrong += bool(differences)
            for one in differences:
                self._say(one)
            self._progress(done, total)
        act = "differ" if is_check else "were rebuilt"
        self.stdout.write(f"{total:,} accounts in {monotonic() - self.started:.1f} s: {wrong:,} {act}")
        if wrong and is_check:
            raise CommandError(f"{wrong} accounts differ from their ledger")

    def _say(self, one: Difference) -> None:
        self.stdout.write(f"account {one.account_id} asset {one.asset}: {one.what} {one.found} not {one.expected}")

    def _progress(self, done: int, total: int) -> None:
        """Tell whoever waits how far it is: on one line of a terminal, otherwise now and then, beside the answer."""
        is_terminal, now = sys.stderr.isatty(), monotonic()
        if done < total and now - self.said < (EVERY if is_terminal else 10):
            return
        self.said = now
        line = f"  {done:,}/{total:,} accounts, {done / max(now - self.started, 0.001):,.0f} a second"
        if is_terminal:
            self.stderr.write(f"\r{line}{'':20}", ending="\n" if done == total else "")
            self.stderr.flush()
        else:
            self.stderr.write(line)
