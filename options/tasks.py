"""What follows from changes of accounts: a first options request, and levels to be looked at again."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.choices import AccountStatus
from accounts.models import User
from accounts.services.users import system_user
from brokerage.models import Event
from options.models import OpeningsRead
from options.services.applications import request_for_opening
from options.services.level_reviews import review_changed_answers
from options.services.review import end_request_of_closed

log = logging.getLogger(__name__)

MOST_EVENTS_AT_ONCE = 2_000
BECOMES_ACTIVE = ("account.opened", "account.status_changed")
ONCE_ACTIVE = (AccountStatus.ACCOUNT_UPDATED, AccountStatus.DISABLED, AccountStatus.INACTIVE)
# The parts of the file that the rules judge (SU-5), as `account.updated` names what changed in them.
JUDGED = ("suitability.", "disclosures.", "identity.")


def follow_accounts(at: datetime) -> None:
    """Ask for the first level of accounts that became active, re-run the rules where answers changed, end what is moot.

    Reads the stream of events from where it stopped, so that nothing is searched for and a lost
    task loses nothing. Safe to run twice, and beside another. An account that fails costs itself.
    """
    read, _ = OpeningsRead.objects.get_or_create(pk=1)
    events = Event.objects.filter(event_id__gt=read.event_id).order_by("event_id")
    found = list(events.values_list("event_id", "type", "account_id", "payload")[:MOST_EVENTS_AT_ONCE])
    if not found:
        return
    actor = system_user()
    changed: dict[UUID, None] = {}
    closed: dict[UUID, None] = {}
    for _, kind, account_id, payload in found:
        if _is_opened(kind, payload):
            _request(actor, account_id)
        elif kind == "account.updated" and any(name.startswith(JUDGED) for name in payload.get("changed", ())):
            changed[account_id] = None
        elif payload.get("status_to") == AccountStatus.ACCOUNT_CLOSED:
            closed[account_id] = None
    for account_id in closed:
        _end(actor, account_id)
    for account_id in changed:
        _review(actor, account_id)
    newest = found[-1][0]
    OpeningsRead.objects.filter(pk=1, event_id__lt=newest).update(event_id=newest)


def _is_opened(kind: str, payload: dict[str, Any]) -> bool:
    """Say whether an event is that of an account which opens: not of one that is active again after a review."""
    is_active = kind in BECOMES_ACTIVE and payload.get("status_to") == AccountStatus.ACTIVE
    return is_active and payload.get("status_from") not in ONCE_ACTIVE


def _request(actor: User, account_id: UUID) -> None:
    try:
        request_for_opening(actor=actor, account_id=account_id)
    except Exception:
        log.exception("the options level of account %s could not be asked for", account_id)


def _end(actor: User, account_id: UUID) -> None:
    try:
        end_request_of_closed(actor=actor, account_id=account_id)
    except Exception:
        log.exception("the options request of the closed account %s could not be ended", account_id)


def _review(actor: User, account_id: UUID) -> None:
    try:
        review_changed_answers(actor=actor, account_id=account_id)
    except Exception:
        log.exception("the options level of account %s could not be looked at again", account_id)
