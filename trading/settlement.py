"""What was sold and has not settled: it may buy, but it may not leave (domain rules ST-1, BP-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from trading.models import Activity
from trading.models.ledger import activity_id
from trading.rules.postings import OPENING_REFERENCE

LONGEST_CYCLE = timedelta(days=7)  # T+2 over a long weekend with a bank holiday
NO_ID = UUID(int=0)


def unsettled_proceeds(account_ids: Iterable[UUID], today: date) -> dict[UUID, Decimal]:
    """Answer the dollars that each account was paid and that settle after `today`; 0 where nothing does.

    One query over the activities of the last days, found by the time that begins their id;
    never over an account's history. An execution that was taken back, and what took it back, count for nothing.
    """
    account_ids = list(account_ids)
    unsettled = _unsettled(account_ids, today)
    sums = dict(unsettled.values("account_id").annotate(sum=Sum("net_amount")).values_list("account_id", "sum"))
    return {account_id: sums.get(account_id, Decimal(0)) for account_id in account_ids}


@dataclass(frozen=True)
class Unsettled:
    """What settles on one day."""

    settle_date: date
    amount: Decimal


def list_unsettled(account_id: UUID, today: date) -> tuple[Unsettled, ...]:
    """Answer what the account was paid and when it settles, day by day; together it is `unsettled_proceeds`."""
    days = _unsettled([account_id], today).values("transaction__settle_date").annotate(sum=Sum("net_amount"))
    found = days.order_by("transaction__settle_date").values_list("transaction__settle_date", "sum")
    return tuple(Unsettled(day, amount) for day, amount in found)


def _unsettled(account_ids: list[UUID], today: date) -> QuerySet[Activity]:
    """Answer what settles later; a firm's opening deposit is there, though the clock be set back behind it."""
    since = activity_id(f"{today - LONGEST_CYCLE:%Y%m%d}000000000", NO_ID)
    rows = Activity.objects.filter(
        account_id__in=account_ids,
        id__gt=since,
        net_amount__gt=0,
        transaction__settle_date__gt=today,
        transaction__reverses=None,
        transaction__reversed_by=None,
    )
    return rows.exclude(transaction__reference__startswith=f"{OPENING_REFERENCE}:").order_by()
