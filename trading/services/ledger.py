"""Post to the ledger: the one place where value moves. A step of services, never one by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from brokerage.events import event
from brokerage.ids import time_ordered_id
from brokerage.models import Event
from brokerage.money import plain
from brokerage.prepared import IsAnyOf, PreparedQuery, Slot
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
    (account, asset) that changes other than USD; `costs_after` is what a position costs afterwards,
    where that is not what a trade would make of it. `faces` are activities without id and transaction.
    """

    activity_type: ActivityType
    reference: str
    moves: list[Move]
    at: datetime
    trade_date: date
    settle_date: date
    faces: list[Activity]
    costs: Mapping[tuple[UUID, UUID], Decimal] = field(default_factory=dict)
    costs_after: Mapping[tuple[UUID, UUID], Decimal] = field(default_factory=dict)
    group_id: UUID | None = None
    reverses: UUID | None = None


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


def balance_events(
    entries: Sequence[Entry], positions: Mapping[tuple[UUID, UUID], Position], at: datetime
) -> list[Event]:
    """Build `account.balance_changed` for each account that `entries` have moved: its cash, and what else changed.

    Cash that did not change is null. To be recorded beside what the act announces by itself.
    """
    accounts = {face.account_id: face.account for entry in entries for face in entry.faces}
    symbols = {face.asset_id: face.asset.symbol for entry in entries for face in entry.faces if face.asset}
    return [
        event("account.balance_changed", account=account, at=at, payload=_balance(account_id, positions, symbols))
        for account_id, account in accounts.items()
    ]


def _balance(
    account_id: UUID, positions: Mapping[tuple[UUID, UUID], Position], symbols: Mapping[UUID | None, str]
) -> dict[str, Any]:
    own = {asset_id: position for (owner_id, asset_id), position in positions.items() if owner_id == account_id}
    cash = own.pop(USD_ID, None)
    return {
        "cash": plain(cash.quantity) if cash else None,
        "positions": [
            {
                "asset_id": str(asset_id),
                "symbol": symbols[asset_id],
                "qty": plain(position.quantity),
                "cost_basis": plain(position.cost_amount),
            }
            for asset_id, position in own.items()
        ],
    }


def _transaction(entry: Entry) -> LedgerTransaction:
    return LedgerTransaction(
        activity_type=entry.activity_type,
        reference=entry.reference,
        group_id=entry.group_id,
        reverses_id=entry.reverses,
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
    changed = [(changes(entry.moves), entry) for entry in entries]
    positions = _positions(
        {key for change, _ in changed for key in change},
        {face.account_id: face.correspondent_id for entry in entries for face in entry.faces},
    )
    for change, entry in changed:
        for key, quantity in change.items():
            _move(positions[key], quantity, entry.costs.get(key, Decimal(0)), entry.costs_after.get(key))
    for position in positions.values():
        position.pk = None  # told apart by account and asset: those that are there and those that are new go together
    Position.objects.bulk_create(
        [_row(position) for position in positions.values()],
        update_conflicts=True,
        unique_fields=["account", "asset"],
        update_fields=["quantity", "cost_amount"],
    )
    return positions


def _row(position: Position) -> Position:
    """Answer the position without its key, so that those that are there and those that are new go in one statement."""
    return Position(
        account_id=position.account_id,
        correspondent_id=position.correspondent_id,
        asset_id=position.asset_id,
        quantity=position.quantity,
        cost_amount=position.cost_amount,
    )


def _move(position: Position, quantity: Decimal, cost: Decimal, cost_after: Decimal | None) -> None:
    if position.asset_id == USD_ID:
        position.quantity += quantity
        return
    if cost_after is not None:
        position.quantity, position.cost_amount = position.quantity + quantity, cost_after
        return
    stake = after_trade(Stake(position.quantity, position.cost_amount), quantity, cost)
    position.quantity, position.cost_amount = stake.quantity, stake.cost_amount


def _positions(
    wanted: set[tuple[UUID, UUID]], correspondents: Mapping[UUID, UUID]
) -> dict[tuple[UUID, UUID], Position]:
    """Answer the positions as they stand; every account whose position changes has a face that says whose it is."""
    found = _POSITIONS.rows(
        account_ids=list({account_id for account_id, _ in wanted}), asset_ids=list({asset_id for _, asset_id in wanted})
    )
    positions = {(row.account_id, row.asset_id): row for row in found if (row.account_id, row.asset_id) in wanted}
    for account_id, asset_id in wanted - positions.keys():
        positions[account_id, asset_id] = Position(
            account_id=account_id, correspondent_id=correspondents[account_id], asset_id=asset_id
        )
    return positions


_POSITIONS = PreparedQuery(
    lambda: Position.objects.filter(IsAnyOf("account_id", Slot("account_ids")), IsAnyOf("asset_id", Slot("asset_ids")))
)
