"""A file of market data, loaded whole or not at all."""

from collections.abc import Callable, Collection, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from options.errors import BadMarketFile
from options.market.file_layout import MINUTE_BARS, TRADES, Kind, day_of
from options.market.replay import MOST_FAULTS, Batch, read_market_file
from options.models import Asset
from options.rules.market_gaps import Gap, days_missing, minutes_missing
from options.services.market_days import make_days

STAGE = "CREATE TEMPORARY TABLE market_file ON COMMIT DROP AS SELECT *, 0::bigint AS line FROM {table} WHERE false"
KEEP = "INSERT INTO {table} ({columns}) SELECT {columns} FROM market_file ON CONFLICT DO NOTHING"
TWICE = """
SELECT line, first FROM (
    SELECT line, min(line) OVER (PARTITION BY {key}) AS first FROM market_file
) AS one WHERE line > first ORDER BY line LIMIT %s
"""
MINUTES = 'CREATE TEMPORARY TABLE market_minutes (symbol text COLLATE "C", at timestamptz) ON COMMIT DROP'
TO_BUILD = {
    TRADES.name: """
INSERT INTO options_bartobuild (symbol, at, is_daily)
SELECT DISTINCT symbol, at, false FROM market_minutes ORDER BY 1, 2
ON CONFLICT (symbol, at, is_daily) DO UPDATE SET is_daily = false
""",
    MINUTE_BARS.name: """
INSERT INTO options_bartobuild (symbol, at, is_daily)
SELECT DISTINCT symbol, date_trunc('day', at, 'America/New_York'), true FROM market_minutes ORDER BY 1, 2
ON CONFLICT (symbol, at, is_daily) DO UPDATE SET is_daily = true
""",
}
PLAY_AGAIN = """
INSERT INTO options_marketstanding (id, trouble) VALUES (1, '') ON CONFLICT (id) DO UPDATE SET played_at = NULL
"""
Progress = Callable[[int], None]


@dataclass
class Loaded:
    """What came of a file: its kind, rows, those that were there already, and where nothing was said."""

    kind: str = ""
    rows: int = 0
    known: int = 0
    gaps: list[Gap] = field(default_factory=list)


@transaction.atomic(durable=True)
def load_market_file(*, file: Path, progress: Progress = lambda rows: None) -> Loaded:
    """Load a file, saying after each batch how many rows were read; answer what came of it.

    Rows that are there already stay as they are: a file loaded twice changes nothing. A player starts
    anew, since something may have come in before where it is. Raises `BadMarketFile`.
    """
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                loaded = _load(cursor, file, progress, is_staged=False)
        except UniqueViolation:  # some rows are there already, or twice in the file: read again to tell which
            loaded = _load(cursor, file, progress, is_staged=True)
        cursor.execute(PLAY_AGAIN)
    return loaded


def _load(cursor: Any, file: Path, progress: Progress, *, is_staged: bool) -> Loaded:
    """Copy a file into its table, or beside it first. The next batch is read while one is copied."""
    loaded, known, times, days = Loaded(), _Known(), set[Any](), set[date]()
    kind: Kind | None = None
    with closing(_prepared(file, is_staged)) as batches:
        for batch, rows, minutes in batches:
            batch.require_known(known.unknown)
            if kind is None:
                kind = batch.kind
                cursor.execute(MINUTES)
                if is_staged:
                    cursor.execute(STAGE.format(table=kind.table))
            said = batch.times()
            times.update(said)
            if kind.time == "at" and (new := {day_of(at) for at in said} - days):
                make_days(new)
                days |= new
            columns = [*kind.columns, "line"] if is_staged else [*kind.columns]
            _copy(cursor, "market_file" if is_staged else kind.table, columns, rows)
            _copy(cursor, "market_minutes", ["symbol", "at"], minutes)
            loaded.rows += len(batch.lines)
            progress(loaded.rows)
    if kind is None or not loaded.rows:
        raise BadMarketFile(problems="the file has no rows")
    if is_staged:
        cursor.execute(KEEP.format(table=kind.table, columns=", ".join(kind.columns)))
        loaded.known = loaded.rows - cursor.rowcount
        _refuse_twice(cursor, kind)
        cursor.execute("DROP TABLE market_file")
    if kind.name in TO_BUILD:
        cursor.execute(TO_BUILD[kind.name])
    cursor.execute("DROP TABLE market_minutes")
    loaded.kind = kind.name
    loaded.gaps = list(minutes_missing(times) if kind.time == "at" else days_missing(times))
    return loaded


def _prepared(file: Path, is_staged: bool) -> Generator[tuple[Batch, bytes, bytes], None, None]:
    """Yield the batches of a file with what is to be copied of them, each made while the one before is copied."""
    batches = read_market_file(file)

    def prepare() -> tuple[Batch, bytes, bytes] | None:
        batch = next(batches, None)
        if batch is None:
            return None
        return batch, batch.written(with_lines=is_staged), batch.minutes() if batch.kind.name in TO_BUILD else b""

    with ThreadPoolExecutor(1, thread_name_prefix="market-file") as ahead:
        coming = ahead.submit(prepare)
        while (found := coming.result()) is not None:
            coming = ahead.submit(prepare)
            yield found


class _Known:
    """The symbols of the contract master, as far as they were asked for."""

    def __init__(self) -> None:
        self.symbols: set[str] = set()

    def unknown(self, symbols: Collection[str]) -> Collection[str]:
        """Answer those that nobody knows."""
        asked = set(symbols) - self.symbols
        if asked:
            self.symbols |= set(Asset.objects.filter(symbol__in=asked).values_list("symbol", flat=True))
        return asked - self.symbols


def _copy(cursor: Any, table: str, columns: Collection[str], rows: bytes) -> None:
    if rows:
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(rows)


def _refuse_twice(cursor: Any, kind: Kind) -> None:
    cursor.execute(TWICE.format(key=", ".join(kind.key)), [MOST_FAULTS])
    found = cursor.fetchall()
    if found:
        told_by = " and ".join(", ".join(kind.key).rsplit(", ", 1))
        raise BadMarketFile(
            problems="\n".join(f"line {line}: has the {told_by} of line {first}" for line, first in found)
        )
