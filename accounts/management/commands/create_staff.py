"""`manage.py create_staff EMAIL --role ROLE [--correspondent CODE] --password-stdin`."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.choices import STAFF_ROLES
from accounts.services.users import create_staff, system_user
from brokerage import clock
from brokerage.errors import BrokerageError


class Command(BaseCommand):
    """Adds a member of staff. The password comes from standard input, never from the command line."""

    help = "Add a member of staff, of a correspondent or (without one) of the broker itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", required=True, help=f"one of {', '.join(STAFF_ROLES)}")
        parser.add_argument("--correspondent", metavar="CODE", help="whose staff; left out for the broker's own")
        parser.add_argument("--name", default="", help="the person's name")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--json", action="store_true", help="print the user as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["password_stdin"]:
            raise CommandError("--password-stdin is required: a password does not belong on a command line")
        password = sys.stdin.readline().rstrip("\r\n")
        try:
            with clock.reading():
                user = create_staff(
                    actor=system_user(),
                    email=options["email"],
                    role=options["role"],
                    password=password,
                    name=options["name"],
                    correspondent_code=options["correspondent"],
                )
        except BrokerageError as refusal:
            raise CommandError(str(refusal)) from None
        made = {
            "user_id": user.pk,
            "email": user.email,
            "role": user.role,
            "correspondent": options["correspondent"],
        }
        self.stdout.write(json.dumps(made) if options["json"] else f"{user.email} may now sign in as {user.role}.")
