"""What a correspondent hears of orders, transfers, banks and journals (contract/trading.md 7, accounts.md 4)."""

from typing import Any

from ulid import ULID

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


def trade_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer what happened to an order, of the first version."""
    return _trade(event, v1_ids(event))


def trade_v2_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer what happened to an order, of the second version."""
    return _trade(event, v2_ids(event))


def _trade(event: Event, ids: dict[str, Any]) -> dict[str, Any]:
    """Answer a trade event: what a fill adds stands in its payload, anything else has only its time.

    What happens to an order without an execution has an id of its own there: the event's. The
    amount of an execution is for the stream of activities (`api/activity_streams.py`).
    """
    payload = {name: value for name, value in event.payload.items() if name != "net_amount"}
    own = {"execution_id": str(ULID.from_str(str(event.ulid)).to_uuid()), "timestamp": ids["at"]}
    return {
        "account_id": str(event.account_id),
        **ids,
        "event": event.type.removeprefix("order."),
        **own,
        **payload,
    }


def balance_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer what an account has after a posting: its cash, null where that is as it was, and what else changed."""
    return {
        **v2_ids(event),
        "account_id": str(event.account_id),
        "cash": event.payload["cash"],
        "positions": event.payload["positions"],
    }


TRADES = frozenset(
    f"order.{kind}"
    for kind in (
        *("accepted", "pending_new", "new", "partial_fill", "fill", "canceled", "expired", "rejected"),
        *("pending_cancel", "pending_replace", "replaced", "order_cancel_rejected", "order_replace_rejected"),
        *("done_for_day", "held", "stopped", "suspended", "calculated", "restated", "trade_bust", "trade_correct"),
    )
)
JOURNALS = frozenset({"journal.status_changed"})
FROM_SIDE = {"side": "from"}  # both accounts of a journal are told; a correspondent hears it once

TRADE_EVENTS = Feed(TRADES, trade_json)
TRADE_EVENTS_V2 = Feed(TRADES, trade_v2_json, V2_PARAMETERS)
BALANCES = Feed(frozenset({"account.balance_changed"}), balance_json, V2_PARAMETERS)
TRANSFER_STATUS = Feed(frozenset({"transfer.status_changed"}), transfer_json)
FUNDING_STATUS = Feed(frozenset(ENTITIES), funding_json, V2_PARAMETERS)
JOURNAL_STATUS = Feed(JOURNALS, journal_json, told_once=FROM_SIDE)
JOURNAL_STATUS_V2 = Feed(JOURNALS, journal_v2_json, V2_PARAMETERS, FROM_SIDE)

trade_events = stream_view(TRADE_EVENTS)
trade_events_v2 = stream_view(TRADE_EVENTS_V2)
balance_events = stream_view(BALANCES)
transfer_status_events = stream_view(TRANSFER_STATUS)
funding_status_events = stream_view(FUNDING_STATUS)
journal_status_events = stream_view(JOURNAL_STATUS)
journal_status_events_v2 = stream_view(JOURNAL_STATUS_V2)
