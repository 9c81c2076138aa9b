"""Executions, and what they made of a position: read where one of them is taken back."""

from decimal import Decimal
from uuid import UUID

from accounts.models import User
from accounts.permissions import Permission
from brokerage.money import to_cents
from trading.choices import ActivityType, HouseBook, OrderSide
from trading.models import Activity, LedgerTransaction, Posting
from trading.order_errors import ExecutionNotFound
from trading.rules.costs import Stake, Traded, stake_after
from trading.rules.postings import Book, Move


def get_execution(actor: User, execution_id: UUID) -> Activity:
    """Answer the fill that an execution was posted as, or raise `ExecutionNotFound`: another's does not exist."""
    actor.require(Permission.VIEW_ACCOUNTS)
    fills = Activity.objects.filter(transaction__reference=f"fill:{execution_id}")
    if not actor.sees_every_correspondent:
        fills = fills.filter(correspondent=actor.correspondent)
    found = fills.select_related("transaction").first()
    if found is None:
        raise ExecutionNotFound(execution_id=str(execution_id))
    return found


def stake_without(account_id: UUID, asset_id: UUID, taken_back: UUID, instead: Traded | None) -> Stake:
    """Answer the position and its cost as they were had that transaction been `instead`, or never been.

    What was taken back before counts no more, and what was booked instead of it stands in its
    place: a cost depends on the order of the trades.
    """
    rows = Activity.objects.filter(account_id=account_id, asset_id=asset_id).exclude(quantity=None)
    rows = rows.select_related("transaction").order_by("transaction_id")
    places: dict[UUID, UUID] = {}
    replaced: dict[UUID, UUID] = {}  # the place of what a group took back
    trades: dict[UUID, Traded] = {}
    for row in rows:
        transaction = row.transaction
        if transaction.reverses_id is not None:
            place = places.pop(transaction.reverses_id)
            trades.pop(transaction.reverses_id)
            if transaction.group_id is not None:
                replaced[transaction.group_id] = place
            continue
        places[transaction.pk] = replaced.get(transaction.group_id or transaction.pk, transaction.pk)
        trades[transaction.pk] = _traded(row)
    if instead is None:
        trades.pop(taken_back)
    else:
        trades[taken_back] = instead
    return stake_after(trades[key] for key in sorted(trades, key=places.__getitem__))


def _traded(row: Activity) -> Traded:
    quantity = row.quantity or Decimal(0)
    amount = abs(row.net_amount) or to_cents(abs(quantity) * (row.price or Decimal(0)))
    is_sale = row.activity_type == ActivityType.FILL and row.side == OrderSide.SELL
    return Traded(-quantity if is_sale else quantity, amount)


def moves_of(transaction: LedgerTransaction) -> list[Move]:
    """Answer what a transaction moved."""
    return [
        Move(_source(posting), _destination(posting), posting.asset_id, posting.quantity)
        for posting in transaction.postings.all()
    ]


def _source(posting: Posting) -> Book:
    return posting.source_account_id or HouseBook(posting.source_book)


def _destination(posting: Posting) -> Book:
    return posting.destination_account_id or HouseBook(posting.destination_book)
