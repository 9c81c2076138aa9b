"""Account openings move on outside the request that made them."""

import logging
from datetime import datetime
from uuid import UUID

from celery import shared_task

from accounts.models import Account, AccountTerms
from accounts.services.documents import make_account_record, put_off_account_record
from accounts.services.keys import record_use
from accounts.services.onboarding import advance_opening
from accounts.services.users import system_user
from brokerage import clock
from brokerage.mode import is_sandbox

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500
MOST_RECORDS_AT_ONCE = 20  # each takes a fiftieth of a second


@shared_task(name="accounts.tasks.advance_account", ignore_result=True)
def advance_account(account_id: str) -> None:
    """Move one account on until it stays where it is. Safe to run twice."""
    with clock.reading():
        _advance(UUID(account_id))


@shared_task(name="accounts.tasks.make_record", ignore_result=True)
def make_record(account_id: str) -> None:
    """Make the account record that is due of one account. Safe to run twice."""
    with clock.reading():
        make_account_record(actor=system_user(), account_id=UUID(account_id))


@shared_task(name="accounts.tasks.record_key_use", ignore_result=True)
def record_key_use(key_pk: int, used_at: str, address: str) -> None:
    """Remember when and from where an API key was used. Safe to run twice, and in any order."""
    record_use(key_pk=key_pk, used_at=datetime.fromisoformat(used_at), address=address)


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


def make_records_left_behind(at: datetime) -> None:
    """Make the account records whose own task was lost, the longest due first, a few at every tick.

    One that cannot be made is put off, so that it costs only itself.
    """
    actor = system_user()
    due = AccountTerms.objects.filter(record_due_at__lte=at).order_by("record_due_at")
    for account_id in list(due.values_list("pk", flat=True)[:MOST_RECORDS_AT_ONCE]):
        try:
            make_account_record(actor=actor, account_id=account_id)
        except Exception:
            log.exception("the record of account %s could not be made", account_id)
            put_off_account_record(actor=actor, account_id=account_id)


def _advance(account_id: UUID) -> None:
    actor = system_user()
    status = None
    while status != (moved := advance_opening(actor=actor, account_id=account_id).status):
        status = moved
