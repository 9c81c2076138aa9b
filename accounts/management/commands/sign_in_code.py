"""`manage.py sign_in_code EMAIL`: the code that an authenticator app would show now, in the sandbox."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from brokerage.mode import is_sandbox


class Command(BaseCommand):
    """Prints the second factor of a demo user, so that the demo's principals can be tried."""

    help = "Print the present code of a user's authenticator app. Exists in the sandbox only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_sandbox():
            raise CommandError("codes are shown in sandbox mode only: elsewhere they belong to their owner's app")
        email = options["email"].strip().lower()
        found = Authenticator.objects.filter(user__email=email, type=Authenticator.Type.TOTP).first()
        if found is None:
            raise CommandError(f"{email} has no authenticator app here")
        period = getattr(settings, "MFA_TOTP_PERIOD", 30)
        self.stdout.write(format_hotp_value(hotp_value(decrypt(found.data["secret"]), int(time.time()) // period)))
