"""The outbox: what a service announces, in its own transaction."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from brokerage.models import Event
from brokerage.prepared_writes import PreparedInsert


class AnnouncedAccount(Protocol):
    """What an event needs to know of the account that it is about."""

    pk: UUID
    correspondent_id: UUID
    account_number: str


def event(
    type: str, *, account: AnnouncedAccount, subject: Any = None, at: datetime, payload: dict[str, Any] | None = None
) -> Event:
    """Build an event without writing it, for an act that announces several at once."""
    return Event(
        type=type,
        correspondent_id=account.correspondent_id,
        account_id=account.pk,
        account_number=account.account_number,
        subject_id=str(subject.pk) if subject is not None else "",
        payload=payload or {},
        at=at,
    )


def record_event(
    type: str, *, account: AnnouncedAccount, subject: Any = None, at: datetime, payload: dict[str, Any] | None = None
) -> None:
    """Write to the outbox that `type` (past tense: `order.accepted`) happened to `account` at `at`.

    The last write of a service. No lock beyond the account's and no NOTIFY: the relay gives
    the row its place in the stream after the commit (docs/architecture.md).
    """
    record_events([event(type, account=account, subject=subject, at=at, payload=payload)])


def record_events(events: list[Event]) -> None:
    """Write several events of one act, in this order, in one round trip."""
    _INSERT.write(events)


_INSERT = PreparedInsert(Event)
