"""The worklist of what expires soon: every position of the next five sessions, the most pressing first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of
from accounts.listing import read_day
from accounts.models import Account, Correspondent, User
from accounts.permissions import Permission
from accounts.selectors import AccountSearch, search_accounts
from trading.choices import Projected
from trading.expiring_outlook import Expiring, Outlook, Tally, read_expiring
from trading.expiring_ranked import Ranked, RankedPage, read_beyond, read_page
from trading.expiring_sql import Book, book_of
from trading.narrowing import LONGEST_SYMBOL, known, read_codes, read_symbol
from trading.rules.outlook import Risk

PATH = "/expiring"
PAGE_SIZE = 50
MOST_ACCOUNTS = 20_000
FURTHEST_MOVE = Decimal(90)  # percent
MOST_MOVES = 8


@dataclass(frozen=True)
class ExpiringFilter(ListFilter):
    """Which positions to list, and what the underlyings are moved by: `AAPL:+2.5` is two and a half percent up."""

    path: ClassVar[str] = PATH
    day: date | None = None
    symbol: str = ""
    outcomes: tuple[str, ...] = ()
    account: str = ""
    correspondents: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the list carries."""
        return {
            "day": self.day,
            "symbol": self.symbol,
            "outcome": self.outcomes,
            "account": self.account,
            "correspondent": self.correspondents,
            "move": self.moves,
        }

    @property
    def percents(self) -> dict[str, Decimal]:
        """Answer by how many percent each underlying is moved."""
        pairs = (one.split(":") for one in self.moves)
        return {symbol: Decimal(percent) for symbol, percent in pairs}


@dataclass(frozen=True)
class Worklist:
    """What the page shows of a book: its outlook, all of it and as it is narrowed down, and a page of positions."""

    expiring: Expiring
    whole: Outlook
    outlook: Outlook
    page: RankedPage
    symbol: str
    tallies: Mapping[tuple[date, Risk, Projected], Tally]


def read_filter(query: QueryDict) -> ExpiringFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    return ExpiringFilter(
        day=read_day(query.get("day", "")),
        symbol=read_symbol(query),
        outcomes=known(query, "outcome", Projected.values),
        account=" ".join(query.get("account", "").split()),
        correspondents=read_codes(query),
        moves=_read_moves(query),
    )


def chips(wanted: ExpiringFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the list without it."""
    found = chip_of(wanted, "day", f"{wanted.day:%a %b %-d}" if wanted.day else "")
    found += chip_of(wanted, "symbol", f"On {wanted.symbol}")
    found += chips_of(wanted, "outcomes", lambda one: Projected(one).label)
    found += chip_of(wanted, "account", f"Account “{wanted.account}”")
    found += chips_of(wanted, "correspondents", str)
    return found + chips_of(wanted, "moves", lambda one: "{} {}%".format(*one.split(":")))


def book_for(actor: User, wanted: ExpiringFilter) -> Book:
    """Answer whose positions the list looks at. Raises `NotPermitted` for whoever sees no accounts."""
    actor.require(Permission.VIEW_ACCOUNTS)
    correspondents = accounts = None
    if wanted.correspondents and actor.sees_every_correspondent:
        found = Correspondent.objects.filter(code__in=wanted.correspondents)
        correspondents = list(found.values_list("pk", flat=True))
    if wanted.account:
        named = _named_accounts(actor, wanted.account)
        accounts = list(named.order_by().values_list("pk", flat=True)[:MOST_ACCOUNTS])
    return book_of(actor, correspondents, accounts)


def read_worklist(
    actor: User, wanted: ExpiringFilter, at: datetime, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Worklist:
    """Answer the list at the prices of `at`, in a number of queries that does not grow with the book."""
    expiring = read_expiring(book_for(actor, wanted), at)
    whole = expiring.outlook(wanted.percents)
    outlook = whole.narrowed(day=wanted.day, symbol=wanted.symbol)
    shown = _shown(wanted)
    page = read_page(expiring.book, outlook, shown, size=size, after=after, before=before)
    tallies = {key: tally for key, tally in outlook.tallies().items() if key[2] in shown}
    return Worklist(expiring, whole, outlook, page, wanted.symbol, tallies)


def read_some(
    actor: User, wanted: ExpiringFilter, at: datetime, *, account_ids: Sequence[UUID], position_ids: Collection[int]
) -> tuple[Worklist, list[Ranked]]:
    """Answer those of the positions that expire soon, as they are ranked among all of their accounts'."""
    expiring = read_expiring(book_of(actor, accounts=account_ids), at)
    outlook = expiring.outlook(wanted.percents)
    found = read_beyond(expiring.book, outlook, frozenset(Projected), limit=MOST_ACCOUNTS)
    rows = [row for row in found if row.position_id in position_ids]
    return Worklist(expiring, outlook, outlook, RankedPage(rows), "", outlook.tallies()), rows


def read_all(
    actor: User, wanted: ExpiringFilter, at: datetime, *, size: int
) -> Iterable[tuple[Worklist, list[Ranked]]]:
    """Yield the whole list in its order, some at a time, at the prices that it began with."""
    work = read_worklist(actor, wanted, at, size=size)
    rows, shown = work.page.rows, _shown(wanted)
    while rows:
        yield work, rows
        if not work.page.after:
            return
        rows = read_beyond(work.expiring.book, work.outlook, shown, limit=size, key=rows[-1].key)


def _shown(wanted: ExpiringFilter) -> frozenset[Projected]:
    return frozenset(map(Projected, wanted.outcomes)) or frozenset(Projected)


def _named_accounts(actor: User, query: str) -> Any:
    accounts = Account.objects.visible_to(actor)
    try:
        return accounts.filter(pk=UUID(query))
    except ValueError:
        return search_accounts(accounts, AccountSearch(query=query))


def _read_moves(query: QueryDict) -> tuple[str, ...]:
    """Answer the moves, each underlying once, the last one first; also those that the form's two fields say."""
    asked = [one.partition(":")[::2] for one in query.getlist("move")]
    asked.append((query.get("move_of", ""), query.get("move_by", "")))
    found: dict[str, str] = {}
    for symbol, percent in asked:
        symbol = "".join(symbol.upper().split())[:LONGEST_SYMBOL]
        try:
            by = Decimal(percent.strip().replace("\N{MINUS SIGN}", "-").removesuffix("%") or "0")
        except InvalidOperation:
            continue
        if symbol and by.is_finite():
            found.pop(symbol, None)
            if by := max(min(by, FURTHEST_MOVE), -FURTHEST_MOVE).quantize(Decimal("0.01")).normalize():
                found[symbol] = f"{symbol}:{by:+f}"
    return tuple(found.values())[-MOST_MOVES:]
