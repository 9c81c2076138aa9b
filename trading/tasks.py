"""What the worker does for trading. Tasks fetch ids, call a service, and are safe to run twice."""

import logging
from datetime import date, datetime
from time import monotonic
from uuid import UUID

from celery import shared_task
from django.db import DatabaseError

from brokerage import clock, market_calendar, wake_ups
from trading.choices import JournalStatus
from trading.models import Journal, Order, Position
from trading.rules.postings import trade_date

log = logging.getLogger(__name__)

FOLLOWED_SECONDS = 1.0  # how long one task goes on handing over what follows closely


def wake_venue() -> None:
    """Have the venue handed what was accepted: by the task that is on its way already, or else by one more."""
    if wake_ups.is_first(submit_new_orders.name):
        submit_new_orders.apply_async(retry=False)


@shared_task(ignore_result=True)
def submit_new_orders() -> None:
    """Hand to the venue every order that was accepted and that it does not have yet, and those that follow closely.

    Until it stops following them the task counts as on its way, so that they wake no other.
    """
    from trading.venues import find_venue

    venue = find_venue()
    try:
        if venue:
            venue.submit_new(follow_until=monotonic() + FOLLOWED_SECONDS)
    finally:
        wake_ups.has_come(submit_new_orders.name)
    if venue:
        venue.submit_new()  # what was committed while the mark still stood


@shared_task(ignore_result=True)
def cancel_at_venue(order_id: str) -> None:
    """Hand a cancellation to the venue."""
    from trading.venues import find_venue

    with clock.reading():
        if venue := find_venue():
            venue.cancel(UUID(order_id))


@shared_task(ignore_result=True)
def replace_at_venue(order_id: str) -> None:
    """Hand an order that replaces another one to the venue."""
    from trading.venues import find_venue

    with clock.reading():
        if venue := find_venue():
            venue.replace(UUID(order_id))


def work_open_orders(at: datetime) -> None:
    """Let the venue look at every open order as of `at`, those included whose task was lost."""
    from trading.venues import find_venue

    if venue := find_venue():
        venue.work(at)


def expire_day_orders(at: datetime) -> None:
    """End every day order whose session has closed by `at`; one that cannot be ended leaves the others alone."""
    from trading.services.venue_reports import expire_order

    for order_id in list(Order.objects.open().filter(expires_at__lte=at).values_list("pk", flat=True)):
        try:
            expire_order(order_id=order_id, at=at)
        except DatabaseError:
            log.exception("order %s could not be expired and is looked at again", order_id)


def settle_pending_journals(at: datetime) -> None:
    """Execute or reject, at the end of the day, what waited above a limit (contract/accounts.md 5.3)."""
    from trading.services.journals import settle_pending_journal

    waiting = Journal.objects.filter(status=JournalStatus.PENDING).order_by("created_at").values_list("pk", flat=True)
    for journal_id in list(waiting):
        try:
            settle_pending_journal(journal_id=journal_id, at=at)
        except DatabaseError:
            log.exception("journal %s could not be settled and is looked at again", journal_id)


ACCOUNTS_AT_ONCE = 2_000
BOOKED_AT_ONCE = 250


def book_fees(at: datetime) -> None:
    """Book what every account owes for its trades up to the session that ended at `at`, some accounts in a commit.

    Where some cannot be booked together, each of them is tried by itself.
    """
    from trading.services.fee_booking import book_fees_together, open_totals

    through, after = trade_date(at), UUID(int=0)
    while True:
        owing = open_totals(through).filter(account_id__gt=after).order_by("account_id")
        account_ids = list(owing.values_list("account_id", flat=True).distinct()[:BOOKED_AT_ONCE])
        if not account_ids:
            return
        try:
            book_fees_together(account_ids=account_ids, through=through, at=at)
        except DatabaseError:
            for account_id in account_ids:
                _book_fees_of(account_id, through, at)
        after = account_ids[-1]


def _book_fees_of(account_id: UUID, through: date, at: datetime) -> None:
    from trading.services.fee_booking import book_account_fees

    try:
        book_account_fees(account_id=account_id, through=through, at=at)
    except DatabaseError:
        log.exception("the fees of account %s could not be booked and are booked at the next close", account_id)


def close_the_books(at: datetime) -> None:
    """Store every account's closing balance of the session that ended at `at`, some accounts at a time."""
    from trading.closing_prices import prices_at_close
    from trading.services.closing_balances import store_closing_balances

    session = market_calendar.last_session(at)
    prices = prices_at_close(session)
    after = UUID(int=0)
    while True:
        holders = (
            Position.objects.filter(account_id__gt=after).order_by("account_id").values_list("account_id", flat=True)
        )
        account_ids = list(holders.distinct()[:ACCOUNTS_AT_ONCE])
        if not account_ids:
            return
        store_closing_balances(account_ids=account_ids, session_date=session.date, closing_prices=prices)
        after = account_ids[-1]
