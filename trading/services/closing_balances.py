"""Store what accounts were worth at a close: set-based, since every account closes at the same instant."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Account
from options.rules.asset_ids import USD_ID
from trading.rules.order_status import OPEN_STATUSES

# One row for each account that holds anything. A position without a price counts at its cost,
# as the balances of the day do, and is counted as unpriced.
INSERT = """
INSERT INTO trading_closingbalance (
    account_id, date, cash_amount, equity_amount, long_market_value_amount, short_market_value_amount,
    initial_margin_amount, maintenance_margin_amount, buying_power_amount, options_buying_power_amount,
    unpriced_positions)
SELECT account_id, %(date)s, cash, cash + long + short, long, short, pledged, pledged, free, free, unpriced
FROM (
    SELECT line.account_id,
        round(sum(cash), 2) AS cash,
        round(sum(greatest(value, 0)), 2) AS long,
        round(sum(least(value, 0)), 2) AS short,
        round(sum(pledged), 2) AS pledged,
        round(greatest(sum(cash) - sum(pledged) - max(coalesce(held, 0)) - max(coalesce(leaving, 0)), 0), 2) AS free,
        sum(unpriced) AS unpriced
    FROM (
        SELECT position.account_id,
            CASE WHEN position.asset_id = %(usd)s THEN position.quantity ELSE 0 END AS cash,
            CASE WHEN position.asset_id = %(usd)s THEN 0
                ELSE round(coalesce(price.price * position.quantity * coalesce(contract.multiplier, 1),
                    position.cost_amount), 2) END AS value,
            CASE WHEN contract."right" = 'put' AND position.quantity < 0
                THEN -position.quantity * contract.strike_price * contract.multiplier ELSE 0 END AS pledged,
            (position.asset_id <> %(usd)s AND position.quantity <> 0 AND price.price IS NULL)::int AS unpriced
        FROM trading_position AS position
        LEFT JOIN options_optioncontract AS contract ON contract.asset_id = position.asset_id
        LEFT JOIN unnest(%(assets)s::uuid[], %(prices)s::numeric[]) AS price (asset_id, price)
            ON price.asset_id = position.asset_id
        WHERE position.account_id = ANY(%(accounts)s)
    ) AS line
    LEFT JOIN (
        SELECT account_id, sum(hold_quantity) AS held FROM trading_order
        WHERE hold_asset_id = %(usd)s AND status = ANY(%(open)s) AND account_id = ANY(%(accounts)s)
        GROUP BY account_id
    ) AS holds ON holds.account_id = line.account_id
    LEFT JOIN (
        SELECT account_id, sum(hold_amount) AS leaving FROM trading_transfer
        WHERE hold_amount > 0 AND account_id = ANY(%(accounts)s)
        GROUP BY account_id
    ) AS transfers ON transfers.account_id = line.account_id
    GROUP BY line.account_id
) AS balance
ON CONFLICT (account_id, date) DO UPDATE SET
    cash_amount = excluded.cash_amount,
    equity_amount = excluded.equity_amount,
    long_market_value_amount = excluded.long_market_value_amount,
    short_market_value_amount = excluded.short_market_value_amount,
    initial_margin_amount = excluded.initial_margin_amount,
    maintenance_margin_amount = excluded.maintenance_margin_amount,
    buying_power_amount = excluded.buying_power_amount,
    options_buying_power_amount = excluded.options_buying_power_amount,
    unpriced_positions = excluded.unpriced_positions
"""

COPY_EQUITY = """
UPDATE accounts_account AS account SET last_equity_amount = closing.equity_amount
FROM trading_closingbalance AS closing
WHERE closing.account_id = account.id AND closing.date = %(date)s AND account.id = ANY(%(accounts)s)
    AND account.last_equity_amount <> closing.equity_amount
"""


@transaction.atomic(durable=True)
def store_closing_balances(
    *, account_ids: Sequence[UUID], session_date: date, closing_prices: Mapping[UUID, Decimal]
) -> None:
    """Write one closing balance for each of the accounts, and repeat its equity on the account.

    `closing_prices` are per share, by asset id. Safe to run again: the same close is written over.
    The accounts are locked in id order, as every act locks them.
    """
    list(Account.objects.filter(pk__in=account_ids).order_by("pk").select_for_update().values_list("pk", flat=True))
    facts: dict[str, Any] = {
        "date": session_date,
        "accounts": list(account_ids),
        "assets": list(closing_prices),
        "prices": list(closing_prices.values()),
        "usd": USD_ID,
        "open": [str(status) for status in OPEN_STATUSES],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, facts)
        cursor.execute(COPY_EQUITY, facts)
