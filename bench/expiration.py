"""Whole expiration dates, settled durably: how many positions a second, and what the same rows cost as plain SQL.

The book gets contracts that expired on a day that is over, held by some of its accounts: a quarter of
the positions long in the money, a quarter short in the money, half out of it. `manage.py expire` closes
and settles them. The floor writes the very rows that this left once more, by set, in one transaction.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.book import connect
from bench.measuring import without_ticks
from brokerage.market_calendar import last_close, previous_session
from tests.installation import Installation

PROCESSES = 2
MOST_ACCOUNTS = 10_000
POSITIONS_EACH = 10
SHARES = ("AAPL", "AMZN", "GOOGL", "META", "MSFT")  # all between the strikes, whatever the day
RATE = re.compile(r"^([\d,]+) positions .*: ([\d,]+) positions a second$", re.MULTILINE)
CONTRACTS = """
WITH kind (code, "right", strike) AS (
    VALUES ('C', 'call', 10), ('P', 'put', 2000), ('C', 'call', 2000), ('P', 'put', 10)),
terms AS (
    SELECT share.id AS underlying_id, share.symbol AS root, kind.*,
        gen_random_uuid() AS id,
        to_char(%(date)s::date, 'YYMMDD') AS day
    FROM options_asset AS share CROSS JOIN kind WHERE share.symbol = %(share)s
), named AS (SELECT *, day || code || lpad((strike * 1000)::bigint::text, 8, '0') AS tail FROM terms),
made AS (
    INSERT INTO options_asset (id, symbol, name, asset_class, exchange, status, tradable, marginable, shortable,
        easy_to_borrow, fractionable, tick_class)
    SELECT id, root || tail, root || ' ' || tail, 'us_option', '', 'inactive', true, true, false, false, false,
        'standard' FROM named
)
INSERT INTO options_optioncontract (asset_id, osi_key, underlying_id, root_symbol, "right", style, strike_price,
    expiration_date, multiplier, deliverable, deliverable_cash_amount, retired_at)
SELECT id, rpad(root, 6) || tail, underlying_id, root, "right", 'american', strike, %(date)s, 100, 100, 0, now()
FROM named
"""
# Of each account ten positions; one transaction brings them in, with the shares and the cash behind them.
HOLDINGS = """
CREATE TEMP TABLE held AS
WITH holder AS (
    SELECT id, correspondent_id, row_number() OVER (ORDER BY id) AS n, gen_random_uuid() AS transaction_id
    FROM accounts_account WHERE kind = 'customer' ORDER BY id LIMIT %(accounts)s
), series AS (
    SELECT contract.asset_id, contract."right",
        row_number() OVER (PARTITION BY "right", share.symbol ORDER BY strike_price) AS place,
        dense_rank() OVER (ORDER BY share.symbol) AS share
    FROM options_optioncontract AS contract JOIN options_asset AS share ON share.id = contract.underlying_id
    WHERE contract.expiration_date = %(date)s AND contract.style = 'american' AND share.symbol = ANY(%(shares)s)
        AND contract.retired_at IS NOT NULL
), wanted AS (
    -- of the ten one in each right of each share: kind 0 is long in the money, 1 short in it, the others out of it
    SELECT holder.*, (n * 10 + j) %% 4 AS kind, 1 + j %% 5 AS share, 1 + (n + j) %% 3 AS contracts,
        CASE WHEN (n + j / 5) %% 2 = 0 THEN 'call' ELSE 'put' END AS "right"
    FROM holder CROSS JOIN generate_series(0, 9) AS j
)
SELECT wanted.id AS account_id, correspondent_id, transaction_id, series.asset_id,
    sum(CASE WHEN kind = 1 OR kind = 3 AND n %% 2 = 0 THEN -contracts ELSE contracts END) AS quantity,
    sum(CASE WHEN kind = 1 OR kind = 3 AND n %% 2 = 0 THEN -contracts ELSE contracts END) * 100.00 AS cost
FROM wanted JOIN series ON series.share = wanted.share AND series."right" = wanted."right"
    -- in the money: a call's lower strike, a put's higher one
    AND series.place = CASE WHEN (kind < 2) = (wanted."right" = 'call') THEN 1 ELSE 2 END
