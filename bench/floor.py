"""The same rows that an order writes, written straight into PostgreSQL by pgbench: what no server can undercut.

The statements are made from what one real order left: its own rows in the tables, with new ids. So they write
whatever the schema of the day has the order path write, triggers and row-level security included, in two commits.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import Literal
from psycopg.types.json import Jsonb

from bench.book import connect
from brokerage.embedded.postgresql import DATABASE, USER, PostgreSQL

Row = dict[str, Any]
NEW_ID = (  # in the order of time, as the application's
    "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')"
    " || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid"
)
LATEST = """
    SELECT * FROM trading_order WHERE account_id = ANY(%s) AND status = 'filled' AND side = 'buy'
        AND strategy IN ('long_call', 'long_put') ORDER BY submitted_at DESC, id DESC LIMIT 1
"""
WRITTEN = {
    "transaction": "SELECT * FROM trading_ledgertransaction WHERE id IN"
    " (SELECT transaction_id FROM trading_activity WHERE order_id = %(order)s)",
    "activity": "SELECT * FROM trading_activity WHERE order_id = %(order)s",
    "postings": "SELECT * FROM trading_posting WHERE transaction_id IN"
    " (SELECT transaction_id FROM trading_activity WHERE order_id = %(order)s)",
    "lots": "SELECT * FROM trading_lot WHERE opened_by_id IN"
    " (SELECT transaction_id FROM trading_activity WHERE order_id = %(order)s)",
    "accepted": "SELECT * FROM brokerage_event WHERE subject_id = %(order)s::text ORDER BY id LIMIT 1",
    "announced": "SELECT * FROM brokerage_event WHERE account_id = %(account)s AND id >="
    " (SELECT max(id) FROM brokerage_event WHERE subject_id = %(order)s::text) ORDER BY id LIMIT 2",
    "fees": "SELECT * FROM trading_accruedfee WHERE account_id = %(account)s AND booked_by_id IS NULL",
}
FILLED = ("status", "filled_quantity", "filled_value", "filled_at", "hold_quantity", "updated_at")
AS_ACCEPTED = {"status": "'pending_new'", "filled_quantity": "0", "filled_value": "0", "filled_at": "NULL"}
PLACED = {"id": "DEFAULT", "event_id": "NULL", "ulid": "NULL"}  # the relay gives them their places, as it does
AS_THE_APPLICATION = "-c role=strikebook_app -c strikebook.tenant=all"


class Sql(str):
    """An expression in place of a value."""


def find_pgbench(data_dir: Path) -> Path | None:
    """Answer where pgbench is: beside the server's programs, or on the path."""
    beside = PostgreSQL(data_dir).binaries / "pgbench"
    elsewhere = shutil.which("pgbench")
    return beside if beside.exists() else Path(elsewhere) if elsewhere else None


def time_writes(data_dir: Path, accounts: Sequence[str], *, clients: int, orders: int) -> float | None:
    """Answer how many orders a second pgbench writes, accepted and filled; None where there is no pgbench."""
    pgbench = find_pgbench(data_dir)
    if pgbench is None:
        return None
    with connect(data_dir) as connection, tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "order.sql"
        script.write_text(write_script(connection, accounts))
        times = max(orders // clients, 1)
        command = [str(pgbench), "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--transactions={times}"]
        command += ["--host", str(PostgreSQL(data_dir).sockets), "--username", USER, "--file", str(script), DATABASE]
        environment = {**os.environ, "PGOPTIONS": AS_THE_APPLICATION}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"pgbench ended with {done.returncode}: {done.stdout}{done.stderr}")
    return float(found[1])


