"""Take a partner firm on, from the command line."""

import json
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.users import system_user
from brokerage.errors import BrokerageError
from trading.services.correspondents import open_correspondent
from trading.services.fee_rates import import_fee_rates_once

MOST_CASH = Decimal("1e15")


class Command(BaseCommand):
    help = "Create a correspondent with its firm account and an API key. The secret is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="the firm's name")
        parser.add_argument("--code", required=True, help="its code: 1 to 4 capital letters or digits")
        parser.add_argument("--firm-cash", required=True, help="dollars in the firm account, such as 50000.00")
        parser.add_argument("--json", action="store_true", help="print JSON for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        firm_cash = _amount(options["firm_cash"])
        try:
            new = open_correspondent(
                actor=system_user(), name=options["name"], code=options["code"], firm_cash=firm_cash
            )
        except BrokerageError as refusal:
            raise CommandError(str(refusal)) from None
        import_fee_rates_once()
        facts = {
            "correspondent_id": str(new.correspondent.pk),
            "code": new.correspondent.code,
            "firm_account_id": str(new.firm_account.pk),
            "api_key": new.api_key,
            "api_secret": new.api_secret,
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name:>18}  {value}")
        self.stdout.write("Keep the secret now: it is stored as a hash and not shown again.")


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MOST_CASH or amount != amount.quantize(Decimal("0.01")):
        raise CommandError(f"--firm-cash must be dollars and cents from 0, not {text!r}")
    return amount
