"""How the worklist of expiring positions writes what it shows."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

from brokerage.market_calendar import NEW_YORK, session_on
from brokerage.templatetags.formats import quantity
from trading.choices import ActivityType, ExpirationState, Projected
from trading.expiring_decided import HeldContract
from trading.expiring_range import Step

register = template.Library()
BRIEF = {
    Projected.LIQUIDATED: "Liquidated",
    Projected.NOT_PRICED: "Not priced",
    Projected.EXERCISED: "Exercised",
    Projected.ASSIGNED: "Assigned",
    Projected.DO_NOT_EXERCISE: "Withheld",
    Projected.EXPIRES: "Expire",
}

ACTIVITIES = {
    ExpirationState.EXERCISED: ActivityType.OPEXC,
    ExpirationState.ASSIGNED: ActivityType.OPASN,
    ExpirationState.EXPIRED: ActivityType.OPEXP,
}


@register.filter
def activity_of(state: ExpirationState) -> str:
    """Answer the type of the activities that say what became of contracts."""
    return ACTIVITIES[state].value


@register.filter
def at_key(found: Mapping[Any, Any], key: Any) -> Any:
    """Answer what a mapping has under a key; None where it has nothing."""
    return found.get(key)


@register.filter
def brief(projected: Projected) -> str:
    """Write an outcome as the head of a column."""
    return BRIEF[projected]


@register.filter
def contract_name(contract: HeldContract) -> str:
    """Write a contract in words: `AAPL 190 Call`."""
    return f"{contract.underlying_symbol} {quantity(contract.terms.strike_price)} {contract.terms.right.label}"


@register.filter
def signed_quantity(value: Decimal) -> str:
    """Write a position with its sign: `+3`, `−2`."""
    return f"+{quantity(value)}" if value > 0 else quantity(value)


@register.filter
def absolute(value: Decimal | None) -> Decimal | None:
    """Answer a number without its sign."""
    return None if value is None else abs(value)


@register.filter
def is_half_day(day: date) -> bool:
    """Say whether the session of that date closes early."""
    session = session_on(day)
    return session is not None and session.is_half_day


@register.filter
def hour(moment: datetime) -> str:
    """Write an instant as an hour in New York, with its zone: `15:00 EST`."""
    return f"{moment.astimezone(NEW_YORK):%H:%M %Z}"


@register.filter
def positions_of(step: Step, projected: Projected) -> int:
    """Answer how many positions end so at a price."""
    return next((part.positions for part in step.parts if part.projected is projected), 0)


@register.filter
def thousands(amount: Decimal) -> str:
    """Write dollars without cents, where many of them stand in a row."""
    return quantity(amount.quantize(Decimal(1)))
