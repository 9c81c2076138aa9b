"""`manage.py rerun_approvals`: does every stored decision come out the same, in the same words?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from options.approval_selectors import find_difference
from options.errors import RuleSetGone
from options.models import OptionsApplication


class Command(BaseCommand):
    """Decides every options request again from its record. Exits with 1 where one comes out otherwise."""

    help = "Run every stored options decision again; exit with 1 where one comes out otherwise."

    def handle(self, *args: Any, **options: Any) -> None:
        stored = OptionsApplication.objects.select_related("policy").order_by("id")
        count = different = 0
        for application in stored.iterator(chunk_size=1_000):
            count += 1
            said = _difference(application)
            if said:
                different += 1
                self.stdout.write(f"{application.pk} of account {application.account_id}: {said}")
        if different:
            raise CommandError(f"{different} of {count} decisions come out otherwise")
        self.stdout.write(f"{count} decisions come out the same")


def _difference(application: OptionsApplication) -> str:
    try:
        difference = find_difference(application)
    except RuleSetGone as gone:
        return str(gone)
    if difference is None:
        return ""
    reasons = "; ".join(reason.text for reason in difference.again.reasons)
    return f"was {application.ruled_status}, comes out {difference.again.status.value}: {reasons}"
