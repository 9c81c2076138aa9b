"""Expiring positions that are decided by themselves: those of accounts that cannot carry all their longs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from trading.choices import Projected
from trading.rules.delivery import Deliverable
from trading.rules.expiration import ExpiringLine
from trading.rules.outlook import Claim, Fate, Risk, Standing, claim_of, fates_of_longs

ONE = Decimal(1)


class Contended(NamedTuple):
    """A long of an account that may not carry all that is in the money; its contract is known by a number."""

    account_id: UUID
    position_id: int
    number: int
    quantity: Decimal
    withheld: Decimal
    free_cash: Decimal
    free_shares: Decimal


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


class Decided(NamedTuple):
    """A position that ends otherwise than its contract's longs do: it was decided with its account's other longs."""

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
    contended: Iterable[Contended], contracts: Sequence[HeldContract]
) -> dict[UUID, tuple[Decided, ...]]:
    """Decide accounts by themselves and answer, by contract, the positions that are not simply exercised.

    `contracts` are in the order of their numbers; the rows of an account follow each other.
    """
    claims = [_claim(one) for one in contracts]
    found: dict[int, list[Decided]] = {}
    for _, rows in groupby(contended, key=attrgetter("account_id")):
        longs = sorted(((claim, row) for row in rows if (claim := claims[row.number])), key=_turn)
        for row, fate in _decide_account(longs):
            decided = Decided(row.position_id, row.account_id, contracts[row.number], row.quantity, fate)
            found.setdefault(row.number, []).append(decided)
    return {contracts[number].asset_id: tuple(decided) for number, decided in found.items()}


def _decide_account(longs: Sequence[tuple[Claim, Contended]]) -> Iterable[tuple[Contended, Fate]]:
    if not longs:
        return
    free_shares = {claim.line.terms.underlying_id: row.free_shares for claim, row in longs if row.free_shares}
    asked = [(claim, row.quantity, row.withheld) for claim, row in longs]
    for (_, row), fate in zip(longs, fates_of_longs(longs[0][1].free_cash, free_shares, asked), strict=True):
        if fate.projected is not Projected.EXERCISED:
            yield row, fate


def _claim(one: HeldContract) -> Claim | None:
    if not one.standing.is_in:
        return None
    line = ExpiringLine(one.asset_id, one.symbol, ONE, one.terms, one.standing.price, one.underlying_symbol)
    return claim_of(line, one.expiration_date)


def _turn(long: tuple[Claim, Contended]) -> tuple[date, Decimal, str]:
    return long[0].turn
