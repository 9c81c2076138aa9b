"""What must always be true of the book, asked of the database in sets (domain rules RC-2 to RC-10)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from brokerage import clock, market_calendar
from options.rules.expirations import first_live_date
from trading.day_checks import DAY_CHECKS
from trading.rules.order_status import OPEN_STATUSES

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
# Of a security: its quantity, and its cost. A position that is flat has no lots left.
_LOTS_AND_POSITIONS = """
    FROM (
        SELECT account_id, asset_id, sum(quantity) AS quantity, sum(cost_amount) AS cost_amount
        FROM trading_lot WHERE quantity <> 0 GROUP BY account_id, asset_id
    ) AS made
    FULL JOIN (
        SELECT held.* FROM trading_position AS held
        JOIN options_asset AS asset ON asset.id = held.asset_id AND asset.asset_class <> 'usd'
        WHERE held.quantity <> 0
    ) AS held ON held.account_id = made.account_id AND held.asset_id = made.asset_id
    JOIN options_asset AS asset ON asset.id = coalesce(made.asset_id, held.asset_id)
"""
LOTS_ADD_UP = f"""
    SELECT coalesce(made.account_id, held.account_id), asset.symbol,
           coalesce(held.quantity, 0), coalesce(made.quantity, 0)
    {_LOTS_AND_POSITIONS}
    WHERE coalesce(held.quantity, 0) <> coalesce(made.quantity, 0)
"""
LOTS_COST_WHAT_POSITIONS_COST = f"""
    SELECT coalesce(made.account_id, held.account_id), asset.symbol,
           coalesce(held.cost_amount, 0), coalesce(made.cost_amount, 0)
    {_LOTS_AND_POSITIONS}
    WHERE coalesce(held.cost_amount, 0) <> coalesce(made.cost_amount, 0)
"""
# Every asset, customers' books and the house's together: what one has, another gave.
EVERY_ASSET_SUMS_TO_ZERO = """
    WITH outside AS (
        SELECT asset_id, -quantity AS quantity FROM trading_posting WHERE source_account_id IS NULL
        UNION ALL
        SELECT asset_id, quantity FROM trading_posting WHERE destination_account_id IS NULL
    ), given AS (
        SELECT asset_id, -sum(quantity) AS quantity FROM outside GROUP BY asset_id
    ), held AS (
        SELECT asset_id, sum(quantity) AS quantity FROM trading_position GROUP BY asset_id
    )
    SELECT NULL::uuid, asset.symbol, coalesce(held.quantity, 0), coalesce(given.quantity, 0)
    FROM given
    FULL JOIN held USING (asset_id)
    JOIN options_asset AS asset ON asset.id = asset_id
    WHERE coalesce(held.quantity, 0) <> coalesce(given.quantity, 0)
"""
ORDERS_EQUAL_FILLS = """
    SELECT placed.account_id, asset.symbol, placed.filled_quantity, coalesce(sum(fill.quantity), 0)
    FROM trading_order AS placed
    JOIN options_asset AS asset ON asset.id = placed.asset_id
    LEFT JOIN trading_activity AS fill ON fill.order_id = placed.id AND fill.activity_type = 'FILL'
    GROUP BY placed.id, asset.symbol
    HAVING placed.filled_quantity <> coalesce(sum(fill.quantity), 0)
"""
FILLS_ARE_WORTH_WHAT_ORDERS_SAY = """
    SELECT placed.account_id, asset.symbol, placed.filled_value, coalesce(sum(fill.quantity * fill.price), 0)
    FROM trading_order AS placed
    JOIN options_asset AS asset ON asset.id = placed.asset_id
    LEFT JOIN trading_activity AS fill ON fill.order_id = placed.id AND fill.activity_type = 'FILL'
    GROUP BY placed.id, asset.symbol
    HAVING placed.filled_value <> coalesce(sum(fill.quantity * fill.price), 0)
"""
# Dollars are held up to the cent. One that waits to replace another holds only what it needs beyond that one.
ORDERS_HOLD_WHAT_IS_TO_FILL = """
    SELECT account_id, symbol, hold_quantity, needed
    FROM (
        SELECT placed.account_id, placed.status, placed.replaces_id, placed.hold_quantity, asset.symbol,
            CASE WHEN placed.status <> ALL(%(open)s) THEN 0
                WHEN asset.asset_class = 'usd'
                THEN ceil(placed.hold_per_unit * (placed.quantity - placed.filled_quantity) * 100) / 100
                ELSE placed.hold_per_unit * (placed.quantity - placed.filled_quantity) END AS needed
        FROM trading_order AS placed
        JOIN options_asset AS asset ON asset.id = placed.hold_asset_id
    ) AS held
    WHERE hold_quantity <> needed
        AND NOT (status = 'accepted' AND replaces_id IS NOT NULL AND hold_quantity < needed)
