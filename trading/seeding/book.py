"""Load a book of many accounts: chunks in parallel processes, each chunk one transaction of COPYs.

What services and triggers hold for every act (permission, locks, events, the audit entry of each
row, foreign keys) is left out on purpose: `session_replication_role` turns the triggers off and
needs a superuser, which the owner of the embedded database is. One audit entry says that so many
accounts were loaded. `manage.py reconcile` shows that the book is one that services could have left.

A load that is large beside what is there sets the indexes aside that enforce nothing and builds
them again at its end (`indexes.py`). Whatever ends it early, Ctrl-C among it, builds them on the
way out; what a kill leaves aside, the next load finds and builds.
"""

import gc
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from random import Random
from typing import cast
from uuid import UUID

import uuid_utils
from django.db import connection, transaction

from accounts.audit import record_load
from accounts.choices import Review, Role, UserKind
from accounts.models import Account, Correspondent, User
from accounts.services.users import system_user
from brokerage import clock
from options.applicant_files import rules_under
from options.market.universe import UNIVERSE
from options.models import ApprovalPolicy
from options.services.listing import list_chain
from trading.seeding.crew import Spread, alone, crew
from trading.seeding.days import TIMES, opening_days
from trading.seeding.expiring import Family, choose_expiring, read_families, reserve_for
from trading.seeding.holders import ACTIVE, HOLDER_TABLES, STATUSES, Opening, add_holder
from trading.seeding.holdings import HOLDING_TABLES, LEVELS, Holder, add_holdings, choose_legs
from trading.seeding.indexes import SEARCHED, find_aside, gather_statistics, rebuild, set_aside
from trading.seeding.market import Market, is_listed, read_market
from trading.seeding.tables import NOTHING, pick
from trading.seeding.waiting import Judging

CHUNK = 2_500
# So many at least, and as many as there are already: then building indexes costs less than keeping them up.
LARGE = 5_000
TABLES = (*HOLDER_TABLES, *HOLDING_TABLES)
TABLE_NAMES = list(dict.fromkeys(table.name for table in TABLES))
WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
# A trigram index takes new rows at once far cheaper than one by one: they wait in its list until the end.
LET_ROWS_WAIT = "SET LOCAL gin_pending_list_limit = '1GB'"
FIRST_ID = 1_577_836_800_000  # milliseconds, the beginning of 2020
Progress = Callable[["Stage"], None]


@dataclass(frozen=True)
class Stage:
    """How far a load is: what it does, how much of how much is done, and the rows so far."""

    act: str
    done: int
    total: int
    rows: int = 0


@dataclass(frozen=True)
class Owner:
    """Whose accounts a chunk opens, who is said to have opened them, and by which rules their requests are judged."""

    correspondent_id: str
    api_user: str
    judging: Judging


@dataclass(frozen=True)
class Chunk:
    """Some accounts of the book; the same seed and first number make the same ones.

    `setting`, the owners and the market, is the same bytes in every chunk: a process reads them once.
    """

    seed: str
    first: int
    count: int
    waiting: frozenset[int]
    setting: bytes
    expiring: int = 0


def seed_book(
    accounts: int, *, seed: str, pending: int, progress: Progress, processes: int | None = None, expiring: int = 0
) -> int:
    """Add that many accounts to the book, spread over its correspondents, and answer how many rows that took.

    Of them, `pending` have a request for a level that waits for a person. Where some positions are to
    be `expiring`, every account has its share of them and nothing else but what they need. The book needs a
    correspondent with an API key; the demo chain is listed where there is none. Raises
    `AlreadySeedingError` while another process loads it.
    """
    chunks = -(-accounts // CHUNK)
    with crew(min(processes or os.cpu_count() or 1, chunks)) as spread, alone():
        existing = Account.objects.count()
        with transaction.atomic():
            connection.cursor().execute(WITHOUT_TRIGGERS)  # refused here, if at all, and not in every process
            record_load(system_user(), subject="Account", facts={"accounts": accounts, "seed": seed})
        is_large = accounts >= max(LARGE, existing)
        try:
            if is_large:
                set_aside(TABLE_NAMES)
            else:
                _rebuild(spread, progress)  # what an earlier load was killed over
            each = expiring // accounts
            rows = _load(spread, progress, accounts, seed=seed, pending=pending, first=existing, expiring=each)
        except BaseException:
            _rebuild(map, progress)  # alone: of the others, one may be gone
            raise
        _rebuild(spread, progress)
        if not is_large:
            _settle()
    return rows


def load_chunk(chunk: Chunk) -> int:
    """Load one chunk in one transaction, all of it or nothing; answers its number of rows."""
    gc.disable()  # a million texts and no cycle among them
    _gather(chunk)
    gc.enable()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WITHOUT_TRIGGERS)
        cursor.execute(LET_ROWS_WAIT)
        cursor.execute("SET LOCAL synchronous_commit = off")
        return sum(table.send(cursor) for table in TABLES)


