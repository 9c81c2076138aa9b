"""The worklist in its order, some of it at a time: no more positions are read than a page may need.

The longs of a contract are all of one rank, and so are its shorts, and it is known how many there are; only what
was decided by itself has a place of its own. So the contracts are put in order first, and of the first of them
the database reads the positions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nlargest, nsmallest
from itertools import groupby
from uuid import UUID

from brokerage.api import BadPageToken, page_token, read_page_token
from trading.choices import Projected
from trading.expiring_outlook import Outlook
from trading.expiring_sql import Book, ranked_positions
from trading.rules.outlook import Fate, Risk

OUTCOMES = tuple(Projected)
Key = tuple[int, int, float, int]
Place = tuple[int, int, float]


@dataclass(frozen=True)
class Ranked:
    """One position in its place: the key that it is ranked by, what it is, and what becomes of it.

    `fate` is that of one that was decided by itself.
    """

    key: Key
    account_id: UUID
    asset_id: UUID
    quantity: Decimal
    projected: Projected
    fate: Fate | None = None

    @property
    def position_id(self) -> int:
        """Answer the id of the position."""
        return self.key[3]

    @property
    def risk(self) -> Risk:
        """Answer what it is ranked under."""
        return Risk(self.key[0])


@dataclass(frozen=True)
class RankedPage:
    """Some positions in their order, and the tokens of the pages beside them."""

    rows: list[Ranked]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Side:
    """The longs or the shorts of a contract that end as it does: their place, and how many they are."""

    place: Place
    asset_id: UUID
    is_long: bool
    projected: Projected
    positions: int


def read_page(
    book: Book, outlook: Outlook, shown: frozenset[Projected], *, size: int, after: str, before: str
) -> RankedPage:
    """Answer a page of the positions that end as one of `shown`; the first where the tokens say nothing."""
    if key := _read_key(before):
        found = read_beyond(book, outlook, shown, limit=size + 1, key=key, is_backwards=True)
        if len(found) >= size:
            rows = found[:size][::-1]
            return RankedPage(rows, _token(rows[0]) if len(found) > size else "", _token(rows[-1]))
    elif key := _read_key(after):
        found = read_beyond(book, outlook, shown, limit=size + 1, key=key)
        rows = found[:size]
        return RankedPage(rows, _token(rows[0]) if rows else "", _token(rows[-1]) if len(found) > size else "")
    found = read_beyond(book, outlook, shown, limit=size + 1)
    return RankedPage(found[:size], "", _token(found[size - 1]) if len(found) > size else "")


def read_beyond(
    book: Book,
    outlook: Outlook,
    shown: frozenset[Projected],
    *,
    limit: int,
    key: Key | None = None,
    is_backwards: bool = False,
) -> list[Ranked]:
    """Answer the positions that come next. What ranks first was decided already: then nothing is asked for."""
    own = _own(outlook, shown, key, limit=limit, is_backwards=is_backwards)
    if not is_backwards and len(own) == limit and own[-1].risk is Risk.UNSUPPORTED:
        return own
    found: list[Ranked] = []
    for sides in _enough(_sides(outlook, shown, key, is_backwards=is_backwards), key, limit):
        asked = [(*one.place, one.asset_id, one.is_long, OUTCOMES.index(one.projected)) for one in sides]
        apart = [other.position_id for one in sides if one.is_long for other in outlook.decided.get(one.asset_id, ())]
        read = ranked_positions(book, asked, apart, limit=limit, beyond=key, is_backwards=is_backwards)
        found = [Ranked((*row[:4],), row[4], row[5], row[6], OUTCOMES[row[7]]) for row in read]
        if len(found) == limit:
            break
    return sorted(own + found, key=lambda one: one.key, reverse=is_backwards)[:limit]


def _own(
    outlook: Outlook, shown: frozenset[Projected], key: Key | None, *, limit: int, is_backwards: bool
) -> list[Ranked]:
    """Answer those that come next of the positions that were decided by themselves."""
    first, found = outlook.days[0], []
    for decided in outlook.decided.values():
        day = (decided[0].contract.expiration_date - first).days
        for one in decided:
            place = int(one.fate.risk), day, one.weight, one.position_id
            is_beyond = key is None or (place < key if is_backwards else place > key)
            if is_beyond and one.fate.projected in shown:
                found.append((place, one))
    return [
        Ranked(place, one.account_id, one.contract.asset_id, one.quantity, one.fate.projected, one.fate)
        for place, one in (nlargest if is_backwards else nsmallest)(limit, found)
    ]


def _sides(outlook: Outlook, shown: frozenset[Projected], key: Key | None, *, is_backwards: bool) -> list[Side]:
    """Answer the sides of all contracts in their order, from where the list goes on."""
    first, found = outlook.days[0], []
    for one in outlook.contracts.values():
        longs = one.longs - len(outlook.decided.get(one.asset_id, ()))
        for fate, is_long, positions in ((one.long_fate, True, longs), (one.short_fate, False, one.shorts)):
            place = int(fate.risk), (one.expiration_date - first).days, one.weight
            is_ahead = key is None or (place <= key[:3] if is_backwards else place >= key[:3])
            if is_ahead and positions > 0 and fate.projected in shown:
                found.append(Side(place, one.asset_id, is_long, fate.projected, positions))
    return sorted(found, key=lambda side: side.place, reverse=is_backwards)


def _enough(sides: Sequence[Side], key: Key | None, limit: int) -> Iterator[Sequence[Side]]:
    """Yield the first sides that together hold so many positions; then all, should some have gone since.

    Of those at the very place of `key` nobody knows how many come after it.
    """
    enough = positions = 0
    for place, some in groupby(sides, key=lambda side: side.place):
        if positions >= limit:
            break
        same = list(some)
        enough += len(same)
        positions += 0 if key and place == key[:3] else sum(side.positions for side in same)
    yield sides[:enough]
    if enough < len(sides):
        yield sides


def _read_key(token: str) -> Key | None:
    if not token:
        return None
    try:
        risk, day, weight, position_id = read_page_token(token, 4)
        return int(risk), int(day), float(weight), int(position_id)
    except (BadPageToken, ValueError):
        return None


def _token(row: Ranked) -> str:
    return page_token(*row.key)