GROUP BY 1, 2, 3, 4;
DELETE FROM held WHERE quantity = 0;
INSERT INTO held
SELECT DISTINCT account_id, correspondent_id, transaction_id, asset.id, 5000, 50000.00
FROM held CROSS JOIN options_asset AS asset WHERE asset.symbol = ANY(%(shares)s);
INSERT INTO trading_ledgertransaction (id, activity_type, reference, trade_date, settle_date, at)
SELECT DISTINCT transaction_id, 'ACATS', 'bench:' || %(date)s || ':' || account_id, %(date)s::date, %(date)s::date,
    now() FROM held;
INSERT INTO trading_posting (transaction_id, asset_id, quantity, source_account_id, source_book,
    destination_account_id, destination_book)
SELECT transaction_id, asset_id, abs(quantity), CASE WHEN quantity < 0 THEN account_id END,
    CASE WHEN quantity < 0 THEN '' ELSE 'street' END, CASE WHEN quantity > 0 THEN account_id END,
    CASE WHEN quantity > 0 THEN '' ELSE 'street' END FROM held;
INSERT INTO trading_posting (transaction_id, asset_id, quantity, source_account_id, source_book,
    destination_account_id, destination_book)
SELECT DISTINCT transaction_id, dollar.id, 9000000, NULL::uuid, 'bank', account_id, ''
FROM held CROSS JOIN options_asset AS dollar WHERE dollar.asset_class = 'usd';
INSERT INTO trading_position (account_id, correspondent_id, asset_id, quantity, cost_amount)
SELECT account_id, correspondent_id, asset_id, quantity, cost FROM held
ON CONFLICT (account_id, asset_id) DO UPDATE SET quantity = trading_position.quantity + excluded.quantity,
    cost_amount = trading_position.cost_amount + excluded.cost_amount;
INSERT INTO trading_position (account_id, correspondent_id, asset_id, quantity, cost_amount)
SELECT DISTINCT account_id, correspondent_id, dollar.id, 9000000, 0
FROM held CROSS JOIN options_asset AS dollar WHERE dollar.asset_class = 'usd'
ON CONFLICT (account_id, asset_id) DO UPDATE SET quantity = trading_position.quantity + excluded.quantity;
INSERT INTO trading_lot (id, account_id, correspondent_id, asset_id, opened_by_id, opened_on, opened_quantity,
    opened_amount, quantity, cost_amount)
SELECT gen_random_uuid(), account_id, correspondent_id, asset_id, transaction_id, %(date)s::date, quantity, cost,
    quantity, cost FROM held;
"""
WRITTEN = "SELECT id, gen_random_uuid() AS twin FROM trading_ledgertransaction WHERE reference LIKE %s"
TWINS = {
    "trading_ledgertransaction": ("id", {"id": "twin.twin", "reference": "'twin:' || source.reference"}),
    "trading_posting": ("transaction_id", {"id": "DEFAULT", "transaction_id": "twin.twin"}),
    "trading_activity": (
        "transaction_id",
        {"id": "split_part(source.id, '::', 1) || '::' || twin.twin", "transaction_id": "twin.twin"},
    ),
    "trading_lot": ("opened_by_id", {"id": "gen_random_uuid()", "opened_by_id": "twin.twin"}),
    "trading_lotclosing": ("transaction_id", {"id": "gen_random_uuid()", "transaction_id": "twin.twin"}),
}
EVENTS = """
INSERT INTO brokerage_event (type, correspondent_id, account_id, account_number, subject_id, payload, at)
SELECT type, correspondent_id, account_id, account_number, subject_id, payload, at FROM brokerage_event
WHERE type IN ('activity.executed', 'account.balance_changed', 'assignment.posted') AND id > %s
"""
POSITIONS = """
UPDATE trading_position AS held SET quantity = held.quantity + 0, cost_amount = held.cost_amount + 0
FROM (SELECT DISTINCT activity.account_id, posting.asset_id FROM twin
    JOIN trading_activity AS activity ON activity.transaction_id = twin.id
    JOIN trading_posting AS posting ON posting.transaction_id = twin.id) AS moved
