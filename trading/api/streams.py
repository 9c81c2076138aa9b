"""What a correspondent hears of transfers, banks and journals (contract/accounts.md 4.4, 4.5)."""

from typing import Any

from accounts.api.feeds import Feed, stream_view, v1_ids, v2_ids
from accounts.models import User
from brokerage.models import Event
from brokerage.stream_bounds import V2_PARAMETERS

ENTITIES = {
    "ach_relationship.status_changed": "BankRelationship",
    "bank.status_changed": "WireBank",
    "transfer.status_changed": "Transfer",
}
JOURNAL = ("entry_type", "journal_id", "status_from", "status_to")


def transfer_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer a transfer's event of the first version; the first has an empty `status_from`."""
    moved = {name: event.payload[name] for name in ("status_from", "status_to", "transfer_id")}
    return {"account_id": str(event.account_id), **v1_ids(event), **moved}


def funding_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer an event of a bank or a transfer of the second version; the first has null for `status_from`."""
    return {
        **v2_ids(event),
        "account_id": str(event.account_id),
        "correspondent": actor.correspondent.code if actor.correspondent else "",
        "entity_id": event.subject_id,
        "entity_type": ENTITIES[event.type],
        "status_from": event.payload["status_from"] or None,
        "status_to": event.payload["status_to"],
        "reason": event.payload.get("reason", ""),
    }


def journal_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer a journal's event of the first version."""
    return v1_ids(event) | {name: event.payload[name] for name in JOURNAL}


def journal_v2_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer a journal's event of the second version, which carries the description too."""
    moved = {name: event.payload[name] for name in JOURNAL}
    return v2_ids(event) | moved | {"description": event.payload.get("description", "")}


JOURNALS = frozenset({"journal.status_changed"})
FROM_SIDE = {"side": "from"}  # both accounts of a journal are told; a correspondent hears it once

TRANSFER_STATUS = Feed(frozenset({"transfer.status_changed"}), transfer_json)
FUNDING_STATUS = Feed(frozenset(ENTITIES), funding_json, V2_PARAMETERS)
JOURNAL_STATUS = Feed(JOURNALS, journal_json, told_once=FROM_SIDE)
JOURNAL_STATUS_V2 = Feed(JOURNALS, journal_v2_json, V2_PARAMETERS, FROM_SIDE)

transfer_status_events = stream_view(TRANSFER_STATUS)
funding_status_events = stream_view(FUNDING_STATUS)
journal_status_events = stream_view(JOURNAL_STATUS)
journal_status_events_v2 = stream_view(JOURNAL_STATUS_V2)
