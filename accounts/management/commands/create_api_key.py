"""`manage.py create_api_key --name NAME (--account NUMBER | --correspondent CODE)`."""

import json
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Account, Correspondent
from accounts.rules.keys import FULL, READ_ONLY, KeyTicket
from accounts.services.keys import create_api_key
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import BrokerageError


class Command(BaseCommand):
    """Makes an API key that does not expire: of one account, or of a correspondent."""

    help = "Make an API key of one account or of a correspondent. The secret is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="what uses the key")
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--account", metavar="NUMBER", help="of this account alone: what a trading client uses")
        whose.add_argument("--correspondent", metavar="CODE", help="of the correspondent, with every account of it")
        parser.add_argument("--read-only", action="store_true", help="let the key read and nothing else")
        parser.add_argument("--json", action="store_true", help="print JSON for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["account"] or ""
        ticket = KeyTicket(
            name=options["name"], scopes=READ_ONLY if options["read_only"] else FULL, account_number=number
        )
        try:
            with clock.reading():
                key, secret = create_api_key(
                    actor=system_user(),
                    correspondent_id=_correspondent(number, options["correspondent"]).pk,
                    ticket=ticket,
                    once=uuid4().hex,
                )
        except BrokerageError as refusal:
            raise CommandError(str(refusal)) from None
        made = {"account_number": number or None, "api_key": key.key_id, "api_secret": secret}
        if options["json"]:
            self.stdout.write(json.dumps(made))
            return
        for name, value in made.items():
            self.stdout.write(f"{name:>16}  {value or '-'}")
        self.stdout.write("Keep the secret now: it is stored as a hash and not shown again.")


def _correspondent(account_number: str, code: str | None) -> Correspondent:
    """Answer whose key it is to be."""
    if account_number:
        account = Account.objects.select_related("correspondent").filter(account_number=account_number).first()
        if account is None:
            raise CommandError(f"there is no account with the number {account_number!r}")
        return account.correspondent
    correspondent = Correspondent.objects.filter(code=code).first()
    if correspondent is None:
        raise CommandError(f"there is no correspondent with the code {code!r}")
    return correspondent
