"""`manage.py check_allocations`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading.assignments import is_repeatable
from trading.models import AssignmentNotice

EVERY = 100


class Command(BaseCommand):
    """Allocate every notice again from its work paper (domain rules AS-4, RC-3)."""

    help = "Run every allocation again from its work paper, and compare with its result and with what was assigned."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through all notices, oldest first; name those that do not come to the same."""
        ids = list(AssignmentNotice.objects.order_by("received_at", "pk").values_list("pk", flat=True))
        wrong = []
        for done, notice_id in enumerate(ids, start=1):
            notice = AssignmentNotice.objects.get(pk=notice_id)
            if not is_repeatable(notice):
                wrong.append(notice.reference)
                self.stderr.write(f"{notice.reference}: does not come to the same")
            if done % EVERY == 0:
                self.stdout.write(f"checked: {done} of {len(ids)}")
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(ids)} allocations do not come to the same")
        self.stdout.write(f"{len(ids)} allocations come to the same again")
