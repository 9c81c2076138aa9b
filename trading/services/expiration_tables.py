"""The tables that an expiration writes: which columns differ from row to row, and what stands in the others."""

from datetime import date, datetime

from trading.services.bulk_rows import BulkRows

LOTS_LEFT = """
UPDATE trading_lot AS lot SET quantity = now.quantity, cost_amount = now.cost_amount
FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[]) AS now (id, quantity, cost_amount)
WHERE lot.id = now.id
"""
POSTED_ENDS = {  # one end is the account, the other the street
    "source_account_id": "CASE WHEN given._incoming THEN NULL ELSE given._account END",
    "source_book": "CASE WHEN given._incoming THEN 'street' ELSE '' END",
    "destination_account_id": "CASE WHEN given._incoming THEN given._account ELSE NULL END",
    "destination_book": "CASE WHEN given._incoming THEN '' ELSE 'street' END",
}
NO_ORDER = {
    **{"order_id": "NULL", "cumulative_quantity": "NULL", "leaves_quantity": "NULL"},
    **{"side": "''", "exchange": "''", "order_status": "''", "sub_type": "''"},
}


WHOSE = {"account_id": "uuid", "correspondent_id": "uuid", "asset_id": "uuid"}
COLUMNS = {
    "transaction": {
        **{"id": "uuid", "activity_type": "text", "reference": "text", "group_id": "uuid", "settle_date": "date"},
    },
    "posting": {
        **{"transaction_id": "uuid", "asset_id": "uuid", "quantity": "numeric", "_account": "uuid"},
        "_incoming": "bool",
    },
    "activity": {
        **{"id": "text", "transaction_id": "uuid", "account_id": "uuid", "correspondent_id": "uuid"},
        **{"activity_type": "text", "asset_id": "uuid", "quantity": "numeric", "price": "numeric"},
        **{"net_amount": "numeric", "description": "text", "group_id": "uuid"},
    },
    "position": {**WHOSE, "quantity": "numeric", "cost_amount": "numeric"},
    "lot": {
        **{"id": "uuid", **WHOSE, "opened_by_id": "uuid"},
        **{"opened_quantity": "numeric", "opened_amount": "numeric", "quantity": "numeric", "cost_amount": "numeric"},
    },
    "closing": {
        **{"id": "uuid", "lot_id": "uuid", "transaction_id": "uuid", **WHOSE, "opened_on": "date"},
        **{"quantity": "numeric", "cost_amount": "numeric", "proceeds_amount": "numeric", "gain_amount": "numeric"},
        "is_long_term": "bool",
    },
    "event": {
        **{"type": "text", "correspondent_id": "uuid", "account_id": "uuid", "account_number": "text"},
        **{"subject_id": "text", "payload": "jsonb"},
    },
}
TABLES = {
    "transaction": "trading_ledgertransaction",
    "posting": "trading_posting",
    "activity": "trading_activity",
    "position": "trading_position",
    "lot": "trading_lot",
    "closing": "trading_lotclosing",
    "event": "brokerage_event",
}
MOVED = (
    "ON CONFLICT (account_id, asset_id) DO UPDATE SET quantity = excluded.quantity, cost_amount = excluded.cost_amount"
)


def tables(on: date, at: datetime) -> dict[str, BulkRows]:
    """Answer the tables for acts that are dated `on` and happen `at`, empty."""
    day, moment = f"'{on:%Y-%m-%d}'::date", f"'{at.isoformat()}'::timestamptz"
    same = {
        "transaction": {"reverses_id": "NULL", "trade_date": day, "at": moment},
        "posting": POSTED_ENDS,
        "activity": {"date": day, "at": moment, "status": "'executed'", **NO_ORDER},
        "position": {},
        "lot": {"opened_on": day},
        "closing": {"closed_on": day},
        "event": {"at": moment},
    }
    clashes = {"position": MOVED}
    return {name: BulkRows(table, COLUMNS[name], same[name], clashes.get(name, "")) for name, table in TABLES.items()}


def assignments(on: date) -> BulkRows:
    """Answer the table of assignments of a day, empty; those without a time are not posted yet."""
    return BulkRows(
        "trading_assignment",
        {
            **{"id": "uuid", "notice_id": "uuid", "account_id": "uuid", "correspondent_id": "uuid"},
            **{"asset_id": "uuid", "quantity": "numeric", "posted_at": "timestamptz", "group_id": "uuid"},
        },
        {"needs_person": "false", "missing": "'{}'", "note": "''", "exercised_on": f"'{on:%Y-%m-%d}'::date"},
        "ON CONFLICT (notice_id, account_id) DO NOTHING",
    )


def accrued_fees(on: date) -> BulkRows:
    """Answer the table of fees that are owed for a day, empty: what is added goes to the total that is open."""
    return BulkRows(
        "trading_accruedfee",
        {
            **{"account_id": "uuid", "kind": "text", "exact_amount": "numeric"},
            **{"quantity": "numeric", "executions": "int"},
        },
        {"trade_date": f"'{on:%Y-%m-%d}'::date"},
        "ON CONFLICT (account_id, trade_date, kind) WHERE booked_by_id IS NULL DO UPDATE SET"
        " exact_amount = trading_accruedfee.exact_amount + excluded.exact_amount,"
        " quantity = trading_accruedfee.quantity + excluded.quantity,"
        " executions = trading_accruedfee.executions + excluded.executions",
    )
