"""Expiring positions that are decided by themselves: those of accounts that cannot carry all their longs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from trading.rules.delivery import Deliverable
from trading.rules.expiration import ExpiringLine
from trading.rules.outlook import Fate, Risk, Standing, fates_of_account


@dataclass(frozen=True)
class HeldContract:
    """A contract that expires soon: its terms, how much is held of it, and what becomes of that at its price."""

    asset_id: UUID
    symbol: str
    terms: Deliverable
    expiration_date: date
    underlying_symbol: str
    longs: int
    shorts: int
    long_quantity: Decimal
    short_quantity: Decimal
    standing: Standing
    long_fate: Fate
    short_fate: Fate

    @property
    def weight(self) -> float:
        """Answer what ranks its positions among others of the same risk: the nearest to the strike first."""
        return float(abs(self.standing.ratio)) if self.standing.ratio is not None else 0.0


@dataclass(frozen=True)
class Decided:
    """A position that was decided by itself, with its account's other longs."""

    position_id: int
    account_id: UUID
    contract: HeldContract
    quantity: Decimal
    fate: Fate

    @property
    def weight(self) -> float:
        """Answer what ranks it: among the unsupported the largest shortfall comes first."""
        return -float(self.fate.shortfall) if self.fate.risk is Risk.UNSUPPORTED else self.contract.weight


def decide_accounts(
    accounts: Iterable[tuple[UUID, list[tuple[Any, ...]]]],
    contracts: Mapping[UUID, HeldContract],
    taken: Mapping[UUID, tuple[Decimal, Decimal]],
) -> dict[int, Decided]:
    """Decide by themselves the accounts that cannot carry all their longs, or are not to exercise some."""
    inside = {key for key in taken if contracts[key].standing.is_in}
    decided: dict[int, Decided] = {}
    for account_id, lines in accounts:
        rows = [row for row in lines if row[2] in inside]
        if rows and not _carries(rows, contracts, taken):
            decided |= ((one.position_id, one) for one in _decide_account(account_id, rows, contracts))
    return decided


def _carries(
    rows: list[tuple[Any, ...]],
    contracts: Mapping[UUID, HeldContract],
    taken: Mapping[UUID, tuple[Decimal, Decimal]],
) -> bool:
    """Say whether an account has all that its longs in the money take, and none of them is held back."""
    cash, shares = rows[0][5], dict[UUID, Decimal]()
    for _, _, asset_id, quantity, withheld, _, free_shares, _ in rows:
        each_cash, each_shares = taken[asset_id]
        cash -= each_cash * quantity
        if each_shares:
            underlying_id = contracts[asset_id].terms.underlying_id
            shares[underlying_id] = shares.get(underlying_id, free_shares) - each_shares * quantity
        if withheld:
            return False
    return bool(cash >= 0) and all(left >= 0 for left in shares.values())


def _decide_account(
    account_id: UUID, rows: list[tuple[Any, ...]], contracts: Mapping[UUID, HeldContract]
) -> Iterable[Decided]:
    free_cash = rows[0][5]
    free_shares = {contracts[row[2]].terms.underlying_id: row[6] for row in rows if row[6]}
    withheld = {row[2]: row[4] for row in rows if row[4]}
    days: dict[date, list[ExpiringLine]] = {}
    for row in rows:
        one = contracts[row[2]]
        line = ExpiringLine(
            one.asset_id, one.symbol, row[3], one.terms, one.standing.price, one.underlying_symbol, row[7]
        )
        days.setdefault(one.expiration_date, []).append(line)
    fates = fates_of_account(free_cash, free_shares, [days[day] for day in sorted(days)], withheld)
    for row in rows:
        yield Decided(row[0], account_id, contracts[row[2]], row[3], fates[row[2]])
