"""Load a book of many accounts: chunks in parallel processes, each chunk one transaction of COPYs.

What services and triggers hold for every act (permission, locks, events, the audit entry of each
row, foreign keys) is left out on purpose: `session_replication_role` turns the triggers off and
needs a superuser, which the owner of the embedded database is. One audit entry says that so many
accounts were loaded. `manage.py reconcile` shows that the book is one that services could have left.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from random import Random
from uuid import UUID

from django.db import connection, transaction

from accounts.audit import record_load
from accounts.choices import Role, UserKind
from accounts.models import Account, Correspondent, User
from accounts.services.users import system_user
from trading.seeding.holders import ACTIVE, HOLDER_TABLES, STATUSES, Opening, add_holder
from trading.seeding.holdings import HOLDING_TABLES, LEVELS, Holder, add_holdings, choose_legs
from trading.seeding.market import Market, read_market
from trading.seeding.tables import pick

CHUNK = 2_500
OLDEST = timedelta(days=3 * 365)
YOUNGEST = timedelta(days=20)
TABLES = (*HOLDER_TABLES, *HOLDING_TABLES)
WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
# A trigram index takes new rows at once far cheaper than one by one: they wait in its list until the end.
LET_ROWS_WAIT = "SET LOCAL gin_pending_list_limit = '1GB'"
SEARCHED = "SET maintenance_work_mem = '256MB'", "SELECT gin_clean_pending_list('accounts_searched')"
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Owner:
    """Whose accounts a chunk opens, and who is said to have opened them."""

    correspondent_id: str
    api_user: str


@dataclass(frozen=True)
class Chunk:
    """Some accounts of the book; the same seed and first number make the same ones."""

    seed: str
    first: int
    count: int
    owners: tuple[Owner, ...]
    market: Market


def seed_book(accounts: int, *, seed: str, progress: Progress, processes: int | None = None) -> int:
    """Add that many accounts to the book, spread over its correspondents, and answer how many rows that took.

    `progress` is told the accounts done, all accounts, and the rows so far. The book needs a
    correspondent with an API key; the demo chain is listed where there is none.
    """
    first = Account.objects.count()
    market, owners = read_market(), _owners()
    with transaction.atomic():
        connection.cursor().execute(WITHOUT_TRIGGERS)  # refused here, if at all, and not in every process
        record_load(system_user(), subject="Account", facts={"accounts": accounts, "seed": seed})
    chunks = [
        Chunk(seed, first + start, min(CHUNK, accounts - start), owners, market) for start in range(0, accounts, CHUNK)
    ]
    done = rows = 0
    for chunk, loaded in zip(chunks, _load(chunks, processes or os.cpu_count() or 1), strict=True):
        done, rows = done + chunk.count, rows + loaded
        progress(done, accounts, rows)
    with connection.cursor() as cursor:
        for statement in (*SEARCHED, f"ANALYZE {', '.join(sorted({table.name for table in TABLES}))}"):
            cursor.execute(statement)
    return rows


def load_chunk(chunk: Chunk) -> int:
    """Load one chunk in one transaction, all of it or nothing; answers its number of rows."""
    _gather(chunk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WITHOUT_TRIGGERS)
        cursor.execute(LET_ROWS_WAIT)
        cursor.execute("SET LOCAL synchronous_commit = off")
        return sum(table.send(cursor) for table in TABLES)


def _load(chunks: list[Chunk], processes: int) -> Iterator[int]:
    """Yield the rows of each chunk as it is loaded, by as many processes as there are chunks to share."""
    if min(processes, len(chunks)) == 1:
        yield from map(load_chunk, chunks)
        return
    connection.close()  # every process has a connection of its own
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        yield from pool.map(load_chunk, chunks)


def _gather(chunk: Chunk) -> None:
    rng = Random(f"{chunk.seed}:{chunk.first}")
    newest = chunk.market.session.opens_at - YOUNGEST
    seconds = int(OLDEST.total_seconds())
    for number in range(chunk.first, chunk.first + chunk.count):
        owner = chunk.owners[number % len(chunk.owners)]
        status = pick(rng, STATUSES)
        opening = Opening(
            UUID(int=rng.getrandbits(128), version=4),
            number,
            owner.correspondent_id,
            owner.api_user,
            newest - timedelta(seconds=int(rng.random() * seconds)),
            status,
            pick(rng, LEVELS) if status == ACTIVE else 0,
        )
        equity = 0
        if status == ACTIVE:
            holder = Holder(str(opening.account_id), owner.correspondent_id, owner.api_user)
            legs = choose_legs(rng, chunk.market, opening.level)
            equity = add_holdings(rng, holder, opening.opened_at, chunk.market, legs)
        add_holder(rng, opening, equity=equity)


def _owners() -> tuple[Owner, ...]:
    """Answer each correspondent that has a key, by code, with the first of its keys."""
    keys = User.objects.filter(kind=UserKind.API_KEY, role=Role.API, is_active=True).order_by("-pk")
    first = dict(keys.values_list("correspondent_id", "pk"))
    ids = Correspondent.objects.filter(pk__in=first).order_by("code").values_list("pk", flat=True)
    return tuple(Owner(str(one), str(first[one])) for one in ids)
