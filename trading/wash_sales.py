"""Losses that may be wash sales: marked for a person or a tax adviser, never adjusted (domain rule TX-8)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

DAYS = 30

# For each loss the first lot beside it that may be its replacement. After a loss on shares or on calls: more of
# the same, the shares, or a call on them; after a loss on a put: that put; after a short: the same one again. What
# was opened before counts where some of it was held on after the loss; the lot that was sold never does.
_REPLACEMENTS = """
SELECT loss.id, asset.symbol, again.opened_on
FROM trading_lotclosing AS loss
JOIN trading_lot AS sold ON sold.id = loss.lot_id
LEFT JOIN options_optioncontract AS lost ON lost.asset_id = loss.asset_id
JOIN LATERAL (
    SELECT bought.asset_id, bought.opened_on
    FROM trading_position AS kin
    LEFT JOIN options_optioncontract AS terms ON terms.asset_id = kin.asset_id
    JOIN trading_lot AS bought ON bought.account_id = kin.account_id AND bought.asset_id = kin.asset_id
        AND bought.opened_on BETWEEN loss.closed_on - %(days)s AND loss.closed_on + %(days)s
    WHERE kin.account_id = loss.account_id AND bought.id <> sold.id
        AND sign(bought.opened_quantity) = sign(sold.opened_quantity)
        AND (kin.asset_id = loss.asset_id
            OR sold.opened_quantity > 0 AND (lost.asset_id IS NULL OR lost."right" = 'call')
            AND (kin.asset_id = lost.underlying_id
                OR terms."right" = 'call' AND terms.underlying_id = coalesce(lost.underlying_id, loss.asset_id)))
        AND (bought.opened_by_id > loss.transaction_id OR bought.quantity <> 0
            OR EXISTS (SELECT FROM trading_lotclosing AS later
                WHERE later.lot_id = bought.id AND later.transaction_id > loss.transaction_id))
    ORDER BY bought.opened_on, bought.id
    LIMIT 1
) AS again ON true
JOIN options_asset AS asset ON asset.id = again.asset_id
WHERE loss.id = ANY(%(losses)s)
"""


@dataclass(frozen=True)
class Replacement:
    """What was bought within 30 days of a loss, before or after: the same, or what is substantially identical."""

    symbol: str
    opened_on: date


def find_replacements(losses: Collection[UUID]) -> dict[UUID, Replacement]:
    """Answer, by the closing, what may make a wash sale of it; within the account alone, as brokers report."""
    if not losses:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_REPLACEMENTS, {"losses": list(losses), "days": DAYS})
        return {closing_id: Replacement(symbol, opened_on) for closing_id, symbol, opened_on in cursor.fetchall()}
