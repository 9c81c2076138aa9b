"""Post to the ledger: the one place where value moves. A step of services, never one by itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from brokerage.events import event
from brokerage.ids import time_ordered_id
from brokerage.models import Event
from brokerage.money import plain
from brokerage.prepared import IsAnyOf, PreparedQuery, Slot
from brokerage.prepared_writes import PreparedInsert
from options.rules.asset_ids import USD_ID
from trading.activity_wire import activity_payload
from trading.choices import TRADE_ACTIVITIES, UNREALIZING_ACTIVITIES, ActivityType, HouseBook
from trading.models import Activity, LedgerTransaction, Position, Posting
from trading.models.ledger import activity_id
from trading.rules.lots import Change
from trading.rules.postings import Book, Move, activity_stamp, changes
from trading.services.lots import Booked, LotBook, read_oldest_lots, wanted_of


@dataclass(frozen=True)
class Entry:
    """One ledger transaction to be: its moves, what they cost, and the faces that accounts see.

    `reference` is unique for what happened. `costs` are the dollars paid or received for each
    (account, asset) that changes other than USD; contracts that are exercised or assigned for shares
    (`OPEXC`, `OPASN` in a group with `OPTRD`) realize nothing, whatever they say. `faces` are
    activities without id and transaction.
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
    transactions = [_transaction(entry) for entry in entries]
    pairs = list(zip(entries, transactions, strict=True))
    _TRANSACTIONS.write(transactions)
    _POSTINGS.write([_posting(transaction, move) for entry, transaction in pairs for move in entry.moves])
    _ACTIVITIES.write([_face(entry, transaction, face) for entry, transaction in pairs for face in entry.faces])
    return transactions, _move_positions(pairs)


_TRANSACTIONS = PreparedInsert(LedgerTransaction)
_POSTINGS = PreparedInsert(Posting)
_ACTIVITIES = PreparedInsert(Activity)
# Those that are there and those that are new go in one statement, told apart by account and asset.
_POSITIONS_AFTER = PreparedInsert(Position, unique=("account", "asset"), update=("quantity", "cost_amount"))


def held_after_each(entries: Sequence[Entry], positions: Mapping[tuple[UUID, UUID], Position]) -> list[Decimal]:
    """Answer what was held after each entry of what its one face is about, from what is held after them all."""
    later: dict[tuple[UUID, UUID], Decimal] = defaultdict(Decimal)
    held = []
    for entry in reversed(entries):
        [face] = entry.faces
        key = (face.account_id, cast(UUID, face.asset_id))
        held.append(positions[key].quantity - later[key])
        later[key] += changes(entry.moves)[key]
    return held[::-1]


def posted_events(
    entries: Sequence[Entry], positions: Mapping[tuple[UUID, UUID], Position], at: datetime
) -> list[Event]:
    """Build what `entries`, once posted, announce. To be recorded beside what the act announces by itself.

    `activity.executed` for each face that is no trade (a trade is told by its order), and
    `account.balance_changed` for each account that was moved: its cash, null where that is as it
    was, and what else changed.
    """
    faces = [(entry, face) for entry in entries for face in entry.faces]
    accounts = {face.account_id: face.account for _, face in faces}
    symbols = {face.asset_id: face.asset.symbol for _, face in faces if face.asset}
    told = [
        event(
            "activity.executed",
            account=face.account,
            subject=face,
            at=at,
            payload=activity_payload(face, entry.settle_date),
        )
        for entry, face in faces
        if entry.activity_type not in TRADE_ACTIVITIES
    ]
    return told + [
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
    face.id = activity_id(activity_stamp(entry.at, is_trade=is_trade, on=entry.trade_date), time_ordered_id())
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


def _move_positions(pairs: Sequence[tuple[Entry, LedgerTransaction]]) -> dict[tuple[UUID, UUID], Position]:
    """Move the positions, and their lots with them: a position costs what its open lots do."""
    changed = [(changes(entry.moves), entry, transaction) for entry, transaction in pairs]
    positions = _positions(
        {key for change, _, _ in changed for key in change},
        {face.account_id: face.correspondent_id for entry, _ in pairs for face in entry.faces},
    )
    securities = {key: position.quantity for key, position in positions.items() if position.asset_id != USD_ID}
    book = LotBook(read_oldest_lots(wanted_of(securities, [change for change, _, _ in changed])))
    delivered = {entry.group_id for change, entry, _ in changed if _delivers(entry, change)}
    for change, entry, transaction in changed:
        rolls = entry.activity_type in UNREALIZING_ACTIVITIES and entry.group_id in delivered
        for key, quantity in change.items():
            position = positions[key]
            position.quantity += quantity
            if key in securities and quantity:
                cost = entry.costs.get(key, Decimal(0))
                made = Change(quantity, cost, entry.trade_date, realizes=not rolls)
                position.cost_amount += book.book(Booked(transaction.pk, key, position.correspondent_id, made))
    book.write()
    _POSITIONS_AFTER.write(list(positions.values()))
    return positions


def _delivers(entry: Entry, change: Mapping[tuple[UUID, UUID], Decimal]) -> bool:
    """Say whether shares move for contracts: then these realize nothing, and their cost is in the shares."""
    return entry.activity_type == ActivityType.OPTRD and any(asset_id != USD_ID for _, asset_id in change)


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
