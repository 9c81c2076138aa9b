"""Agree with a correspondent what it may see of the market, and say what a feed costs: the broker's acts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import acting
from accounts.errors import ReasonNeeded
from accounts.locking import lock_correspondent
from accounts.models import Correspondent, User
from accounts.permissions import Permission
from accounts.rules.onboarding import by_field
from brokerage import clock
from brokerage.market_calendar import NEW_YORK
from brokerage.money import to_cents
from options.choices import DataFeed
from options.data_access_errors import (
    DataAccessInvalid,
    DataAccessIsTheBrokers,
    DataPriceInForce,
    EntitlementChangedMeanwhile,
)
from options.models import DataEntitlement, DataPrice
from options.rules.data_access import (
    EntitlementTicket,
    PriceTicket,
    entitlement_faults,
    first_of,
    price_faults,
)
from options.rules.data_windows import midnight_of

SHORTEST_REASON, LONGEST_REASON = 3, 1000


@transaction.atomic(durable=True)
def change_entitlement(
    *, actor: User, correspondent_id: UUID, ticket: EntitlementTicket, seen: int | None
) -> DataEntitlement:
    """Record what a correspondent may see from now, or from a later day on.

    `seen` is the newest record that the person looked at, None where there was none. The same
    again, sent twice, changes nothing. Raises `DataAccessIsTheBrokers`, `DataAccessInvalid`,
    `ReasonNeeded` or `EntitlementChangedMeanwhile`.
    """
    _require_broker(actor)
    acting.claim(actor)
    correspondent = lock_correspondent(actor, correspondent_id)
    now = clock.now()
    faults = by_field(entitlement_faults(ticket, now.astimezone(NEW_YORK).date()))
    if faults:
        raise DataAccessInvalid(faults)
    reason = _required(ticket.reason)
    newest = DataEntitlement.objects.filter(correspondent=correspondent).select_related("changed_by").last()
    if newest is not None and _is_the_same(newest, ticket, now):
        return newest
    if newest is not None and newest.pk != seen:
        raise EntitlementChangedMeanwhile(feed=DataFeed(newest.feed).label, changed_by=newest.changed_by)
    return _record(actor, correspondent, ticket, reason, now)


@transaction.atomic(durable=True)
def set_data_price(*, actor: User, ticket: PriceTicket) -> DataPrice:
    """Record what a feed costs from a month on, for every correspondent alike.

    The same again changes nothing. Raises `DataAccessIsTheBrokers`, `DataAccessInvalid`,
    `ReasonNeeded`, or `DataPriceInForce` for a month that has begun with a price.
    """
    _require_broker(actor)
    acting.claim(actor)
    today = clock.today()
    faults = by_field(price_faults(ticket, today))
    if faults:
        raise DataAccessInvalid(faults)
    reason = _required(ticket.reason)
    earlier = DataPrice.objects.filter(feed=ticket.feed, effective_from__lte=ticket.month)
    known = earlier.order_by("effective_from", "pk").last()
    amount = to_cents(ticket.monthly_amount)
    if known is not None and (known.effective_from, known.monthly_amount) == (ticket.month, amount):
        return known
    if known is not None and ticket.month <= first_of(today):
        raise DataPriceInForce(month=f"{ticket.month:%B %Y}")
    acting.give_reason(reason)
    return DataPrice.objects.create(
        feed=ticket.feed,
        effective_from=ticket.month,
        monthly_amount=amount,
        reason=reason,
        entered_by=actor,
        entered_at=clock.now(),
    )


def _require_broker(actor: User) -> None:
    actor.require(Permission.MANAGE_MARKET_DATA)
    if not actor.sees_every_correspondent:
        raise DataAccessIsTheBrokers


def _required(reason: str) -> str:
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise ReasonNeeded
    return reason.strip()


def _is_the_same(newest: DataEntitlement, ticket: EntitlementTicket, now: datetime) -> bool:
    """Say whether the newest record says the same already, and holds by the same day."""
    said = (newest.feed, newest.signed_by, newest.signed_on)
    begins = now if ticket.effective_on is None else midnight_of(ticket.effective_on)
    is_by_then = newest.effective_from <= begins if ticket.effective_on is None else newest.effective_from == begins
    return said == (ticket.feed, ticket.signed_by, ticket.signed_on) and is_by_then


def _record(
    actor: User, correspondent: Correspondent, ticket: EntitlementTicket, reason: str, now: datetime
) -> DataEntitlement:
    acting.give_reason(reason)
    return DataEntitlement.objects.create(
        correspondent=correspondent,
        feed=ticket.feed,
        signed_by=ticket.signed_by,
        signed_on=ticket.signed_on,
        effective_from=now if ticket.effective_on is None else midnight_of(ticket.effective_on),
        reason=reason,
        changed_by=actor,
        changed_at=now,
    )
