"""Executions, and what they moved: read where one of them is taken back."""

from uuid import UUID

from accounts.models import User
from accounts.permissions import Permission
from trading.choices import HouseBook
from trading.models import Activity, LedgerTransaction, Posting
from trading.order_errors import ExecutionNotFound
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
