"""The lots of very many positions: a `LotBook` whose lots and closings are no rows of models, for they are many."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from brokerage.ids import time_ordered_id, time_ordered_text
from trading.rules.lots import Taken
from trading.services.lots import Booked, Key, LotBook, oldest_rows

NOTHING = Decimal(0)


@dataclass(slots=True)
class PlainLot:
    """What is left of a lot; its members are those of `Lot` that change or are asked for."""

    pk: UUID
    account_id: UUID
    asset_id: UUID
    correspondent_id: UUID
    opened_on: date
    quantity: Decimal
    cost_amount: Decimal
    opened_by_id: UUID | str = ""
    text: str = ""
    opened_quantity: Decimal = NOTHING
    opened_amount: Decimal = NOTHING

    def __post_init__(self) -> None:
        self.text, self.opened_quantity, self.opened_amount = str(self.pk), self.quantity, self.cost_amount


@dataclass(slots=True)
class PlainClosing:
    """What was taken off a lot; its members are those of `LotClosing`, the lot's id and its own are texts."""

    lot_id: str
    transaction_id: UUID | str
    account_id: UUID
    correspondent_id: UUID
    asset_id: UUID
    opened_on: date
    quantity: Decimal
    cost_amount: Decimal
    proceeds_amount: Decimal
    gain_amount: Decimal | None
    is_long_term: bool
    pk: str = field(default_factory=time_ordered_text)


class PlainLotBook(LotBook):
    """Books as its parent does, on what it reads by itself, and leaves the writing to `BulkLedger`."""

    def __init__(self, wanted: Mapping[Key, Decimal] | None = None) -> None:
        plain: Any = [PlainLot(*row) for row in oldest_rows(wanted or {})]
        super().__init__(plain)

    def _opened(self, booked: Booked, quantity: Decimal, amount: Decimal) -> Any:
        account_id, asset_id = booked.key
        whose = account_id, asset_id, booked.correspondent_id
        return PlainLot(time_ordered_id(), *whose, booked.change.on, quantity, amount, booked.transaction_id)

    def _take(self, lot: Any, taken: Taken, booked: Booked) -> None:
        lot.quantity -= taken.quantity if lot.quantity > 0 else -taken.quantity
        lot.cost_amount -= taken.cost_amount
        self.reduced[lot.pk] = lot
        closing: Any = PlainClosing(
            lot_id=lot.text,
            transaction_id=booked.transaction_id,
            account_id=lot.account_id,
            correspondent_id=lot.correspondent_id,
            asset_id=lot.asset_id,
            opened_on=lot.opened_on,
            quantity=taken.quantity,
            cost_amount=taken.cost_amount,
            proceeds_amount=taken.proceeds_amount,
            gain_amount=taken.gain_amount,
            is_long_term=taken.is_long_term,
        )
        self.closings.append(closing)
