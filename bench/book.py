"""The seeded book, looked at without the web server: one account to ask for, and how fast bare SQL is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import django
import psycopg

from bench.measuring import Times, take_times
from brokerage.embedded.postgresql import DATABASE, USER, PostgreSQL

# An account in the middle of the list that holds shares and has written calls on them.
PICK = """
    SELECT id, account_number, name, email_address, phone_number, created_at
    FROM accounts_account AS account
    WHERE kind = 'customer' AND status = 'ACTIVE' AND options_approved_level > 0
        AND (SELECT count(*) FROM trading_position WHERE account_id = account.id) > 1
    ORDER BY created_at DESC, id DESC
    OFFSET (SELECT count(*) / 6 FROM accounts_account WHERE kind = 'customer') LIMIT 1
"""
# Requests that wait, and accounts that may ask for level 2: at level 1, with nothing pending.
WAITING = """
    WITH waiting AS (SELECT id, created_at FROM options_optionsapplication WHERE status = 'PENDING')
    SELECT id, created_at FROM waiting ORDER BY created_at, id OFFSET (SELECT count(*) / 2 FROM waiting) LIMIT 1
"""
ASKERS = """
    SELECT id FROM accounts_account AS account
    WHERE status = 'ACTIVE' AND options_approved_level = 1 AND NOT EXISTS (
        SELECT FROM options_optionsapplication WHERE account_id = account.id AND requested_level = 2
    )
    ORDER BY id LIMIT 42
"""
# The put that takes least to secure: whoever may write puts at all can write this one.
PUT = """
    SELECT asset.symbol FROM options_optioncontract AS contract
    JOIN options_asset AS asset ON asset.id = contract.asset_id
    WHERE contract."right" = 'put' AND contract.expiration_date > now() + interval '20 days'
    ORDER BY contract.strike_price, asset.symbol LIMIT 1
"""
# Contracts on one share, those around the money of one month first.
CONTRACTS = """
    SELECT asset.symbol FROM options_optioncontract AS contract
    JOIN options_asset AS asset ON asset.id = contract.asset_id
    JOIN options_asset AS share ON share.id = contract.underlying_id
    WHERE share.symbol = 'SPY' AND contract.retired_at IS NULL AND contract.expiration_date > now() + interval '20 days'
    ORDER BY contract.expiration_date, abs(contract.strike_price - (
        SELECT avg(strike_price) FROM options_optioncontract WHERE underlying_id = share.id
    )), asset.symbol LIMIT 100
"""
ROW = "SELECT id, account_number, name, status, email_address, enabled_assets, created_at FROM accounts_account"
NEWEST = "kind = 'customer' AND correspondent_id = %(correspondent)s"
ORDERED = "ORDER BY created_at DESC, id DESC LIMIT 51"
FLOOR = {
    "first page, newest first": f"{ROW} WHERE {NEWEST} {ORDERED}",
    "page in the middle": f"{ROW} WHERE {NEWEST} AND (created_at, id) < (%(at)s, %(id)s) {ORDERED}",
    "search, account number": f"{ROW} WHERE {NEWEST} AND search_text LIKE %(number)s {ORDERED}",
    "search, given and family name": f"{ROW} WHERE {NEWEST} AND search_text LIKE %(name)s {ORDERED}",
}


@dataclass(frozen=True)
class Sample:
    """The account that is asked for and the token of the page after it; the same of a request; who asks for level 2.

    `put` is a contract that the account can write, `contracts` a hundred on SPY, and `session` the last date with one.
    """

    account_id: str
    number: str
    name: str
    email: str
    phone: str
    opened_at: Any
    middle: str
    waiting_id: str
    waiting_middle: str
    askers: tuple[str, ...]
    put: str
    contracts: tuple[str, ...]
    session: date

    @property
    def opened_on(self) -> str:
        """The day on which it was opened."""
        return str(self.opened_at.date())


def pick_sample(data_dir: Path) -> Sample:
    """Answer an account of the book that has something of everything."""
    django.setup()
    from brokerage.api import page_token
    from brokerage.market_calendar import NEW_YORK, last_close

    with connect(data_dir) as connection:
        found = connection.execute(PICK).fetchone()
        waiting = connection.execute(WAITING).fetchone()
        askers = tuple(str(one) for (one,) in connection.execute(ASKERS))
        put = connection.execute(PUT).fetchone()
        contracts = tuple(symbol for (symbol,) in connection.execute(CONTRACTS))
    assert found is not None, "no seeded account holds anything"
    assert waiting is not None, "no seeded request waits"
    assert put is not None, "no put is listed"
    account_id, number, name, email, phone, opened_at = found
    return Sample(
        *(str(account_id), number, name, email, phone, opened_at, page_token(opened_at, account_id)),
        *(str(waiting[0]), page_token(waiting[1], waiting[0]), askers, put[0]),
        *(contracts, last_close(datetime.now(UTC)).astimezone(NEW_YORK).date()),
    )


def time_floor(data_dir: Path, sample: Sample, *, times: int) -> dict[str, Times]:
    """Answer what the database alone takes for the queries under the list: no web server, no row-level security."""
    with connect(data_dir) as connection:
        facts = {
            "correspondent": connection.execute("SELECT id FROM accounts_correspondent").fetchone()[0],  # type: ignore[index]
            "at": sample.opened_at,
            "id": sample.account_id,
            "number": f"%{sample.number}%",
            "name": f"%{sample.name.lower()}%",
        }
        return {
            name: take_times(lambda query=query: connection.execute(query, facts).fetchall(), times=times)  # type: ignore[misc]
            for name, query in FLOOR.items()
        }


def version(data_dir: Path) -> str:
    """Answer the version of the database server."""
    with connect(data_dir) as connection:
        return str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]


def connect(data_dir: Path) -> "psycopg.Connection[Any]":
    server = PostgreSQL(data_dir)
    return psycopg.connect(host=str(server.sockets), user=USER, dbname=DATABASE, autocommit=True)
