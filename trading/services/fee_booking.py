"""Fees of executions: accrued exactly as they happen, booked to the cent at the close (domain rules FE-1 to FE-7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.locking import lock_accounts
from accounts.models import Account
from accounts.services.users import system_user
from brokerage.events import event, record_events
from brokerage.models import Event
from brokerage.money import plain
from brokerage.prepared import prepared_cursor
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, FeeKind
from trading.models import AccruedFee, Activity
from trading.rules.fee_rows import booked_amount, fee_description
from trading.rules.postings import fee
from trading.services.bulk_rows import update_rows
from trading.services.ledger import Entry, post_all, posted_events

# One total for each day and kind is open; what comes after it is booked opens another.
ADD = """
INSERT INTO trading_accruedfee (account_id, trade_date, kind, exact_amount, quantity, executions)
SELECT * FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::numeric[], %s::numeric[], %s::int[])
ON CONFLICT (account_id, trade_date, kind) WHERE booked_by_id IS NULL DO UPDATE SET
    exact_amount = trading_accruedfee.exact_amount + excluded.exact_amount,
    quantity = trading_accruedfee.quantity + excluded.quantity,
    executions = trading_accruedfee.executions + excluded.executions
"""
BOOKED = """
UPDATE trading_accruedfee AS owed SET booked_by_id = given.booked_by_id
FROM unnest(%s::bigint[], %s::uuid[]) AS given (id, booked_by_id) WHERE owed.id = given.id
"""


@dataclass(frozen=True)
class Charge:
    """Exact fees that an account owes for a day, for so many contracts or shares in so many executions.

    What a bust gives back is below zero, as are its `quantity` and `executions`.
    """

    account_id: UUID
    day: date
    fees: Mapping[FeeKind, Decimal]
    quantity: Decimal
    executions: int = 1


def accrue_fees(
    account_id: UUID, day: date, fees: Mapping[FeeKind, Decimal], *, quantity: Decimal, executions: int = 1
) -> None:
    """Add exact fees to what the account owes for `day`, in one round trip or none: a step, under the lock."""
    accrue_all([Charge(account_id, day, fees, quantity, executions)])


def accrue_all(charges: Iterable[Charge]) -> None:
    """Add several charges to what their accounts owe, in one round trip or none: a step, under the locks."""
    totals: dict[tuple[UUID, date, FeeKind], tuple[Decimal, Decimal, int]] = {}
    for one in charges:
        for kind, amount in one.fees.items():
            key = (one.account_id, one.day, kind)
            owed, quantity, executions = totals.get(key, (Decimal(0), Decimal(0), 0))
            totals[key] = (owed + amount, quantity + one.quantity, executions + one.executions)
    if not totals:
        return
    rows = [(account_id, day, str(kind), *total) for (account_id, day, kind), total in sorted(totals.items())]
    with prepared_cursor() as cursor:
        cursor.execute(ADD, [list(column) for column in zip(*rows, strict=True)])


@transaction.atomic(durable=True)
def book_account_fees(*, account_id: UUID, through: date, at: datetime) -> int:
    """Book what the account owes for the days up to `through`, one `FEE` row for each day and kind; answer how many.

    Each total is rounded to the cent once. What is booked is owed no more, so running it again
    books nothing twice; a total below zero, after a bust on a later day, is paid back.
    """
    return _book([account_id], through, at)


@transaction.atomic(durable=True)
def book_fees_together(*, account_ids: Sequence[UUID], through: date, at: datetime) -> int:
    """Book what some accounts owe as `book_account_fees` does, all in one commit; answer how many rows."""
    return _book(account_ids, through, at)


def _book(account_ids: Sequence[UUID], through: date, at: datetime) -> int:
    accounts = lock_accounts(system_user(), account_ids)
    owed = open_totals(through).filter(account_id__in=list(accounts))
    totals = list(owed.order_by("account_id", "trade_date", "kind"))
    if not totals:
        return 0
    pairs = [(total, _entry(accounts[total.account_id], total, at)) for total in totals]
    entries = [entry for _, entry in pairs]
    transactions, positions = post_all(entries)
    booked = [(str(total.pk), str(one.pk)) for total, one in zip(totals, transactions, strict=True)]
    update_rows(BOOKED, booked)
    events = [_booked(accounts[total.account_id], total, entry, at) for total, entry in pairs]
    record_events(events + posted_events(entries, positions, at))
    return len(totals)


def open_totals(through: date) -> QuerySet[AccruedFee]:
    """Answer the totals of days up to `through` that are not booked and come to something."""
    return AccruedFee.objects.filter(booked_by=None, trade_date__lte=through).exclude(exact_amount=0)


def _entry(account: Account, total: AccruedFee, at: datetime) -> Entry:
    amount = booked_amount(total.exact_amount)
    face = Activity(
        account=account,
        correspondent_id=account.correspondent_id,
        sub_type=total.kind,
        quantity=Decimal(0),
        net_amount=-amount,
        description=fee_description(
            FeeKind(total.kind),
            quantity=total.quantity,
            executions=total.executions,
            day=total.trade_date,
            account_number=account.account_number,
        ),
    )
    return Entry(
        activity_type=ActivityType.FEE,
        reference=f"fee:{total.pk}",
        moves=fee(account.pk, USD_ID, amount),
        at=at,
        trade_date=total.trade_date,
        settle_date=total.trade_date,
        faces=[face],
    )


def _booked(account: Account, total: AccruedFee, entry: Entry, at: datetime) -> Event:
    payload = {
        "activity_id": entry.faces[0].pk,
        "activity_sub_type": total.kind,
        "trade_date": total.trade_date.isoformat(),
        "net_amount": plain(entry.faces[0].net_amount),
    }
    return event("fee.booked", account=account, subject=total, at=at, payload=payload)
