"""One lot for each position that is there, at its cost: `manage.py rebuild_positions` tells them one by one afterwards.

Opened on the date of the newest transaction that added to the position: what came before it may be
older, so no term is ever said to be longer than it was. A position that no transaction added to has
no date of its own, and counts from today. One statement for the whole book, whatever its size.
"""

from django.db import migrations

ONE_LOT_EACH = """
    INSERT INTO trading_lot (
        id, account_id, correspondent_id, asset_id, opened_by_id, opened_on,
        opened_quantity, opened_amount, quantity, cost_amount)
    WITH moved AS (
        SELECT destination_account_id AS account_id, asset_id, transaction_id, 1 AS sign
        FROM trading_posting WHERE destination_account_id IS NOT NULL
        UNION ALL
        SELECT source_account_id, asset_id, transaction_id, -1 FROM trading_posting WHERE source_account_id IS NOT NULL
    ), newest AS (
        SELECT moved.account_id, moved.asset_id, moved.sign, max(moved.transaction_id::text)::uuid AS transaction_id
        FROM moved JOIN options_asset AS asset ON asset.id = moved.asset_id AND asset.asset_class <> 'usd'
        GROUP BY moved.account_id, moved.asset_id, moved.sign
    )
    -- An id of the time of that transaction: lots of one day are taken in the order of their ids.
    SELECT (left(coalesce(posted.id::text, '00000000-0000'), 13) || '-7' || substr(gen_random_uuid()::text, 16))::uuid,
        held.account_id, held.correspondent_id, held.asset_id, posted.id,
        coalesce(posted.trade_date, (now() AT TIME ZONE 'America/New_York')::date),
        held.quantity, held.cost_amount, held.quantity, held.cost_amount
    FROM trading_position AS held
    JOIN options_asset AS asset ON asset.id = held.asset_id AND asset.asset_class <> 'usd'
    LEFT JOIN newest ON newest.account_id = held.account_id AND newest.asset_id = held.asset_id
        AND newest.sign = sign(held.quantity)
    LEFT JOIN trading_ledgertransaction AS posted ON posted.id = newest.transaction_id
    WHERE held.quantity <> 0
"""
NONE = "DELETE FROM trading_lotclosing; DELETE FROM trading_lot"


class Migration(migrations.Migration):

    dependencies = [
        ('options', '0007_cash_beside_the_shares'),
        ('trading', '0010_after_the_trade'),
    ]

    operations = [
        migrations.RunSQL(ONE_LOT_EACH, NONE),
    ]
