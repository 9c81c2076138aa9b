"""The queries under the worklist of expiring positions: set-based, over whole books at once.

What differs from contract to contract (is it in the money, what does it take) is worked out once
for each contract and goes to the database as arrays; positions are joined to it there. `{book}`
is whose positions are looked at, and written into the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import User
from options.rules.asset_ids import USD_ID
from trading.choices import InstructionKind, InstructionStatus

# Every contract of some dates that somebody holds, with how much is long and short of it.
HELD = """
    SELECT contract.asset_id, asset.symbol, contract.underlying_id, contract."right", contract.strike_price,
        contract.expiration_date, contract.multiplier, contract.deliverable, contract.deliverable_cash_amount,
        held.longs, held.shorts, held.long_quantity, held.short_quantity
    FROM (
        SELECT p.asset_id, count(*) FILTER (WHERE p.quantity > 0) AS longs,
            count(*) FILTER (WHERE p.quantity < 0) AS shorts,
            coalesce(sum(p.quantity) FILTER (WHERE p.quantity > 0), 0) AS long_quantity,
            coalesce(sum(-p.quantity) FILTER (WHERE p.quantity < 0), 0) AS short_quantity
        FROM options_optioncontract AS expiring
        JOIN trading_position AS p ON p.asset_id = expiring.asset_id
        WHERE expiring.expiration_date BETWEEN %(first)s AND %(last)s AND p.quantity <> 0 {book}
        GROUP BY p.asset_id
    ) AS held
    JOIN options_optioncontract AS contract ON contract.asset_id = held.asset_id
    JOIN options_asset AS asset ON asset.id = held.asset_id
"""
# Longs in the money of accounts that cannot carry all of theirs, or that are not to exercise some: what the rules
# have to decide account by account. Of all others each is exercised, and no row comes back. What an account has
# free is the sum of what it has and, below zero, of what binds that: its shorts, its orders, transfers and fees.
CONTENDED = """
    WITH line AS MATERIALIZED (
        SELECT p.account_id, p.id, fact.number - 1 AS number, p.quantity, fact.underlying_id, fact.cash, fact.shares,
            least(coalesce(dne.quantity, 0), p.quantity) AS withheld
        FROM unnest(%(assets)s::uuid[], %(underlyings)s::uuid[], %(cash)s::numeric[], %(shares)s::numeric[])
            WITH ORDINALITY AS fact(asset_id, underlying_id, cash, shares, number)
        JOIN trading_position AS p ON p.asset_id = fact.asset_id
        LEFT JOIN trading_instruction AS dne ON dne.asset_id = p.asset_id AND dne.account_id = p.account_id
            AND dne.kind = %(dne)s AND dne.status = %(in_force)s
        WHERE p.asset_id = ANY(%(assets)s::uuid[]) AND p.quantity > 0 {book}
    ), need AS MATERIALIZED (
        SELECT account_id, %(usd)s::uuid AS asset_id, sum((quantity - withheld) * cash) AS amount
        FROM line GROUP BY account_id
        UNION ALL
        SELECT account_id, underlying_id, sum((quantity - withheld) * shares)
        FROM line WHERE shares > 0 GROUP BY account_id, underlying_id
    ), asked AS MATERIALIZED (
        SELECT DISTINCT account_id FROM line
    ), entry AS (
        SELECT p.account_id,
            CASE WHEN contract.asset_id IS NULL THEN p.asset_id
                WHEN contract."right" = 'put' THEN %(usd)s::uuid
                ELSE contract.underlying_id END AS asset_id,
            CASE WHEN contract.asset_id IS NULL THEN p.quantity
                WHEN contract."right" = 'put'
                THEN -ceil(-p.quantity * contract.strike_price * contract.multiplier * 100) / 100
                ELSE p.quantity * contract.deliverable END AS amount
        FROM asked JOIN trading_position AS p ON p.account_id = asked.account_id
        LEFT JOIN options_optioncontract AS contract ON contract.asset_id = p.asset_id
        WHERE p.quantity < 0 OR contract.asset_id IS NULL
        UNION ALL
        SELECT account_id, hold_asset_id, -hold_quantity FROM trading_order
        WHERE hold_quantity > 0 AND account_id IN (SELECT * FROM asked)
        UNION ALL
        SELECT account_id, %(usd)s::uuid, -hold_amount FROM trading_transfer
        WHERE hold_amount > 0 AND account_id IN (SELECT * FROM asked)
        UNION ALL
        SELECT account_id, %(usd)s::uuid, -ceil(exact_amount * 100) / 100 FROM trading_accruedfee
        WHERE booked_by_id IS NULL AND account_id IN (SELECT * FROM asked)
    ), has AS (
        SELECT account_id, asset_id, sum(amount) AS amount FROM entry GROUP BY account_id, asset_id
    ), free AS MATERIALIZED (
        SELECT account_id, asset_id, need.amount AS needed, coalesce(has.amount, 0) AS amount
        FROM need LEFT JOIN has USING (account_id, asset_id)
    ), contended AS (
        SELECT account_id FROM free WHERE needed > amount AND needed > 0
        UNION SELECT account_id FROM line WHERE withheld > 0
    )
    SELECT line.account_id, line.id, line.number, line.quantity, line.withheld,
        trunc(cash.amount, 2), coalesce(shares.amount, 0)
    FROM contended
    JOIN line ON line.account_id = contended.account_id
    JOIN free AS cash ON cash.account_id = line.account_id AND cash.asset_id = %(usd)s::uuid
    LEFT JOIN free AS shares ON shares.account_id = line.account_id AND shares.asset_id = line.underlying_id
    ORDER BY line.account_id
