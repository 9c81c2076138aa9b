"""What an expiration leaves beside the ledger: each position's end, and what became of the instructions on it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.services.users import system_user
from brokerage.money import plain
from brokerage.prepared import prepared_cursor
from trading.choices import ExpirationState, InstructionKind, InstructionSource, InstructionStatus
from trading.models import Instruction
from trading.rules.expiration import RULE_VERSION
from trading.services.bulk_rows import NULL, arrays_of, quoted

SETTLED = """
INSERT INTO trading_expiringposition (
    expiration_id, account_id, correspondent_id, asset_id, quantity, state, underlying_price, reason, decided_at,
    exercised_quantity, assigned_quantity, expired_quantity)
SELECT %s::date, given.account_id, account.correspondent_id, given.asset_id, given.quantity, given.state, given.price,
    given.reason, %s::timestamptz, given.exercised, given.assigned, given.expired
FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[], %s::text[], %s::numeric[], %s::text[], %s::numeric[], %s::numeric[],
    %s::numeric[]) AS given (account_id, asset_id, quantity, state, price, reason, exercised, assigned, expired)
JOIN accounts_account AS account ON account.id = given.account_id
ON CONFLICT (expiration_id, account_id, asset_id) DO UPDATE SET
    quantity = excluded.quantity, state = excluded.state, underlying_price = excluded.underlying_price,
    reason = excluded.reason, decided_at = excluded.decided_at, exercised_quantity = excluded.exercised_quantity,
    assigned_quantity = excluded.assigned_quantity, expired_quantity = excluded.expired_quantity
"""
# In the money it kept contracts from being exercised; out of it there was nothing to keep.
INSTRUCTIONS = """
UPDATE trading_instruction AS told SET status = CASE WHEN given.counted THEN 'honored' ELSE 'lapsed' END,
    ended_at = %s::timestamptz
FROM unnest(%s::uuid[], %s::uuid[], %s::bool[]) AS given (account_id, asset_id, counted)
WHERE told.account_id = given.account_id AND told.asset_id = given.asset_id
    AND told.kind = 'do_not_exercise' AND told.status = 'in_force'
RETURNING told.id, told.account_id, told.asset_id, told.quantity, told.status, told.source, told.received_at,
    told.reason
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A do-not-exercise that has come to its end."""

    pk: UUID
    account_id: UUID
    asset_id: UUID
    quantity: Decimal
    status: str
    source: str
    received_at: datetime
    reason: str

    def payload(self, symbol: str) -> dict[str, Any]:
        """Answer what its event carries (`instruction_steps.announce`)."""
        return {
            "instruction_id": str(self.pk),
            "account_id": str(self.account_id),
            "asset_id": str(self.asset_id),
            "symbol": symbol,
            "qty": plain(self.quantity),
            "status": str(self.status),
            "source": str(self.source),
            "received_at": self.received_at.isoformat(),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Mark:
    """The end of one position: what was held, and how much of it was exercised, assigned and expired, and why."""

    account_id: UUID
    correspondent_id: UUID
    asset_id: UUID
    quantity: Decimal
    exercised: Decimal
    assigned: Decimal
    expired: Decimal
    price: Decimal | None
    reason: str
    was_in_the_money: bool

    @property
    def state(self) -> ExpirationState:
        """Answer what mostly became of it."""
        if self.exercised:
            return ExpirationState.EXERCISED
        return ExpirationState.ASSIGNED if self.assigned else ExpirationState.EXPIRED


class Marks:
    """The ends of many positions, written together: a step of the expiration, under the accounts' locks."""

    def __init__(self, on: date, at: datetime) -> None:
        self.on, self.at = on, at
        self.marks: list[Mark] = []

    def add(self, mark: Mark) -> None:
        """Gather the end of one position."""
        self.marks.append(mark)

    def write(self) -> int:
        """Write how each position ended, and answer how many rows that were."""
        if not self.marks:
            return 0
        rows = [
            (
                *(str(one.account_id), str(one.asset_id), str(one.quantity), one.state.value),
                *(NULL if one.price is None else str(one.price), quoted(one.reason[:255])),
                *(str(one.exercised), str(one.assigned), str(one.expired)),
            )
            for one in self.marks
        ]
        _execute(SETTLED, [self.on, self.at, *arrays_of(rows)])
        return len(rows)

    def end_instructions(self) -> list[Ended]:
        """End what was instructed, and answer it; what was not exercised beyond that is filed by rule (XD-7)."""
        longs = [one for one in self.marks if one.quantity > 0]
        if not longs:
            return []
        told = [(str(one.account_id), str(one.asset_id), "t" if one.was_in_the_money else "f") for one in longs]
        ended = [Ended(*row) for row in _execute(INSTRUCTIONS, [self.at, *arrays_of(told)])]
        instructed = {(one.account_id, one.asset_id): one.quantity for one in ended}
        filed = []
        for one in longs:
            beyond = one.expired - instructed.get((one.account_id, one.asset_id), Decimal(0))
            if one.was_in_the_money and beyond > 0:
                filed.append(self._by_rule(one, beyond))
        Instruction.objects.bulk_create(filed)
        return ended + [
            Ended(one.pk, one.account_id, one.asset_id, one.quantity, one.status, one.source, self.at, one.reason)
            for one in filed
        ]

    def _by_rule(self, mark: Mark, quantity: Decimal) -> Instruction:
        return Instruction(
            account_id=mark.account_id,
            correspondent_id=mark.correspondent_id,
            asset_id=mark.asset_id,
            kind=InstructionKind.DO_NOT_EXERCISE,
            source=InstructionSource.RULE,
            quantity=quantity,
            status=InstructionStatus.HONORED,
            received_at=self.at,
            entered_by=system_user(),
            entered_at=self.at,
            ended_at=self.at,
            reason=mark.reason,
            rule_version=RULE_VERSION,
        )


def _execute(sql: str, facts: list[Any]) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(sql, facts)
        return cursor.fetchall() if cursor.description else []
