"""`GET /v1/events/accounts/status`: what changes about a correspondent's accounts (contract/accounts.md 4.3)."""

from typing import Any

from accounts.api.feeds import Feed, stream_view, v1_ids
from accounts.models import User
from brokerage.models import Event

# A partner's own cap on the level is not announced (contract 6), so `account.configured` is not here.
CARRIED = frozenset(
    {
        "account.opened",
        "account.status_changed",
        "account.blocked",
        "account.admin_configured",
        "account.kyc_checked",
        "options.level_approved",
        "options.level_lowered",
    }
)


def event_json(event: Event, actor: User | None = None) -> dict[str, Any]:
    """Answer an event as the stream prints it; only properties that changed are in it."""
    whose = {"account_id": str(event.account_id), "account_number": event.account_number}
    return whose | v1_ids(event) | event.payload


ACCOUNT_STATUS = Feed(CARRIED, event_json)
account_status_events = stream_view(ACCOUNT_STATUS)
