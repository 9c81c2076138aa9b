"""What a market says in tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from django.db import connection
from django.test.utils import CaptureQueriesContext

from brokerage.market_calendar import NEW_YORK
from options.market.interface import Instrument, Quote, Trade
from options.rules.contracts import parse_symbol


def new_york(text: str) -> datetime:
    """Answer a New York time."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def quote(symbol: str, at: str, bid: str | None, ask: str | None, **columns) -> Quote:
    """Answer what is bid and offered at a New York time."""
    sides = [Decimal(price) if price else None for price in (bid, ask)]
    sizes = [10 if side else 0 for side in sides]
    return Quote(symbol, *sides, *sizes, None, new_york(at), **columns)


def trade(at: str, price: str, size: int = 1, number: int = 0) -> Trade:
    """Answer what was paid at a New York time."""
    return Trade(new_york(at), Decimal(price), size, "N", "I", number)


def share(symbol: str) -> Instrument:
    """Answer what a source needs to know of a share."""
    return Instrument(symbol, symbol)


def contract(symbol: str) -> Instrument:
    """Answer what a source needs to know of a contract."""
    terms = parse_symbol(symbol)
    return Instrument(symbol, terms.root, terms=terms)


def made_up_trades(seed: int, *days: str, count: int = 60) -> list[Trade]:
    """Answer trades of some sessions, several of them in one minute, and two at one moment."""
    dice, made = Random(seed), []
    for day in days:
        opens = new_york(f"{day} 09:30")
        seconds = sorted(dice.randrange(0, 390 * 60 if dice.random() < 0.5 else 900) for _ in range(count))
        made += [(opens + timedelta(seconds=one), dice.randrange(100, 9_999)) for one in sorted(seconds)]
    made.append(made[-1])
    return [
        Trade(at, Decimal(cents) / 100, dice.randrange(1, 50), "N", "I", number)
        for number, (at, cents) in enumerate(made)
    ]


class Scanned(NamedTuple):
    """How often a table was asked, and how many rows were looked at."""

    times: int
    rows: int


def scanned(run: Callable[[], Any], table: str) -> Scanned:
    """Answer how a table that is cut by day is read in `run`, whose statements are run once more to tell."""
    with CaptureQueriesContext(connection) as captured:
        run()
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a few rows would be read whole
        for statement in [one["sql"] for one in captured if table in one["sql"]]:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
            found += _scans(cursor.fetchone()[0][0]["Plan"], table)
    return Scanned(sum(one.times for one in found), sum(one.rows for one in found))


def _scans(plan: dict[str, Any], table: str) -> list[Scanned]:
    loops = plan["Actual Loops"]
    is_scan = plan.get("Relation Name", "").startswith(table)
    below = [one for part in plan.get("Plans", []) for one in _scans(part, table)]
    rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return below + ([Scanned(loops, round(loops * rows))] if is_scan else [])