"""
FEES_ARE_BOOKED_AS_ACCRUED = """
    SELECT owed.account_id, owed.kind, -face.net_amount,
           sign(owed.exact_amount) * ceil(abs(owed.exact_amount) * 100) / 100
    FROM trading_accruedfee AS owed
    JOIN trading_activity AS face ON face.transaction_id = owed.booked_by_id
    WHERE -face.net_amount <> sign(owed.exact_amount) * ceil(abs(owed.exact_amount) * 100) / 100
"""
# A put pledges its strike, a call the shares, and where it was adjusted the cash that it would deliver beside them.
PLEDGED_FOR_SHORTS = """SELECT short.account_id, dollar.id AS asset_id, sum(-short.quantity * CASE terms."right"
            WHEN 'put' THEN terms.strike_price * terms.multiplier ELSE terms.deliverable_cash_amount END) AS quantity
        FROM trading_position AS short
        JOIN options_optioncontract AS terms ON terms.asset_id = short.asset_id
        JOIN options_asset AS dollar ON dollar.asset_class = 'usd'
        WHERE short.quantity < 0 AND (terms."right" = 'put' OR terms.deliverable_cash_amount > 0)
        GROUP BY short.account_id, dollar.id
        UNION ALL
        SELECT short.account_id, terms.underlying_id, sum(-short.quantity * terms.deliverable)
        FROM trading_position AS short
        JOIN options_optioncontract AS terms ON terms.asset_id = short.asset_id
        WHERE short.quantity < 0 AND terms."right" = 'call'
        GROUP BY short.account_id, terms.underlying_id"""
# The shorts themselves, whatever open orders hold besides (domain rule BP-10).
SHORTS_ARE_COVERED = f"""
    WITH pledged AS (
        {PLEDGED_FOR_SHORTS}
    )
    SELECT pledged.account_id, asset.symbol, coalesce(held.quantity, 0), pledged.quantity
    FROM pledged
    JOIN options_asset AS asset ON asset.id = pledged.asset_id
    LEFT JOIN trading_position AS held ON held.account_id = pledged.account_id AND held.asset_id = pledged.asset_id
    WHERE coalesce(held.quantity, 0) < pledged.quantity
"""  # noqa: S608 - both parts are written here
NOTHING_IS_OVERDRAWN = f"""
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
        SELECT owed.account_id, dollar.id, sum(ceil(owed.exact_amount * 100) / 100)
        FROM trading_accruedfee AS owed
        JOIN options_asset AS dollar ON dollar.asset_class = 'usd'
        WHERE owed.booked_by_id IS NULL
        GROUP BY owed.account_id, dollar.id
        UNION ALL
        {PLEDGED_FOR_SHORTS}
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
"""  # noqa: S608 - both parts are written here
CHECKS = {
    "positions equal their postings": POSITIONS_EQUAL_POSTINGS,
    "lots add up to positions": LOTS_ADD_UP,
    "lots cost what positions cost": LOTS_COST_WHAT_POSITIONS_COST,
    "what accounts have the house gave": EVERY_ASSET_SUMS_TO_ZERO,
    "orders equal their fills": ORDERS_EQUAL_FILLS,
    "orders say what their fills were worth": FILLS_ARE_WORTH_WHAT_ORDERS_SAY,
    "open orders hold what is still to fill": ORDERS_HOLD_WHAT_IS_TO_FILL,
    "fees are booked as they accrued": FEES_ARE_BOOKED_AS_ACCRUED,
    "shorts are covered": SHORTS_ARE_COVERED,
    "what is pledged and held is there": NOTHING_IS_OVERDRAWN,
    **DAY_CHECKS,
}


@dataclass(frozen=True)
class Break:
    """One thing that is not as it must be: what was found, and what was expected. Some are no one account's."""

    check: str
    account_id: UUID | None
    asset: str
    found: Decimal
    expected: Decimal


def find_breaks() -> list[Break]:
    """Answer every break of every check as of now; an empty list is what a sound book has."""
    now = clock.now()
    return [one for check in CHECKS for one in find_breaks_of(check, now)]


def find_breaks_of(check: str, at: datetime) -> list[Break]:
    """Answer the breaks of one check, as of `at`: a contract has expired once its last session has closed."""
    facts: dict[str, Any] = {
        "open": [str(status) for status in OPEN_STATUSES],
        "today": first_live_date(at),
        "opened": market_calendar.last_session(at).date,
        "since": market_calendar.last_session(at).opens_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(CHECKS[check], facts)
        return [Break(check, *row) for row in cursor.fetchall()]