WHERE moved.account_id = held.account_id AND moved.asset_id = held.asset_id
"""
LOTS = """
UPDATE trading_lot AS lot SET quantity = lot.quantity + 0, cost_amount = lot.cost_amount + 0
FROM trading_lotclosing AS closing JOIN twin ON twin.id = closing.transaction_id WHERE closing.lot_id = lot.id
"""
ENDS = """
UPDATE trading_expiringposition SET state = state, expired_quantity = expired_quantity + 0 WHERE expiration_id = %s
"""


@dataclass(frozen=True)
class Expired:
    """One expiration: how many positions of how many accounts, how many a second, and what the floor does."""

    accounts: int
    positions: int
    per_second: float
    floor: float


def measure_expiration(installation: Installation, data_dir: Path, *, accounts: int, days_ago: int) -> Expired:
    """Give accounts of the book contracts that expired so many sessions ago, settle them, and time the same rows."""
    on = _day(days_ago)
    with connect(data_dir) as connection:
        found = _seed(connection, on, accounts)
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM brokerage_event").fetchone()[0]  # type: ignore[index]
    with without_ticks(installation):
        said = installation.manage("expire", "--date", on.isoformat(), "--processes", str(PROCESSES))
    match = RATE.search(said)
    if match is None or int(match[1].replace(",", "")) != found:
        raise RuntimeError(f"{found} positions were to be settled: {said}")
    with connect(data_dir) as connection:
        floor = _time_floor(connection, on, newest)
    return Expired(accounts, found, float(match[2].replace(",", "")), found / floor)


def _day(days_ago: int) -> date:
    session = previous_session(last_close(datetime.now(UTC)).date())
    for _ in range(days_ago):
        session = previous_session(session.date)
    return session.date


def _seed(connection: "psycopg.Connection[Any]", on: date, accounts: int) -> int:
    """Make the contracts and the holdings, and answer how many positions expire."""
    with psycopg.ClientCursor(connection) as cursor, connection.transaction():
        for share in SHARES:
            cursor.execute(CONTRACTS, {"share": share, "date": on})
        facts = {"date": on.isoformat(), "accounts": accounts, "shares": list(SHARES)}
        cursor.execute(HOLDINGS, facts)
        cursor.execute("DROP TABLE held")
        cursor.execute(
            "SELECT count(*) FROM trading_position AS held JOIN options_optioncontract AS contract USING (asset_id)"
            " WHERE contract.expiration_date = %s AND held.quantity <> 0",
            [on],
        )
        row = cursor.fetchone()
    connection.execute("ANALYZE trading_position")
    connection.execute("ANALYZE trading_lot")
    return int(row[0]) if row else 0


def _time_floor(connection: "psycopg.Connection[Any]", on: date, newest_event: int) -> float:
    """Answer the seconds that the same rows take by set, constraints checked; they are not kept."""
    with connection.transaction(force_rollback=True), psycopg.ClientCursor(connection) as cursor:
        cursor.execute("CREATE TEMP TABLE twin ON COMMIT DROP AS " + WRITTEN, [f"expire:{on}:%"])
        cursor.execute("ANALYZE twin")
        began = datetime.now(UTC)
        for table, (key, instead) in TWINS.items():
            cursor.execute(_twin(cursor, table, key, instead))
        cursor.execute(EVENTS, [newest_event])
        cursor.execute(POSITIONS)
        cursor.execute(LOTS)
        cursor.execute(ENDS, [on])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return (datetime.now(UTC) - began).total_seconds()


def _twin(cursor: "psycopg.ClientCursor[Any]", table: str, key: str, instead: dict[str, str]) -> str:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema()",
        [table],
    )
    columns = [name for (name,) in cursor.fetchall() if instead.get(name) != "DEFAULT"]
    named = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(instead.get(name, f'source."{name}"') for name in columns)
    return f'INSERT INTO {table} ({named}) SELECT {values} FROM {table} AS source JOIN twin ON twin.id = source."{key}"'
