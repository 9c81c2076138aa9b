"""Keep lots beside positions, first in, first out: steps of what posts to the ledger, never acts by themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from brokerage.prepared import prepared_cursor
from brokerage.prepared_writes import PreparedInsert, PreparedUpdate
from trading.models import Lot, LotClosing
from trading.rules.lots import Change, OpenLot, Taken, apply_change, cost_of

Key = tuple[UUID, UUID]  # account, asset

# As many of the oldest open lots of each position as hold what is asked for.
_OLDEST = """
SELECT id, account_id, asset_id, correspondent_id, opened_on, quantity, cost_amount
FROM (
    SELECT lot.*, wanted.quantity AS wanted, sum(abs(lot.quantity)) OVER (
        PARTITION BY lot.account_id, lot.asset_id ORDER BY lot.opened_on, lot.id
    ) - abs(lot.quantity) AS before
    FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS wanted (account_id, asset_id, quantity)
    JOIN trading_lot AS lot ON lot.account_id = wanted.account_id AND lot.asset_id = wanted.asset_id
    WHERE lot.quantity <> 0
) AS open
WHERE before < wanted
ORDER BY opened_on, id
"""
_OPENED = PreparedInsert(Lot)
_LEFT = PreparedUpdate(Lot, ("quantity", "cost_amount"))
_CLOSINGS = PreparedInsert(LotClosing)


@dataclass(frozen=True)
class Booked:
    """A change of one position, and whose it is: the transaction that made it, the account and its firm."""

    transaction_id: UUID | str
    key: Key
    correspondent_id: UUID
    change: Change


class LotBook:
    """The lots of some positions in memory: changes are made one after another, and written together."""

    def __init__(self, lots: Iterable[Lot] = ()) -> None:
        self.lots: dict[Key, list[Lot]] = defaultdict(list)
        for lot in lots:
            self.lots[lot.account_id, lot.asset_id].append(lot)
        self.opened: list[Lot] = []
        self.reduced: dict[UUID, Lot] = {}
        self.closings: list[LotClosing] = []

    def book(self, booked: Booked) -> Decimal:
        """Make one change, and answer by how much the cost of the position changes."""
        lots = self.lots[booked.key]
        outcome = apply_change([_open(lot) for lot in lots], booked.change)
        for lot, taken in zip(lots, outcome.taken, strict=False):
            self._take(lot, taken, booked)
        if outcome.taken:
            lots[:] = [lot for lot in lots if lot.quantity]
        if outcome.opened_quantity:
            lot = self._opened(booked, outcome.opened_quantity, outcome.opened_amount)
            self.opened.append(lot)
            lots.append(lot)
            lots.sort(key=_place)
        return outcome.cost_change

    def cost_of_leaving(self, key: Key, quantity: Decimal) -> Decimal:
        """Answer the signed cost of the oldest `quantity` (above zero) of a position."""
        return cost_of([_open(lot) for lot in self.lots[key]], quantity)

    def stake(self, account_id: UUID, asset_id: UUID) -> tuple[Decimal, Decimal]:
        """Answer what the lots of a position come to: its quantity, and its cost."""
        lots = self.lots[account_id, asset_id]
        return sum((lot.quantity for lot in lots), Decimal(0)), sum((lot.cost_amount for lot in lots), Decimal(0))

    def write(self) -> None:
        """Write what was opened, what is left of the others, and what was closed: one statement each, none for none."""
        _OPENED.write(self.opened)
        opened = {lot.pk for lot in self.opened}
        _LEFT.write([lot for lot in self.reduced.values() if lot.pk not in opened])
        _CLOSINGS.write(self.closings)

    def _opened(self, booked: Booked, quantity: Decimal, amount: Decimal) -> Lot:
        account_id, asset_id = booked.key
        return Lot(
            account_id=account_id,
            correspondent_id=booked.correspondent_id,
            asset_id=asset_id,
            opened_by_id=booked.transaction_id,
            opened_on=booked.change.on,
            opened_quantity=quantity,
            opened_amount=amount,
            quantity=quantity,
            cost_amount=amount,
        )

    def _take(self, lot: Lot, taken: Taken, booked: Booked) -> None:
        lot.quantity -= taken.quantity if lot.quantity > 0 else -taken.quantity
        lot.cost_amount -= taken.cost_amount
        self.reduced[lot.pk] = lot
        closing = LotClosing(
            lot=lot,
            transaction_id=booked.transaction_id,
            account_id=lot.account_id,
            correspondent_id=lot.correspondent_id,
            asset_id=lot.asset_id,
            opened_on=lot.opened_on,
            closed_on=booked.change.on,
            quantity=taken.quantity,
            cost_amount=taken.cost_amount,
            proceeds_amount=taken.proceeds_amount,
            gain_amount=taken.gain_amount,
            is_long_term=taken.is_long_term,
        )
        self.closings.append(closing)


def read_oldest_lots(wanted: Mapping[Key, Decimal]) -> list[Lot]:
    """Answer the oldest open lots of each position, as many as hold what is wanted of it; none are asked for none."""
    return [
        Lot(
            id=row[0],
            account_id=row[1],
            asset_id=row[2],
            correspondent_id=row[3],
            opened_on=row[4],
            quantity=row[5],
            cost_amount=row[6],
        )
        for row in oldest_rows(wanted)
    ]


def oldest_rows(wanted: Mapping[Key, Decimal]) -> list[tuple[Any, ...]]:
    """Answer the rows of `read_oldest_lots` as they come: id, account, contract, correspondent, day, quantity, cost."""
    if not wanted:
        return []
    accounts, assets = [account_id for account_id, _ in wanted], [asset_id for _, asset_id in wanted]
    with prepared_cursor() as cursor:
        cursor.execute(_OLDEST, [accounts, assets, list(wanted.values())])
        return cursor.fetchall()


def cost_of_leaving(account_id: UUID, asset_id: UUID, quantity: Decimal) -> Decimal:
    """Answer what the oldest `quantity` (above zero) of a position cost, signed as its cost is; the account is locked.

    It is what goes into the shares where contracts are exercised or assigned (domain rules TX-1, TX-2).
    """
    key = (account_id, asset_id)
    return LotBook(read_oldest_lots({key: quantity})).cost_of_leaving(key, quantity)


def wanted_of(held: Mapping[Key, Decimal], changes: Sequence[Mapping[Key, Decimal]]) -> dict[Key, Decimal]:
    """Answer how much of what is held changes take off, one after another: only of that are lots to be read.

    What is not in `held`, such as cash, has no lots.
    """
    now, wanted = dict(held), dict[Key, Decimal]()
    for change in changes:
        for key in change.keys() & now.keys():
            before, quantity = now[key], change[key]
            if before * quantity < 0:
                wanted[key] = wanted.get(key, Decimal(0)) + min(abs(before), abs(quantity))
            now[key] = before + quantity
    return wanted


def _open(lot: Lot) -> OpenLot:
    return OpenLot(lot.opened_on, lot.quantity, lot.cost_amount)


def _place(lot: Lot) -> tuple[object, UUID]:
    return lot.opened_on, lot.pk
