"""What `post_all` and `posted_events` write, for very many accounts at once and in sets: steps of the expiration.

The rules are the same (`rules/delivery.py`, `rules/lots.py`), and so are the rows: a test posts the
same acts both ways and compares. The ids of activities come from what happened, so that the same
expiration leaves the same activities.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from accounts.models import Account
from brokerage.ids import time_ordered_text
from brokerage.money import plain
from brokerage.prepared import prepared_cursor
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.activity_wire import activity_payload
from trading.choices import UNREALIZING_ACTIVITIES, ActivityStatus, ActivityType
from trading.models.ledger import activity_id
from trading.rules.lots import Change
from trading.rules.postings import activity_stamp
from trading.services.bulk_rows import NULL, BulkRows, arrays_of, quoted, update_rows
from trading.services.expiration_lots import PlainLotBook
from trading.services.expiration_tables import LOTS_LEFT, tables
from trading.services.lots import Booked, LotBook

Key = tuple[UUID, UUID]
CASH = frozenset({USD_ID})
NOTHING = Decimal(0)
POSITIONS = """
SELECT held.account_id, held.asset_id, held.quantity, held.cost_amount
FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (account_id, asset_id)
JOIN trading_position AS held ON held.account_id = wanted.account_id AND held.asset_id = wanted.asset_id
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """An account that is locked, as postings and events name it."""

    pk: UUID
    correspondent_id: UUID
    account_number: str
    text: str
    firm: str

    @classmethod
    def of(cls, account: Account) -> "Owner":
        """Answer the owner that an account is: its ids as they are, and as the text that rows are written with."""
        ids = account.pk, account.correspondent_id
        return cls(*ids, account.account_number, str(ids[0]), str(ids[1]))


@dataclass(slots=True)
class Face:
    """What an account sees of one transaction; its members are those of an activity."""

    activity_type: ActivityType
    asset: Asset | None
    quantity: Decimal | None
    price: Decimal | None
    net_amount: Decimal
    description: str
    date: date
    group_id: UUID | None
    sub_type: str = ""
    status: str = ActivityStatus.EXECUTED


@dataclass(slots=True)
class Posted:
    """One transaction to be: signed changes of its account by asset, and what those of securities cost."""

    owner: Owner
    reference: str
    changes: Mapping[UUID, Decimal]
    costs: Mapping[UUID, Decimal]
    face: Face
    settle_date: date
    transaction_id: str = field(default_factory=time_ordered_text)
    activity_id: str = ""


@dataclass(slots=True)
class Stood:
    """A position while it is moved."""

    quantity: Decimal = NOTHING
    cost_amount: Decimal = NOTHING


class BulkLedger:
    """Acts of one day on locked accounts: gathered in their order, then written together."""

    def __init__(self, on: date, at: datetime) -> None:
        self.on, self.at = on, at
        self.posted: list[Posted] = []
        self.events: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
        self.positions: dict[Key, Stood] = {}
        self.lots: LotBook = PlainLotBook()
        self._places: dict[UUID, int] = defaultdict(int)
        self._stamp = activity_stamp(at, is_trade=False)
        self._milliseconds = int(at.timestamp()) * 1000 + at.microsecond // 1000

    def post(self, posted: Posted) -> None:
        """Gather one transaction, behind those of the same account before it."""
        place = self._places[posted.owner.pk] = self._places[posted.owner.pk] + 1
        posted.activity_id = self._activity_id(posted.reference, place)
        self.posted.append(posted)

    def announce(self, owner: Owner, type: str, subject_id: str, payload: Mapping[str, Any]) -> None:
        """Gather an event of the act itself: it comes before those of what the act has posted."""
        self.events[owner.pk].append((type, subject_id, orjson.dumps(payload).decode()))

    def read_lots(self, wanted: Mapping[Key, Decimal]) -> None:
        """Read the oldest lots of what may leave: of each position at least as much, above zero, as will."""
        self.lots = PlainLotBook(wanted)

    def move(self) -> set[UUID]:
        """Move the positions, and their lots with them, in the order of the acts; nothing is written yet.

        Answers the accounts that would have less than nothing of something.
        """
        self.positions = _read_positions(self.posted)
        for one in self.posted:
            realizes = one.face.activity_type not in UNREALIZING_ACTIVITIES
            for asset_id, quantity in one.changes.items():
                key = one.owner.pk, asset_id
                stood = self.positions[key]
                stood.quantity += quantity
                if asset_id not in CASH and quantity:
                    change = Change(quantity, one.costs.get(asset_id, NOTHING), self.on, realizes)
                    booked = Booked(one.transaction_id, key, one.owner.correspondent_id, change)
                    stood.cost_amount += self.lots.book(booked)
        return {account_id for (account_id, _), stood in self.positions.items() if stood.quantity < 0}

    def write(self) -> int:
        """Write all that was gathered and moved, and answer how many rows that were."""
        rows = tables(self.on, self.at)
        owners = {one.owner.pk: one.owner for one in self.posted}
        texts = Texts()
        for one in self.posted:
            _gather(one, rows, texts)
        for (account_id, asset_id), stood in self.positions.items():
            owner = owners[account_id]
            amounts = str(stood.quantity), str(stood.cost_amount)
            rows["position"].add(owner.text, owner.firm, texts[asset_id], *amounts)
        left = _gather_lots(self.lots, rows, texts)
        self._gather_events(rows["event"], owners)
        written = sum(table.write() for table in rows.values())
        update_rows(LOTS_LEFT, left)
        return written + len(left)

    def _activity_id(self, reference: str, place: int) -> str:
        """Answer the wire's id: the date, then a UUID (version 8) of the time, the act's place, its reference."""
        digest = int.from_bytes(blake2b(reference.encode(), digest_size=8).digest(), "big") >> 2
        whole = self._milliseconds << 80 | 8 << 76 | min(place, 0xFFF) << 64 | 2 << 62 | digest
        return activity_id(self._stamp, UUID(int=whole))

    def _gather_events(self, rows: BulkRows, owners: Mapping[UUID, Owner]) -> None:
        """Gather what each account is told, account by account: the acts, the activities, the balance."""
        posted: dict[UUID, list[Posted]] = defaultdict(list)
        for one in self.posted:
            posted[one.owner.pk].append(one)
        for account_id, owner in owners.items():
            about = (owner.firm, owner.text, quoted(owner.account_number))
            for type, subject_id, payload in self.events[account_id]:
                rows.add(type, *about, quoted(subject_id), quoted(payload))
            for one in posted[account_id]:
                told = orjson.dumps(activity_payload(one.face, one.settle_date)).decode()  # type: ignore[arg-type]
                rows.add("activity.executed", *about, one.activity_id, quoted(told))
            balance = orjson.dumps(_balance(account_id, posted[account_id], self.positions)).decode()
            rows.add("account.balance_changed", *about, quoted(""), quoted(balance))


