"""Post to the ledger: the one place where value moves. A step of services, never one by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from brokerage.ids import time_ordered_id
from options.rules.asset_ids import USD_ID
from trading.choices import TRADE_ACTIVITIES, ActivityType, HouseBook
from trading.models import Activity, LedgerTransaction, Position, Posting
from trading.models.ledger import activity_id
from trading.rules.costs import Stake, after_trade
from trading.rules.postings import Book, Move, activity_stamp, changes


@dataclass(frozen=True)
class Entry:
    """One ledger transaction to be: its moves, what they cost, and the faces that accounts see.

    `reference` is unique for what happened. `costs` are the dollars paid or received for each
    (account, asset) that changes other than USD. `faces` are activities without id and transaction.
    """

    activity_type: ActivityType
    reference: str
    moves: list[Move]
    at: datetime
    trade_date: date
    settle_date: date
    faces: list[Activity]
    costs: Mapping[tuple[UUID, UUID], Decimal] = field(default_factory=dict)
    group_id: UUID | None = None


def post(entry: Entry) -> tuple[LedgerTransaction, dict[tuple[UUID, UUID], Position]]:
    """Write the transaction, its postings and faces, and move the positions; the accounts are locked.

    Answers the transaction and the positions as they stand after it, by (account, asset). Raises
    IntegrityError where `reference` is posted already: look first, under the lock.
    """
    transactions, positions = post_all([entry])
    return transactions[0], positions


def post_all(entries: Sequence[Entry]) -> tuple[list[LedgerTransaction], dict[tuple[UUID, UUID], Position]]:
    """Write several transactions as `post` writes one, in their order, in as many round trips."""
    transactions = LedgerTransaction.objects.bulk_create([_transaction(entry) for entry in entries])
    pairs = list(zip(entries, transactions, strict=True))
    Posting.objects.bulk_create([_posting(transaction, move) for entry, transaction in pairs for move in entry.moves])
    Activity.objects.bulk_create(
        [_face(entry, transaction, face) for entry, transaction in pairs for face in entry.faces]
    )
    return transactions, _move_positions(entries)


def _transaction(entry: Entry) -> LedgerTransaction:
    return LedgerTransaction(
        activity_type=entry.activity_type,
        reference=entry.reference,
        group_id=entry.group_id,
        trade_date=entry.trade_date,
        settle_date=entry.settle_date,
        at=entry.at,
    )


def _face(entry: Entry, transaction: LedgerTransaction, face: Activity) -> Activity:
    is_trade = entry.activity_type in TRADE_ACTIVITIES
    face.id = activity_id(activity_stamp(entry.at, is_trade=is_trade), time_ordered_id())
    face.transaction = transaction
    face.activity_type = entry.activity_type
    face.date, face.at, face.group_id = entry.trade_date, entry.at, entry.group_id
    return face


def _posting(transaction: LedgerTransaction, move: Move) -> Posting:
    return Posting(
        transaction=transaction,
        asset_id=move.asset_id,
        quantity=move.quantity,
        **_end("source", move.source),
        **_end("destination", move.destination),
    )


def _end(side: str, book: Book) -> dict[str, UUID | str]:
    return {f"{side}_book": book} if isinstance(book, HouseBook) else {f"{side}_account_id": book}


def _move_positions(entries: Sequence[Entry]) -> dict[tuple[UUID, UUID], Position]:
    changed = [(changes(entry.moves), entry.costs) for entry in entries]
    positions = _positions(
        {key for change, _ in changed for key in change},
        {face.account_id: face.correspondent_id for entry in entries for face in entry.faces},
    )
    for change, costs in changed:
        for key, quantity in change.items():
            _move(positions[key], quantity, costs.get(key, Decimal(0)))
    Position.objects.bulk_create(
        positions.values(),
        update_conflicts=True,
        unique_fields=["account", "asset"],
        update_fields=["quantity", "cost_amount"],
    )
    return positions


def _move(position: Position, quantity: Decimal, cost: Decimal) -> None:
    if position.asset_id == USD_ID:
        position.quantity += quantity
        return
    stake = after_trade(Stake(position.quantity, position.cost_amount), quantity, cost)
    position.quantity, position.cost_amount = stake.quantity, stake.cost_amount


def _positions(
    wanted: set[tuple[UUID, UUID]], correspondents: Mapping[UUID, UUID]
) -> dict[tuple[UUID, UUID], Position]:
    """Answer the positions as they stand; every account whose position changes has a face that says whose it is."""
    found = Position.objects.filter(
        account_id__in={account_id for account_id, _ in wanted}, asset_id__in={asset_id for _, asset_id in wanted}
    )
    positions = {(row.account_id, row.asset_id): row for row in found if (row.account_id, row.asset_id) in wanted}
    for account_id, asset_id in wanted - positions.keys():
        positions[account_id, asset_id] = Position(
            account_id=account_id, correspondent_id=correspondents[account_id], asset_id=asset_id
        )
    return positions
