"""The close of an expiration date: the prices that moneyness is tested with, and what was not sold in time."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts import acting
from accounts.audit import record_entry
from accounts.models import User
from accounts.permissions import Permission
from brokerage.errors import NotPermitted
from brokerage.market_calendar import previous_session, session_on
from brokerage.money import plain
from trading.choices import ExpirationPhase
from trading.expiration_errors import ClosingPriceInvalid, ClosingPriceKnown, ExpirationNotClosed
from trading.expirations import find_expiration, not_priced
from trading.expiring_books import Series, prices_at_close_of, prices_now, read_series, underlyings_of
from trading.models import Expiration
from trading.rules.expiration import RULE_VERSION
from trading.services.expiration_review import Sight, review_accounts
from trading.services.expiration_run import note_positions, prices_of

HIGHEST = Decimal(10_000_000)
PLACES = 4
LONGEST_REASON = 200


def see(expiration_date: date, at: datetime) -> Sight:
    """Answer what a review of that date looks at by `at`: prices of the moment, or those kept from the close."""
    series = read_series(expiration_date)
    found = find_expiration(expiration_date)
    if found is None or found.phase == ExpirationPhase.REVIEW:
        return Sight(expiration_date, at, series, prices_now(underlyings_of(series), at))
    return Sight(expiration_date, at, series, prices_of(found, series), has_closed=True)


def review_expiration(expiration_date: date, at: datetime) -> int:
    """Review everything that expires on that date, and answer how many positions are in another state than before."""
    note_positions(expiration_date, at)
    changed = review_accounts(see(expiration_date, at))
    Expiration.objects.filter(pk=expiration_date).update(reviewed_at=at, rule_version=RULE_VERSION)
    return changed


def close_expiration(expiration_date: date, at: datetime) -> int:
    """Keep the closing prices, and file what was not sold in time as not to be exercised; safe to run again.

    A price that is kept stays as it is. What has none waits for a person: nothing is settled blindly.
    """
    note_positions(expiration_date, at)
    series = read_series(expiration_date)
    _keep_prices(expiration_date, series)
    return review_accounts(see(expiration_date, at))


@transaction.atomic(durable=True)
def _keep_prices(expiration_date: date, series: Mapping[UUID, Series]) -> None:
    expiration = Expiration.objects.select_for_update().get(pk=expiration_date)
    session = session_on(expiration_date) or previous_session(expiration_date)
    missing = [one for one in underlyings_of(series) if one.symbol not in expiration.closing_prices]
    found = prices_at_close_of(missing, session)
    expiration.closing_prices |= {one.symbol: plain(found[one.pk]) for one in missing if one.pk in found}
    if expiration.phase == ExpirationPhase.REVIEW:
        expiration.phase = ExpirationPhase.CLOSED
    expiration.save(update_fields=["closing_prices", "phase"])


@transaction.atomic(durable=True)
def enter_closing_price(*, actor: User, expiration_date: date, symbol: str, price: Decimal, reason: str) -> Expiration:
    """Enter by hand what an underlying closed at, where the market did not say; the trail keeps who and why.

    Its contracts are decided and settled at the next tick. A price is everybody's, so it is the
    broker's people who enter it. Raises `ExpirationNotClosed`, `ClosingPriceKnown`, `ClosingPriceInvalid`.
    """
    actor.require(Permission.POST_ASSIGNMENTS)
    if not actor.sees_every_correspondent:
        raise NotPermitted(permission=Permission.POST_ASSIGNMENTS.label)
    acting.claim(actor)
    expiration = Expiration.objects.select_for_update().filter(pk=expiration_date).first()
    if expiration is None or expiration.phase != ExpirationPhase.CLOSED:
        raise ExpirationNotClosed(expiration_date=expiration_date)
    if symbol in expiration.closing_prices or symbol not in not_priced(expiration_date):
        raise ClosingPriceKnown(symbol=symbol)
    if not price.is_finite() or not 0 < price < HIGHEST or price != round(price, PLACES) or not reason.strip():
        raise ClosingPriceInvalid
    expiration.closing_prices |= {symbol: plain(price)}
    expiration.save(update_fields=["closing_prices"])
    facts = {"symbol": symbol, "closing_price": plain(price)}
    record_entry(actor, subject="Expiration", subject_id=str(expiration_date), reason=reason.strip(), facts=facts)
    return expiration
