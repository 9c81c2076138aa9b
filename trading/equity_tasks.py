"""When equity is stored: every few minutes of a session, at its open, and at its close.

A point is taken when the job runs and for that time only: what a moved clock passes by has the
points of the opens and closes on the way, and of where it stops.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from brokerage import clock, market_calendar
from brokerage.models import ScheduledRun
from options.models import Asset
from options.services.market import get_quotes
from trading.instruments import MARKET
from trading.models import Position

JOB = "store_equity"
ACCOUNTS_AT_ONCE = 2_000


def store_equity(at: datetime) -> None:
    """Store what every account that holds shares or contracts is worth, once in each stretch of a session."""
    session = market_calendar.session_at(at)
    if session is None:
        return
    stretch = timedelta(minutes=settings.EQUITY_POINT_MINUTES)
    begun_at = session.opens_at + (at - session.opens_at) // stretch * stretch
    if ScheduledRun.objects.filter(job=JOB, due_at__gte=begun_at).exists():
        return
    _store(at, is_with_cash_alone=False)
    run = ScheduledRun(job=JOB, due_at=begun_at, ran_at=clock.real_now())
    ScheduledRun.objects.bulk_create([run], ignore_conflicts=True)


def store_equity_at_open(at: datetime) -> None:
    """Store what every account is worth at the open, those that hold cash alone too."""
    _store(at, is_with_cash_alone=True)


def store_equity_at_close(at: datetime) -> None:
    """Store the closing balances as the last points of the session, and let go of the oldest points."""
    from trading.services.equity import prune_equity_points, store_closing_points

    session = market_calendar.last_session(at)
    store_closing_points(session_date=session.date, closes_at=session.closes_at)
    while prune_equity_points(before=at - timedelta(days=settings.EQUITY_POINT_DAYS)):
        pass


def _store(at: datetime, *, is_with_cash_alone: bool) -> None:
    from trading.services.equity import store_equity_points

    prices = _marks(at)
    for account_ids in _holders(is_with_cash_alone):
        store_equity_points(account_ids=account_ids, at=at, prices=prices)


def _marks(at: datetime) -> dict[UUID, Decimal]:
    """Answer what each asset that anybody holds is marked at; missing where it has no quote."""
    held = Position.objects.securities().order_by().values("asset_id").distinct()
    assets = Asset.objects.filter(pk__in=held).select_related(*MARKET)
    marks = {asset_id: quote.mark for asset_id, quote in get_quotes(list(assets), at).items()}
    return {asset_id: mark for asset_id, mark in marks.items() if mark is not None}


def _holders(is_with_cash_alone: bool) -> Iterator[list[UUID]]:
    """Yield the accounts that hold anything, some at a time."""
    rows = Position.objects.exclude(quantity=0) if is_with_cash_alone else Position.objects.securities()
    after = UUID(int=0)
    while True:
        found = rows.filter(account_id__gt=after).order_by("account_id").values_list("account_id", flat=True)
        account_ids = list(found.distinct()[:ACCOUNTS_AT_ONCE])
        if not account_ids:
            return
        yield account_ids
        after = account_ids[-1]