def _load(
    spread: Spread, progress: Progress, accounts: int, *, seed: str, pending: int, first: int, expiring: int
) -> int:
    """List what the book trades where nothing is, load the chunks, and answer how many rows they had."""
    if not is_listed():
        for done, _ in enumerate(spread(partial(list_chain, at=clock.now()), UNIVERSE.values()), start=1):
            progress(Stage("listing underlying", done, len(UNIVERSE)))
    setting = pickle.dumps((_owners(), read_market(), read_families() if expiring else ()))
    chunks = [
        Chunk(
            seed,
            first + start,
            min(CHUNK, accounts - start),
            frozenset(
                first + one
                for one in range(start, min(start + CHUNK, accounts))
                if (one + 1) * pending // accounts > one * pending // accounts
            ),
            setting,
            expiring,
        )
        for start in range(0, accounts, CHUNK)
    ]
    done = rows = 0
    for chunk, loaded in zip(chunks, spread(load_chunk, chunks), strict=True):
        done, rows = done + chunk.count, rows + loaded
        progress(Stage("accounts", done, accounts, rows))
    return rows


def _rebuild(spread: Spread, progress: Progress) -> None:
    """Build the indexes that are set aside, if any are, and gather the statistics of their tables."""
    tasks = find_aside(TABLE_NAMES)
    total = sum(len(task.indexes) for task in tasks)
    done = 0
    for built in spread(rebuild, tasks):
        done += built
        progress(Stage("building index", done, total))


def _settle() -> None:
    """Take what waits into the trigram index, and gather the statistics."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(SEARCHED)
    for table in TABLE_NAMES:
        gather_statistics(table)


def _gather(chunk: Chunk) -> None:
    rng = Random(f"{chunk.seed}:{chunk.first}")
    owners, market, families = _setting(chunk.setting)
    days, newest = opening_days(market.session.date), market.session.opens_at
    for number in range(chunk.first, chunk.first + chunk.count):
        owner = owners[number % len(owners)]
        waits = number in chunk.waiting
        status = ACTIVE if waits or chunk.expiring else pick(rng, STATUSES)
        level = min(2 if chunk.expiring else pick(rng, LEVELS), 1 if waits else 2) if status == ACTIVE else 0
        day, time, key = pick(rng, days), pick(rng, TIMES), _account_id(rng, number)
        account_id, equity = str(key), 0
        if status == ACTIVE:
            holder = Holder(account_id, owner.correspondent_id, owner.api_user)
            if chunk.expiring:
                legs = choose_expiring(rng, families, chunk.expiring)
                reserve = reserve_for(legs, rng)
            else:
                legs, reserve = choose_legs(rng, market, level), 0
            equity = add_holdings(rng, holder, day, time, market, legs, reserve=reserve)
        whose = (owner.correspondent_id, owner.api_user, owner.judging)
        opening = Opening(key, number, *whose, day, time, status, level, newest if waits else None)
        add_holder(rng, opening, account_id, equity=equity)


@lru_cache(maxsize=1)
def _setting(pickled: bytes) -> tuple[tuple[Owner, ...], Market, tuple[Family, ...]]:
    return cast(tuple[tuple[Owner, ...], Market, tuple[Family, ...]], pickle.loads(pickled))  # noqa: S301 - what `_load` wrote


def _account_id(rng: Random, number: int) -> UUID:
    """Answer a UUID (version 7) that comes after those of lower numbers: what is found by it is written at the end."""
    bits = rng.getrandbits(74)
    whole = FIRST_ID + number << 80 | 7 << 76 | (bits & 0xFFF) << 64 | 2 << 62 | bits >> 12
    return cast(UUID, uuid_utils.UUID(int=whole))  # ten times as fast to make and to write


def _owners() -> tuple[Owner, ...]:
    """Answer each correspondent that has a key, by code, with the first of its keys."""
    keys = User.objects.filter(kind=UserKind.API_KEY, role=Role.API, is_active=True).order_by("-pk")
    first = dict(keys.values_list("correspondent_id", "pk"))
    found = Correspondent.objects.filter(pk__in=first).order_by("code")
    return tuple(Owner(str(one.pk), str(first[one.pk]), _judging(one)) for one in found)


def _judging(correspondent: Correspondent) -> Judging:
    policy = ApprovalPolicy.objects.filter(correspondent=correspondent).order_by("-number").first()
    policy_id = NOTHING if policy is None else str(policy.pk)
    return Judging(rules_under(policy), policy_id, correspondent.options_review == Review.PERSON)