"""
# Some of the list in its order: longs or shorts of contracts, of each its place, without those that have their own.
RANKED = """
    SELECT side.risk, side.day, side.weight, p.id, p.account_id, p.asset_id, p.quantity, side.fate
    FROM unnest(
        %(risks)s::int[], %(days)s::int[], %(weights)s::float8[],
        %(assets)s::uuid[], %(longs)s::bool[], %(fates)s::int[]
    ) AS side(risk, day, weight, asset_id, is_long, fate)
    JOIN trading_position AS p ON p.asset_id = side.asset_id AND (p.quantity > 0) = side.is_long
    WHERE p.asset_id = ANY(%(assets)s::uuid[]) AND p.quantity <> 0 AND p.id <> ALL(%(apart)s::bigint[]) {book} {place}
    ORDER BY risk {way}, day {way}, weight {way}, id {way} LIMIT %(limit)s
"""
BEYOND = "AND (side.risk, side.day, side.weight, p.id) {side} (%(risk)s, %(day)s, %(weight)s, %(id)s)"


@dataclass(frozen=True)
class Book:
    """Whose positions are looked at: all that the database shows, of some tenants, of some accounts.

    `family` are contracts: then only accounts that are long one of them.
    """

    correspondents: tuple[UUID, ...] | None = None
    accounts: tuple[UUID, ...] | None = None
    family: tuple[UUID, ...] | None = None

    @property
    def sql(self) -> str:
        """Answer the conditions, for positions that are called `p`."""
        said = ""
        if self.correspondents is not None:
            said += " AND p.correspondent_id = ANY(%(correspondents)s)"
        if self.accounts is not None:
            said += " AND p.account_id = ANY(%(accounts)s)"
        if self.family is not None:
            said += (
                " AND p.account_id IN (SELECT account_id FROM trading_position"
                " WHERE asset_id = ANY(%(family)s) AND quantity > 0)"
            )
        return said

    @property
    def values(self) -> dict[str, Any]:
        """Answer what stands in the conditions."""
        return {
            "correspondents": None if self.correspondents is None else list(self.correspondents),
            "accounts": None if self.accounts is None else list(self.accounts),
            "family": None if self.family is None else list(self.family),
        }


def held_contracts(book: Book, first: Any, last: Any) -> list[tuple[Any, ...]]:
    """Answer each contract of the dates that is held in the book, with its terms and sums."""
    return _rows(HELD, book, {"first": first, "last": last})


def contended_lines(book: Book, facts: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Answer the longs that have to be decided account by account, with what is free; `facts` are those in the money.

    A fact is a contract, its underlying, and the dollars and shares that exercising one takes. In the rows it
    is known by its place among the facts.
    """
    assets, underlyings, cash, shares = _columns(facts, 4)
    named = {
        **{"assets": assets, "underlyings": underlyings, "cash": cash, "shares": shares, "usd": USD_ID},
        **{"dne": InstructionKind.DO_NOT_EXERCISE.value, "in_force": InstructionStatus.IN_FORCE.value},
    }
    return _rows(CONTENDED, book, named) if facts else []


def ranked_positions(
    book: Book,
    sides: Sequence[tuple[Any, ...]],
    apart: Sequence[int],
    *,
    limit: int,
    beyond: tuple[Any, ...] | None = None,
    is_backwards: bool = False,
) -> list[tuple[Any, ...]]:
    """Answer positions by their rank: from the first, or beyond the key of one, forwards or backwards.

    A side is the risk, day and weight of a contract's longs or shorts, the contract, whether they are long, and
    what becomes of them; the positions in `apart` are left out.
    """
    names = ("risks", "days", "weights", "assets", "longs", "fates")
    named: dict[str, Any] = dict(zip(names, _columns(sides, len(names)), strict=True))
    named |= {"apart": list(apart), "limit": limit}
    place = ""
    if beyond is not None:
        place = BEYOND.format(side="<" if is_backwards else ">")
        named |= zip(("risk", "day", "weight", "id"), beyond, strict=True)
    return _rows(RANKED, book, named, place=place, way="DESC" if is_backwards else "ASC") if sides else []


def book_of(actor: User, correspondents: Sequence[UUID] | None = None, accounts: Sequence[UUID] | None = None) -> Book:
    """Answer the book that `actor` may look at, narrowed down."""
    if not actor.sees_every_correspondent:
        correspondents = [actor.correspondent_id] if actor.correspondent_id else []
    return Book(
        None if correspondents is None else tuple(correspondents), None if accounts is None else tuple(accounts)
    )


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(count)]


def _rows(text: str, book: Book, values: dict[str, Any], **parts: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text.format(book=book.sql, **parts), book.values | values)
        return list(cursor.fetchall())
