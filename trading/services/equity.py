"""Store what accounts are worth during a session: set-based, one statement for many accounts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from options.rules.asset_ids import USD_ID
from trading.models import EquityPoint

# One row for each account. A position without a price counts at its cost, and is counted as unpriced.
# One statement sees each account between two acts, and so needs no lock.
INSERT = """
INSERT INTO trading_equitypoint (account_id, at, equity_amount, cash_amount, unpriced_positions)
SELECT account_id, %(at)s, round(sum(worth), 2), round(sum(cash), 2), sum(unpriced)
FROM (
    SELECT position.account_id,
        CASE WHEN position.asset_id = %(usd)s THEN position.quantity
            ELSE round(coalesce(price.price * position.quantity * coalesce(contract.multiplier, 1),
                position.cost_amount), 2) END AS worth,
        CASE WHEN position.asset_id = %(usd)s THEN position.quantity ELSE 0 END AS cash,
        (position.asset_id <> %(usd)s AND position.quantity <> 0 AND price.price IS NULL)::int AS unpriced
    FROM trading_position AS position
    LEFT JOIN options_optioncontract AS contract ON contract.asset_id = position.asset_id
    LEFT JOIN unnest(%(assets)s::uuid[], %(prices)s::numeric[]) AS price (asset_id, price)
        ON price.asset_id = position.asset_id
    WHERE position.account_id = ANY(%(accounts)s)
) AS line
GROUP BY account_id
ON CONFLICT (account_id, at) DO NOTHING
"""

# The close of a session is a point of it too, with the same figures.
COPY_CLOSES = """
INSERT INTO trading_equitypoint (account_id, at, equity_amount, cash_amount, unpriced_positions)
SELECT account_id, %(at)s, equity_amount, cash_amount, unpriced_positions
FROM trading_closingbalance WHERE date = %(date)s
ON CONFLICT (account_id, at) DO NOTHING
"""
POINTS_AT_ONCE = 50_000


@transaction.atomic(durable=True)
def store_equity_points(*, account_ids: Sequence[UUID], at: datetime, prices: Mapping[UUID, Decimal]) -> int:
    """Write what each of the accounts is worth at `at`; answer how many rows that made.

    `prices` are per share, by asset id. Safe to run again: what is stored stays.
    """
    facts: dict[str, Any] = {
        "at": at,
        "accounts": list(account_ids),
        "assets": list(prices),
        "prices": list(prices.values()),
        "usd": USD_ID,
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, facts)
        return cursor.rowcount


@transaction.atomic(durable=True)
def store_closing_points(*, session_date: date, closes_at: datetime) -> int:
    """Write the closing balances of a session as its last points; answer how many rows that made."""
    with connection.cursor() as cursor:
        cursor.execute(COPY_CLOSES, {"date": session_date, "at": closes_at})
        return cursor.rowcount


@transaction.atomic(durable=True)
def prune_equity_points(*, before: datetime) -> int:
    """Delete some of the points that are older than `before`; answer how many, zero when none is left."""
    old = EquityPoint.objects.filter(at__lt=before).order_by("at").values("pk")[:POINTS_AT_ONCE]
    return EquityPoint.objects.filter(pk__in=old).delete()[0]
