"""An expiration date as it stands: its phase, its hours, and how many contracts are in which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Abs

from accounts.models import User
from brokerage.market_calendar import previous_session, session_on
from options.models import OptionContract
from options.rules.expirations import stops_trading_at
from trading.choices import ExpirationPhase, ExpirationState
from trading.models import Expiration, ExpiringPosition
from trading.rules.cutoffs import instruction_cutoff, review_starts

DONE = {
    ExpirationState.EXERCISED: "exercised_quantity",
    ExpirationState.ASSIGNED: "assigned_quantity",
    ExpirationState.EXPIRED: "expired_quantity",
}
# In these nothing happens any more: what became of the contracts is in the quantities.
FINAL_STATES = frozenset({*DONE, ExpirationState.CLOSED})


@dataclass(frozen=True)
class Standing:
    """How many positions are in a state, and how many contracts, without their sign."""

    positions: int
    contracts: Decimal


@dataclass(frozen=True)
class Hours:
    """The moments of an expiration date: no more opening orders, the close, the last instruction."""

    review_starts_at: datetime
    closes_at: datetime
    cutoff_at: datetime


def hours_of(expiration_date: date) -> Hours:
    """Answer the hours of an expiration date: those of its last session, half days and moved Fridays included."""
    session = session_on(expiration_date) or previous_session(expiration_date)
    if session.closes_at != stops_trading_at(expiration_date):  # beyond the kept calendar
        closes_at = stops_trading_at(expiration_date)
        return Hours(closes_at - timedelta(minutes=60), closes_at, closes_at + timedelta(minutes=90))
    return Hours(review_starts(session), session.closes_at, instruction_cutoff(session))


def expiration_counts(expiration_date: date, actor: User | None = None) -> dict[ExpirationState, Standing]:
    """Answer, for every state, how many positions and contracts of that date are in it, in one query.

    A position of which part was exercised and the rest expired counts its contracts in both. With
    an actor only those of the accounts that the actor may see; without one all of them.
    """
    rows = _visible(actor).filter(expiration_id=expiration_date)
    held = Sum(Abs(F("quantity")), filter=~Q(state__in=FINAL_STATES), default=Decimal(0))
    done = {column: Sum(column, default=Decimal(0)) for column in DONE.values()}
    found: dict[ExpirationState, Mapping[str, Any]] = {
        ExpirationState(row["state"]): row
        for row in rows.order_by().values("state").annotate(positions=Count("pk"), held=held, **done)
    }
    return {state: _standing(state, found) for state in ExpirationState}


def _standing(state: ExpirationState, found: Mapping[ExpirationState, Mapping[str, Any]]) -> Standing:
    row = found.get(state, {})
    if state in DONE:
        contracts = sum((one[DONE[state]] for one in found.values()), Decimal(0))
    else:
        contracts = row.get("held", Decimal(0))
    return Standing(int(row.get("positions", 0)), contracts)


def find_expiration(expiration_date: date) -> Expiration | None:
    """Answer the expiration date as far as it has come; None before its first review."""
    return Expiration.objects.filter(pk=expiration_date).first()


def list_unfinished() -> QuerySet[Expiration]:
    """Answer the dates of which something is still to be done, the oldest first."""
    return Expiration.objects.exclude(phase=ExpirationPhase.FINISHED).order_by("pk")


def list_expiring(expiration_date: date, actor: User) -> QuerySet[ExpiringPosition]:
    """Answer the positions of that date that the actor may see, with account, contract and underlying."""
    rows = _visible(actor).filter(expiration_id=expiration_date)
    return rows.select_related("account", "asset__contract__underlying", "liquidation").order_by("state", "pk")


def not_priced(expiration_date: date) -> dict[str, Standing]:
    """Answer the underlyings whose contracts of that date wait for a price, by symbol, with how much waits."""
    rows = ExpiringPosition.objects.filter(expiration_id=expiration_date, state=ExpirationState.NOT_PRICED)
    by_symbol = rows.order_by().values(symbol=F("asset__contract__underlying__symbol"))
    counted = by_symbol.annotate(positions=Count("pk"), contracts=Sum(Abs(F("quantity"))))
    return {row["symbol"]: Standing(row["positions"], row["contracts"]) for row in counted.order_by("symbol")}


def expires_something(expiration_date: date) -> bool:
    """Say whether anything that expires on that date is listed."""
    return OptionContract.objects.filter(expiration_date=expiration_date).exists()


def _visible(actor: User | None) -> QuerySet[ExpiringPosition]:
    rows = ExpiringPosition.objects.all()
    if actor is None or actor.sees_every_correspondent:
        return rows
    return rows.filter(correspondent=actor.correspondent)
