"""What must always be true of the book, asked of the database in sets (domain rules RC-5, RC-10)."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection

POSITIONS_EQUAL_POSTINGS = """
    WITH moved AS (
        SELECT destination_account_id AS account_id, asset_id, quantity FROM trading_posting
        WHERE destination_account_id IS NOT NULL
        UNION ALL
        SELECT source_account_id, asset_id, -quantity FROM trading_posting WHERE source_account_id IS NOT NULL
    ), booked AS (
        SELECT account_id, asset_id, sum(quantity) AS quantity FROM moved GROUP BY account_id, asset_id
    )
    SELECT coalesce(booked.account_id, held.account_id), asset.symbol,
           coalesce(held.quantity, 0), coalesce(booked.quantity, 0)
    FROM booked
    FULL JOIN trading_position AS held ON held.account_id = booked.account_id AND held.asset_id = booked.asset_id
    JOIN options_asset AS asset ON asset.id = coalesce(booked.asset_id, held.asset_id)
    WHERE coalesce(held.quantity, 0) <> coalesce(booked.quantity, 0)
"""
ORDERS_EQUAL_FILLS = """
    SELECT placed.account_id, asset.symbol, placed.filled_quantity, coalesce(sum(fill.quantity), 0)
    FROM trading_order AS placed
    JOIN options_asset AS asset ON asset.id = placed.asset_id
    LEFT JOIN trading_activity AS fill ON fill.order_id = placed.id AND fill.activity_type = 'FILL'
    GROUP BY placed.id, asset.symbol
    HAVING placed.filled_quantity <> coalesce(sum(fill.quantity), 0)
"""
NOTHING_IS_OVERDRAWN = """
    WITH bound AS (
        SELECT account_id, hold_asset_id AS asset_id, sum(hold_quantity) AS quantity FROM trading_order
        WHERE hold_quantity > 0 GROUP BY account_id, hold_asset_id
        UNION ALL
        SELECT leaving.account_id, dollar.id, sum(leaving.hold_amount)
        FROM trading_transfer AS leaving
        JOIN options_asset AS dollar ON dollar.asset_class = 'usd'
        WHERE leaving.hold_amount > 0
        GROUP BY leaving.account_id, dollar.id
        UNION ALL
        SELECT short.account_id, dollar.id, sum(-short.quantity * terms.strike_price * terms.multiplier)
        FROM trading_position AS short
        JOIN options_optioncontract AS terms ON terms.asset_id = short.asset_id
        JOIN options_asset AS dollar ON dollar.asset_class = 'usd'
        WHERE short.quantity < 0 AND terms."right" = 'put'
        GROUP BY short.account_id, dollar.id
        UNION ALL
        SELECT short.account_id, terms.underlying_id, sum(-short.quantity * terms.deliverable)
        FROM trading_position AS short
        JOIN options_optioncontract AS terms ON terms.asset_id = short.asset_id
        WHERE short.quantity < 0 AND terms."right" = 'call'
        GROUP BY short.account_id, terms.underlying_id
    ), needed AS (
        SELECT account_id, asset_id, sum(quantity) AS quantity FROM bound GROUP BY account_id, asset_id
    )
    SELECT coalesce(needed.account_id, held.account_id), asset.symbol,
           coalesce(held.quantity, 0), coalesce(needed.quantity, 0)
    FROM needed
    FULL JOIN trading_position AS held ON held.account_id = needed.account_id AND held.asset_id = needed.asset_id
    JOIN options_asset AS asset ON asset.id = coalesce(needed.asset_id, held.asset_id)
    WHERE coalesce(held.quantity, 0) < coalesce(needed.quantity, 0) AND asset.asset_class <> 'us_option'
       OR asset.asset_class = 'us_option' AND needed.quantity > held.quantity
"""
CHECKS = {
    "positions equal their postings": POSITIONS_EQUAL_POSTINGS,
    "orders equal their fills": ORDERS_EQUAL_FILLS,
    "what is pledged and held is there": NOTHING_IS_OVERDRAWN,
}


@dataclass(frozen=True)
class Break:
    """One thing that is not as it must be: what was found, and what was expected."""

    check: str
    account_id: UUID
    asset: str
    found: Decimal
    expected: Decimal


def find_breaks() -> list[Break]:
    """Answer every break of every check; an empty list is what a sound book has."""
    found = []
    with connection.cursor() as cursor:
        for check, sql in CHECKS.items():
            cursor.execute(sql)
            found += [Break(check, *row) for row in cursor.fetchall()]
    return found
