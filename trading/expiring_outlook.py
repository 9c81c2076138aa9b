"""The outlook over whole books: every position that expires soon, and what will become of it at given prices.

What holds for all positions of a contract is decided once for the contract; an account is decided by
itself only where it cannot carry all of its longs, or is not to exercise some (`expiring_sql.py` finds
those). So a hundred thousand positions take a few queries and no object each.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from time import monotonic
from typing import Any
from uuid import UUID

from brokerage.market_calendar import NEW_YORK
from options.choices import Right
from options.models import Asset
from options.services.market import get_quotes
from trading.choices import Projected
from trading.expiring_sql import Book, contended_lines, held_contracts
from trading.models import Expiration
from trading.rules.delivery import Deliverable
from trading.rules.expiration import ExpiringLine
from trading.rules.outlook import (
    Fate,
    Risk,
    Standing,
    expiring_sessions,
    fate_of_long,
    fate_of_short,
    fates_of_account,
    moved,
    stand,
    takes,
)

ZERO, ONE = Decimal(0), Decimal(1)
LARGE, MOST_KEPT, KEPT_FOR = 1_000, 8, timedelta(seconds=3)
CODES = {projected: number for number, projected in enumerate(Projected)}
OUTCOMES = tuple(Projected)


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


@dataclass
class Tally:
    """How many positions and contracts there are of a kind, and what they lack, in dollars."""

    positions: int = 0
    contracts: Decimal = ZERO
    shortfall: Decimal = ZERO

    def add(self, positions: int, contracts: Decimal, shortfall: Decimal = ZERO) -> None:
        """Count some more, or fewer."""
        self.positions += positions
        self.contracts += contracts
        self.shortfall += shortfall


@dataclass(frozen=True)
class Outlook:
    """The book as it will expire: contracts, and the positions that were decided by themselves."""

    days: tuple[date, ...]
    contracts: Mapping[UUID, HeldContract]
    decided: Mapping[int, Decided]
    prices: Mapping[str, Decimal | None]

    def narrowed(self, *, day: date | None = None, symbol: str = "") -> "Outlook":
        """Answer the same without what expires on another day, or is on another underlying."""
        kept = {
            key: one
            for key, one in self.contracts.items()
            if (day is None or one.expiration_date == day) and (not symbol or one.underlying_symbol == symbol)
        }
        decided = {key: one for key, one in self.decided.items() if one.contract.asset_id in kept}
        return Outlook(self.days, kept, decided, self.prices)

    def tallies(self) -> dict[tuple[date, Risk, Projected], Tally]:
        """Answer how much there is of each kind, by day, risk and outcome: counted without a look at positions."""
        found: dict[tuple[date, Risk, Projected], Tally] = {}

        def add(one: HeldContract, fate: Fate, positions: int, contracts: Decimal, shortfall: Decimal = ZERO) -> None:
            key = one.expiration_date, fate.risk, fate.projected
            found.setdefault(key, Tally()).add(positions, contracts, shortfall)

        for contract in self.contracts.values():
            if contract.longs:
                add(contract, contract.long_fate, contract.longs, contract.long_quantity)
            if contract.shorts:
                add(contract, contract.short_fate, contract.shorts, contract.short_quantity)
        for one in self.decided.values():
            add(one.contract, one.contract.long_fate, -1, -one.quantity)
            add(one.contract, one.fate, 1, one.quantity, one.fate.shortfall)
        return {key: tally for key, tally in found.items() if tally.positions}

    def facts(self) -> list[tuple[Any, ...]]:
        """Answer what the ranking needs of each contract."""
        first = self.days[0]
        return [
            (
                *(one.asset_id, (one.expiration_date - first).days, one.weight),
                *(int(one.long_fate.risk), CODES[one.long_fate.projected]),
                *(int(one.short_fate.risk), CODES[one.short_fate.projected]),
            )
            for one in self.contracts.values()
        ]

    def own_ranks(self) -> list[tuple[Any, ...]]:
        """Answer what the ranking needs of each position that was decided by itself."""
        return [(key, int(one.fate.risk), one.weight, CODES[one.fate.projected]) for key, one in self.decided.items()]


@dataclass
class Expiring:
    """What expires soon in a book, without prices: read once, looked at with as many prices as are asked for."""

    book: Book
    at: datetime
    days: tuple[date, ...]
    rows: list[tuple[Any, ...]]
    shares: dict[UUID, Asset]
    known: dict[tuple[date, str], Decimal]
    quoted: dict[str, Decimal | None] = field(default_factory=dict)

    @property
    def symbols(self) -> list[str]:
        """Answer the underlyings, by symbol."""
        return sorted(share.symbol for share in self.shares.values())

    def price(self, share: Asset, day: date) -> Decimal | None:
        """Answer what an underlying is tested at: what it closed at where that is settled, else its price now."""
        return self.known.get((day, share.symbol), self.quoted.get(share.symbol))

    def holding(self, symbol: str) -> "Expiring":
        """Answer the same with a look only at the accounts that are long something on `symbol`, for its sake alone."""
        family = [row[0] for row in self.rows if self.shares[row[2]].symbol == symbol]
        return replace(self, book=replace(self.book, family=tuple(family)))

    def outlook(self, moves: Mapping[str, Decimal] | None = None) -> Outlook:
        """Answer what becomes of everything, the underlyings moved by so many percent."""
        contracts = {}
        for row in self.rows:
            one = self._contract(row, moves or {})
            contracts[one.asset_id] = one
        prices = {
            share.symbol: moved(self.quoted.get(share.symbol), (moves or {}).get(share.symbol, ZERO))
            for share in self.shares.values()
        }
        return Outlook(self.days, contracts, {one.position_id: one for one in _decide(self.book, contracts)}, prices)

    def _contract(self, row: tuple[Any, ...], moves: Mapping[str, Decimal]) -> HeldContract:
        asset_id, symbol, underlying_id, right, strike, day, multiplier, deliverable, cash, *sums = row
        share = self.shares[underlying_id]
        terms = Deliverable(Right(right), strike, multiplier, deliverable, cash, underlying_id)
        price = self.price(share, day)
        standing = stand(terms, moved(price, moves[share.symbol]) if share.symbol in moves else price)
        fates = fate_of_long(standing), fate_of_short(standing)
        longs, shorts, long_quantity, short_quantity = sums
        return HeldContract(
            *(asset_id, symbol, terms, day, share.symbol, longs, shorts, long_quantity, short_quantity),
            *(standing, *fates),
        )


_kept: OrderedDict[tuple[Any, ...], tuple[float, Expiring, Outlook]] = OrderedDict()


def read_outlook(book: Book, at: datetime, moves: Mapping[str, Decimal]) -> tuple[Expiring, Outlook]:
    """Answer what expires in a book and what becomes of it.

    That of a large book is kept for some seconds in this process: pages of one list, and colleagues
    who look at the same book, need not decide thousands of accounts again.
    """
    key = book, tuple(sorted(moves.items())), at.astimezone(NEW_YORK).date()
    kept = _kept.get(key)
    if kept is not None and monotonic() < kept[0] and (at - kept[1].at) < KEPT_FOR:
        return kept[1], kept[2]
    expiring = read_expiring(book, at)
    outlook = expiring.outlook(moves)
    _kept.pop(key, None)
    if len(outlook.decided) >= LARGE:
        _kept[key] = monotonic() + KEPT_FOR.total_seconds(), expiring, outlook
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return expiring, outlook


def read_expiring(book: Book, at: datetime) -> Expiring:
    """Answer what expires in the next five sessions in a book, with the prices of `at`, in four queries."""
    days = tuple(session.date for session in expiring_sessions(at.astimezone(NEW_YORK).date()))
    rows = held_contracts(book, days[0], days[-1])
    shares = Asset.objects.select_related("pinned_quote").in_bulk({row[2] for row in rows})
    quotes = get_quotes(shares.values(), at)
    quoted = {share.symbol: quotes[key].mark if key in quotes else None for key, share in shares.items()}
    known = {
        (expiration.date, symbol): Decimal(str(price))
        for expiration in Expiration.objects.filter(date__range=(days[0], days[-1]))
        for symbol, price in expiration.closing_prices.items()
        if price is not None
    }
    dates = tuple(sorted({*days, *(row[5] for row in rows)}))
    return Expiring(book, at, dates, rows, shares, known, quoted)


def _decide(book: Book, contracts: Mapping[UUID, HeldContract]) -> Iterable[Decided]:
    """Decide by themselves the accounts that cannot carry all their longs, or are not to exercise some."""
    inside = [one for one in contracts.values() if one.longs and one.standing.is_in]
    facts = [(one.asset_id, one.terms.underlying_id, *takes(one.terms, ONE)) for one in inside]
    for account_id, rows in groupby(contended_lines(book, facts), key=itemgetter(1)):
        yield from _decide_account(account_id, list(rows), contracts)


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
