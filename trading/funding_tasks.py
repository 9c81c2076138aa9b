"""What the worker does for funding, at every tick. Safe to run twice."""

import logging
from datetime import datetime
from uuid import UUID

from accounts.services.users import system_user
from brokerage.mode import is_sandbox
from trading.models import AchRelationship, Bank, Transfer
from trading.rules.rail import LINK_CHECK

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500


def advance_waiting_funding(at: datetime) -> None:
    """Move on every account whose banks or transfers are due by `at`; one that fails costs only itself.

    Reads three small indexes, of what waits alone.
    """
    from trading.services.rail import ACH_STEPS, BANK_STEPS, advance_funding

    due: dict[UUID, None] = dict.fromkeys(
        Transfer.objects.filter(moves_at__lte=at)
        .order_by("moves_at")
        .values_list("account_id", flat=True)[:MOST_AT_ONCE]
    )
    if is_sandbox():
        for model, steps in ((AchRelationship, ACH_STEPS), (Bank, BANK_STEPS)):
            waiting = model.objects.filter(status__in=list(steps), created_at__lte=at - LINK_CHECK)
            due |= dict.fromkeys(waiting.order_by("created_at").values_list("account_id", flat=True)[:MOST_AT_ONCE])
    if not due:
        return
    actor = system_user()
    for account_id in due:
        try:
            advance_funding(actor=actor, account_id=account_id, at=at)
        except Exception:
            log.exception("the funding of account %s could not be moved on and is looked at again", account_id)