class Texts(dict[UUID, str]):
    """Ids as text: what is asked for again is not written again."""

    def __missing__(self, key: UUID) -> str:
        self[key] = text = str(key)
        return text


def _gather(one: Posted, rows: Mapping[str, BulkRows], texts: Texts) -> None:
    face, owner = one.face, one.owner
    account_id, kind = owner.text, face.activity_type.value
    group_id = NULL if face.group_id is None else str(face.group_id)
    rows["transaction"].add(one.transaction_id, kind, one.reference, group_id, one.settle_date.isoformat())
    for asset_id, change in one.changes.items():
        if change:
            incoming = "t" if change > 0 else "f"
            rows["posting"].add(one.transaction_id, texts[asset_id], str(abs(change)), account_id, incoming)
    rows["activity"].add(
        one.activity_id,
        one.transaction_id,
        account_id,
        owner.firm,
        kind,
        NULL if face.asset is None else texts[face.asset.id],
        NULL if face.quantity is None else str(face.quantity),
        NULL if face.price is None else str(face.price),
        str(face.net_amount),
        quoted(face.description),
        group_id,
    )


def _gather_lots(book: LotBook, rows: Mapping[str, BulkRows], texts: Texts) -> list[tuple[str, ...]]:
    """Gather the lots that were opened and the closings, and answer what is left of the others."""
    for lot in book.opened:
        rows["lot"].add(
            *(str(lot.pk), texts[lot.account_id], texts[lot.correspondent_id], texts[lot.asset_id]),
            str(lot.opened_by_id),
            *(str(lot.opened_quantity), str(lot.opened_amount), str(lot.quantity), str(lot.cost_amount)),
        )
    for one in book.closings:
        rows["closing"].add(
            *(str(one.pk), str(one.lot_id), str(one.transaction_id)),
            *(texts[one.account_id], texts[one.correspondent_id], texts[one.asset_id], one.opened_on.isoformat()),
            *(str(one.quantity), str(one.cost_amount), str(one.proceeds_amount)),
            NULL if one.gain_amount is None else str(one.gain_amount),
            "t" if one.is_long_term else "f",
        )
    opened = {lot.pk for lot in book.opened}
    left = [lot for lot in book.reduced.values() if lot.pk not in opened]
    return [(str(lot.pk), str(lot.quantity), str(lot.cost_amount)) for lot in left]


def _read_positions(posted: Iterable[Posted]) -> dict[Key, Stood]:
    """Answer the positions that are moved as they stand, empty ones where there are none; account by account."""
    texts = Texts()
    wanted = {(one.owner.pk, asset): (one.owner.text, texts[asset]) for one in posted for asset in one.changes}
    found = {key: Stood() for key in wanted}
    if wanted:
        with prepared_cursor() as cursor:
            cursor.execute(POSITIONS, arrays_of(sorted(wanted.values())))
            for account_id, asset_id, quantity, cost_amount in cursor.fetchall():
                found[account_id, asset_id] = Stood(quantity, cost_amount)
    return found


def _balance(account_id: UUID, posted: list[Posted], positions: Mapping[Key, Stood]) -> dict[str, Any]:
    """Answer what `account.balance_changed` says: the cash where it moved, and what else changed."""
    symbols = {one.face.asset.pk: one.face.asset.symbol for one in posted if one.face.asset}
    cash = positions.get((account_id, USD_ID))
    return {
        "cash": plain(cash.quantity) if cash else None,
        "positions": [
            {
                "asset_id": str(asset_id),
                "symbol": symbols[asset_id],
                "qty": plain(positions[account_id, asset_id].quantity),
                "cost_basis": plain(positions[account_id, asset_id].cost_amount),
            }
            for asset_id in _changed(posted)
        ],
    }


def _changed(posted: list[Posted]) -> Iterator[UUID]:
    changed = dict.fromkeys(asset for one in posted for asset in one.changes)
    changed.pop(USD_ID, None)
    return iter(changed)