def write_script(connection: "psycopg.Connection[Any]", accounts: Sequence[str]) -> str:
    """Answer the script of one order: accepted in one commit, filled in the next, for one of the accounts at random."""
    with connection.cursor(row_factory=dict_row) as cursor:
        order = cursor.execute(LATEST, [list(accounts)]).fetchone()
        assert order is not None, "no order has filled that the floor could copy"
        facts = {"order": order["id"], "account": order["account_id"]}
        rows: dict[str, list[Row]] = {name: cursor.execute(sql, facts).fetchall() for name, sql in WRITTEN.items()}
    account = f"('{{{','.join(accounts)}}}'::uuid[])[:n]"
    whose = {"account_id": account}
    lock = f"SELECT id FROM accounts_account WHERE id = {account} FOR UPDATE;"
    held = {"hold_quantity": f"{order['hold_per_unit'] * order['quantity']}"}
    new = {"id": NEW_ID, "client_order_id": f"{NEW_ID}::text", **whose, **AS_ACCEPTED, **held}
    for row in rows["accepted"] + rows["announced"]:
        row["subject_id"] = Sql(":order_id") if row["subject_id"] else ""
    filled = ", ".join(f"{name} = {_literal(order[name])}" for name in FILLED)
    return "\n".join(
        [
            f"\\set n random(1, {len(accounts)})",
            *("BEGIN;", lock),
            f"{_insert('trading_order', [order], new)} RETURNING id AS order_id \\gset",
            _insert("brokerage_event", rows["accepted"], PLACED | whose) + ";",
            *("COMMIT;", "BEGIN;", lock),
            f"UPDATE trading_order SET {filled} WHERE id = :order_id::uuid;",
            _insert("trading_ledgertransaction", rows["transaction"], {"id": NEW_ID, "reference": f"{NEW_ID}::text"})
            + " RETURNING id AS transaction_id \\gset",
            _postings(rows["postings"], account),
            _activity(rows["activity"], account),
            _positions(rows["postings"], order, account),
            _insert("trading_lot", rows["lots"], {"id": NEW_ID, "opened_by_id": ":transaction_id::uuid", **whose})
            + ";",
            *_fees(rows["fees"], account),
            _insert("brokerage_event", rows["announced"], PLACED | whose) + ";",
            "COMMIT;",
        ]
    )


def _insert(table: str, rows: Sequence[Row], instead: Mapping[str, str]) -> str:
    """Answer the statement that inserts such rows once more, with expressions in place of some columns."""
    columns = [name for name in rows[0] if instead.get(name) != "DEFAULT"]
    values = [", ".join(instead[name] if name in instead else _literal(row[name]) for name in columns) for row in rows]
    named = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({named}) VALUES ({'), ('.join(values)})"


def _literal(value: Any) -> str:
    if isinstance(value, Sql):
        return value
    return Literal(Jsonb(value) if isinstance(value, dict) else value).as_string(None)


def _postings(rows: Sequence[Row], account: str) -> str:
    """Answer the insert of postings, each end that is an account being the one at random."""
    columns = [name for name in rows[0] if name != "id"]
    ends = {"source_account_id": account, "destination_account_id": account, "transaction_id": ":transaction_id::uuid"}
    values = [
        ", ".join(ends[name] if row[name] and name in ends else _literal(row[name]) for name in columns) for row in rows
    ]
    return f"INSERT INTO trading_posting ({', '.join(columns)}) VALUES ({'), ('.join(values)});"


def _activity(rows: Sequence[Row], account: str) -> str:
    stamp = rows[0]["id"].split("::")[0]
    ids = {"transaction_id": ":transaction_id::uuid", "order_id": ":order_id::uuid", "account_id": account}
    return _insert("trading_activity", rows, {"id": f"'{stamp}::' || {NEW_ID}::text", **ids}) + ";"


def _positions(postings: Sequence[Row], order: Row, account: str) -> str:
    moved = {
        row["asset_id"]: row["quantity"] if row["destination_account_id"] else -row["quantity"] for row in postings
    }
    paid = next(row["quantity"] for row in postings if row["asset_id"] != order["asset_id"])
    values = [
        f"({account}, {_literal(order['correspondent_id'])}, {_literal(asset_id)}, {quantity},"
        f" {paid if asset_id == order['asset_id'] else 0})"
        for asset_id, quantity in sorted(moved.items())
    ]
    return (
        "INSERT INTO trading_position (account_id, correspondent_id, asset_id, quantity, cost_amount) VALUES"
        f" {', '.join(values)} ON CONFLICT (account_id, asset_id) DO UPDATE SET"
        " quantity = trading_position.quantity + excluded.quantity,"
        " cost_amount = trading_position.cost_amount + excluded.cost_amount;"
    )


def _fees(rows: Sequence[Row], account: str) -> list[str]:
    """Answer the statement that adds to the fees that are owed; none where the order was charged none."""
    if not rows:
        return []
    one = [row | {"exact_amount": 0, "quantity": 0, "executions": 1} for row in rows]
    clash = "ON CONFLICT (account_id, trade_date, kind) WHERE booked_by_id IS NULL DO UPDATE SET"
    added = "executions = trading_accruedfee.executions + excluded.executions"
    return [f"{_insert('trading_accruedfee', one, {'id': 'DEFAULT', 'account_id': account})} {clash} {added};"]
