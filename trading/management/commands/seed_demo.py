"""Fill an empty sandbox with the demo book, and show how to get in."""

import json
import os
import sys
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from brokerage.mode import is_sandbox
from options.market.computed import computed_prices
from trading.demo.book import build_demo
from trading.demo.logins import CUSTOMER, PASSWORD, STAFF, AccountKey
from trading.services.correspondents import NewCorrespondent
from trading.services.fee_rates import import_fee_rates_once

KEYS_FILE = "demo.json"


class Command(BaseCommand):
    help = "Fill an empty sandbox with the demo book. A book that has accounts is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_sandbox():
            raise CommandError("the demo book exists in sandbox mode only")
        if not Account.objects.exists():
            started = monotonic()
            import_fee_rates_once()
            with computed_prices():
                self._keep(*build_demo(self._progress))
            self.stdout.write(f"\rdemo book filled in {monotonic() - started:.1f} s{'':40}")
        self._show()

    def _progress(self, stage: str, done: int, total: int) -> None:
        if sys.stdout.isatty():
            self.stdout.write(f"\r  {stage} {done}/{total}{'':30}", ending="")
            self.stdout.flush()
        elif done == total:
            self.stdout.write(f"  {stage} {done}/{total}")

    def _keep(self, opened: list[NewCorrespondent], own: AccountKey) -> None:
        """Keep the demo keys beside the data: their hashes are in the database, the secrets only here."""
        kept = settings.DATA_DIR / KEYS_FILE
        with os.fdopen(os.open(kept, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
            facts = [
                {
                    "name": new.correspondent.name,
                    "code": new.correspondent.code,
                    "firm_account_id": str(new.firm_account.pk),
                    "api_key": new.api_key,
                    "api_secret": new.api_secret,
                }
                for new in opened
            ]
            account = {
                "account_number": own.account.account_number,
                "account_id": str(own.account.pk),
                "api_key": own.api_key,
                "api_secret": own.api_secret,
            }
            json.dump({"password": PASSWORD, "correspondents": facts, "account": account}, out, indent=2)

    def _show(self) -> None:
        kept = settings.DATA_DIR / KEYS_FILE
        if not kept.exists():
            return
        demo = json.loads(kept.read_text())
        self.stdout.write(f"Demo logins, password {demo['password']!r}:")
        for code, roles in STAFF.items():
            firm = code.lower() if code else "broker"
            self.stdout.write("  " + "  ".join(f"{role}@{firm}.example" for role in roles))
        self.stdout.write(f"  {CUSTOMER}, who holds one account")
        self.stdout.write("A rop, compliance or admin also types the code of: manage.py sign_in_code EMAIL")
        self.stdout.write("Demo API keys:")
        for firm in demo["correspondents"]:
            self.stdout.write(f"  {firm['name']} ({firm['code']}), firm account {firm['firm_account_id']}")
            self.stdout.write(f"    key {firm['api_key']}  secret {firm['api_secret']}")
        if own := demo.get("account"):
            self.stdout.write(f"  account {own['account_number']} of the customer alone, for a trading client on /v2")
            self.stdout.write(f"    key {own['api_key']}  secret {own['api_secret']}")
