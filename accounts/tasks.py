"""Account openings move on outside the request that made them."""

import logging
from datetime import datetime
from uuid import UUID

from celery import shared_task

from accounts.models import Account
from accounts.services.onboarding import advance_opening
from accounts.services.users import system_user
from brokerage import clock
from brokerage.mode import is_sandbox

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500


@shared_task(name="accounts.tasks.advance_account", ignore_result=True)
def advance_account(account_id: str) -> None:
    """Move one account on until it stays where it is. Safe to run twice."""
    with clock.reading():
        _advance(UUID(account_id))


def advance_openings_left_behind(at: datetime) -> None:
    """Move on the accounts whose own task was lost: with the broker, or between commit and publishing.

    Runs at every tick and reads one small index. An account that fails costs only itself.
    """
    if not is_sandbox():
        return
    for account_id in list(Account.objects.waiting_to_move().values_list("pk", flat=True)[:MOST_AT_ONCE]):
        try:
            _advance(account_id)
        except Exception:
            log.exception("account %s could not be moved on", account_id)


def _advance(account_id: UUID) -> None:
    actor = system_user()
    status = None
    while status != (moved := advance_opening(actor=actor, account_id=account_id).status):
        status = moved
