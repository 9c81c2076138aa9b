"""The outlook over whole books: every position that expires soon, and what will become of it at given prices.

What holds for all positions of a contract is decided once for the contract; an account is decided by
itself only where it cannot carry all of its longs, or is not to exercise some (`expiring_sql.py` finds
those). So a hundred thousand positions take a few queries and no object each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from brokerage.market_calendar import NEW_YORK
from options.choices import Right
from options.models import Asset
from options.services.market import get_quotes
from trading.choices import Projected
from trading.expiring_decided import Contended, Decided, HeldContract, decide_accounts
from trading.expiring_sql import Book, contended_lines, held_contracts
from trading.models import Expiration
from trading.rules.delivery import Deliverable
from trading.rules.outlook import (
    Fate,
    Risk,
    expiring_sessions,
    fate_of_long,
    fate_of_short,
    moved,
    stand,
)

ZERO = Decimal(0)


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
    """The book as it will expire: contracts, and the positions that end otherwise than their contracts' do."""

    days: tuple[date, ...]
    contracts: Mapping[UUID, HeldContract]
    decided: Mapping[UUID, Sequence[Decided]]  # by contract
    prices: Mapping[str, Decimal | None]

    def narrowed(self, *, day: date | None = None, symbol: str = "") -> "Outlook":
        """Answer the same without what expires on another day, or is on another underlying."""
        kept = {
            key: one
            for key, one in self.contracts.items()
            if (day is None or one.expiration_date == day) and (not symbol or one.underlying_symbol == symbol)
        }
        decided = {key: some for key, some in self.decided.items() if key in kept}
        return Outlook(self.days, kept, decided, self.prices)

    def tallies(self) -> dict[tuple[date, Risk, Projected], Tally]:
        """Answer how much there is of each kind, by day, risk and outcome: counted without a look at positions."""
        found: dict[tuple[date, Risk, Projected], Tally] = {}

        def add(one: HeldContract, fate: Fate, positions: int, contracts: Decimal) -> None:
            key = one.expiration_date, fate.risk, fate.projected
            found.setdefault(key, Tally()).add(positions, contracts, fate.shortfall)

        for contract in self.contracts.values():
            decided = self.decided.get(contract.asset_id, ())
            apart = sum((one.quantity for one in decided), ZERO)
            add(contract, contract.long_fate, contract.longs - len(decided), contract.long_quantity - apart)
            add(contract, contract.short_fate, contract.shorts, contract.short_quantity)
            for one in decided:
                add(contract, one.fate, 1, one.quantity)
        return {key: tally for key, tally in found.items() if tally.positions}


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
        return self.outlooks([moves or {}])[0]

    def outlooks(self, each: Sequence[Mapping[str, Decimal]]) -> list[Outlook]:
        """Answer what becomes of everything with each of these moves; accounts are looked at once for them all.

        Who cannot carry what is in the money at one of the prices cannot carry all that is at any: so it is
        found who may have to be decided, and of those each price asks only what it puts in the money.
        """
        books = self._books(each)
        inside = {key: one for contracts in books for key, one in contracts.items() if one.longs and one.standing.is_in}
        facts = [(key, one.terms.underlying_id, *one.terms.taken_by_one) for key, one in inside.items()]
        contended = [Contended._make(row) for row in contended_lines(self.book, facts)]
        return [
            Outlook(self.days, contracts, decide_accounts(contended, [contracts[key] for key in inside]), prices)
            for contracts, prices in zip(books, map(self._prices, each), strict=True)
        ]

    def _books(self, each: Sequence[Mapping[str, Decimal]]) -> list[dict[UUID, HeldContract]]:
        """Answer the contracts with each of the moves; those that a move does not touch are looked at once."""
        known: dict[tuple[UUID, Decimal], HeldContract] = {}
        books = []
        for moves in each:
            contracts: dict[UUID, HeldContract] = {}
            for row in self.rows:
                key = row[0], moves.get(self.shares[row[2]].symbol, ZERO)
                if key not in known:
                    known[key] = self._contract(row, moves)
                contracts[row[0]] = known[key]
            books.append(contracts)
        return books

    def _prices(self, moves: Mapping[str, Decimal]) -> dict[str, Decimal | None]:
        symbols = (share.symbol for share in self.shares.values())
        return {symbol: moved(self.quoted.get(symbol), moves.get(symbol, ZERO)) for symbol in symbols}

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
