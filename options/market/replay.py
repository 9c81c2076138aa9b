"""Files of market data, read in batches and checked: CSV and Parquet (docs/market-data-file.md)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from brokerage.market_calendar import session_on
from options.errors import BadMarketFile
from options.market.file_layout import KINDS, LENGTHS, Kind, day_of, kind_of, known_days

ROWS_AT_ONCE = 100_000
BYTES_AT_ONCE = 8 * 1024 * 1024
MOST_FAULTS = 20  # are named; the rest is counted
_NO_HEADER = arrow_csv.WriteOptions(include_header=False)
BEYOND = "the {name} is outside of the days that the market calendar knows"


@dataclass
class Faults:
    """What is wrong with a file, by line: the first of it in words, the rest as a number."""

    count: int = 0
    said: list[str] = field(default_factory=list)

    def add(self, line: int, problem: str) -> None:
        """Add what is wrong with a line."""
        self.count += 1
        if len(self.said) < MOST_FAULTS:
            self.said.append(f"line {line}: {problem}")

    def add_all(self, lines: Any, is_wrong: Any, problem: str) -> None:
        """Add the same of every line that a test found."""
        wrong = lines.filter(pc.fill_null(is_wrong, False))
        for line in wrong.slice(0, MOST_FAULTS).to_pylist():
            self.add(line, problem)
        self.count += max(len(wrong) - MOST_FAULTS, 0)

    def require_none(self) -> None:
        """Raise `BadMarketFile` where there is any."""
        if self.count:
            more = f"\nand {self.count - len(self.said):,} more" if self.count > len(self.said) else ""
            raise BadMarketFile(problems="\n".join(self.said) + more)


@dataclass(frozen=True)
class Batch:
    """Rows of a file that were checked: their lines, and their columns in the order of their table."""

    kind: Kind
    rows: pa.Table
    lines: Any

    def require_known(self, unknown: Callable[[Collection[str]], Collection[str]]) -> None:
        """Raise `BadMarketFile` naming the lines of symbols that are unknown."""
        faults, symbols = Faults(), self.rows["symbol"]
        for symbol in sorted(unknown(pc.unique(symbols).to_pylist())):
            faults.add_all(self.lines, pc.equal(symbols, symbol), f"the symbol {symbol} is unknown")
        faults.require_none()

    def written(self, *, with_lines: bool) -> bytes:
        """Answer the rows as PostgreSQL reads them, in the order of their key, which its index likes best."""
        rows = self.rows.append_column("line", self.lines) if with_lines else self.rows
        written = pa.BufferOutputStream()
        arrow_csv.write_csv(rows.sort_by([(name, "ascending") for name in self.kind.key]), written, _NO_HEADER)
        return bytes(written.getvalue())

    def minutes(self) -> bytes:
        """Answer the minutes of each symbol, as PostgreSQL reads them."""
        minutes = pc.floor_temporal(self.rows["at"], unit="minute")
        found = pa.table({"symbol": self.rows["symbol"], "at": minutes}).group_by(["symbol", "at"]).aggregate([])
        written = pa.BufferOutputStream()
        arrow_csv.write_csv(found, written, _NO_HEADER)
        return bytes(written.getvalue())

    def times(self) -> Collection[datetime | date]:
        """Answer the minutes, or the days, that the rows are of."""
        column = self.rows[self.kind.time]
        if self.kind.time == "at":
            column = pc.floor_temporal(column, unit="minute")
        return pc.unique(column).to_pylist()


def read_market_file(file: Path) -> Iterator[Batch]:
    """Yield the rows of a file, a batch at a time. Whether anybody knows their symbols is for the caller to ask.

    Raises `BadMarketFile` naming what is wrong by line, of as much as was read; a Parquet file counts rows from 1.
    """
    try:
        header, batches = _open(file)
        kind = kind_of(header)
        if kind is None:
            raise BadMarketFile(problems=_unknown_header(header))
        for lines, columns in batches:
            yield _checked(kind, lines, columns)
    except pa.ArrowException as error:
        raise BadMarketFile(problems=str(error).splitlines()[0]) from None


def _open(file: Path) -> tuple[list[str], Iterator[tuple[Any, Mapping[str, Any]]]]:
    with file.open("rb") as opened:
        is_parquet = opened.read(4) == b"PAR1"
    if is_parquet:
        parquet = pq.ParquetFile(file)
        return parquet.schema_arrow.names, _parquet_rows(parquet)
    faults = Faults()
    reader = _open_csv(file, faults)
    return reader.schema.names, _csv_rows(reader, faults)


def _open_csv(file: Path, faults: Faults) -> Any:
    """Open a CSV file whose cells are all text: what they should be is found out by us, who can say the line."""

    def note(row: Any) -> str:
        faults.add(row.number, f"{row.actual_columns} cells where the header has {row.expected_columns}")
        return "skip"

    names = {name: pa.string() for kind in KINDS for name in kind.columns}
    return arrow_csv.open_csv(
        file,
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BYTES_AT_ONCE),
        parse_options=arrow_csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=note),
        convert_options=arrow_csv.ConvertOptions(column_types=names, strings_can_be_null=True, null_values=[""]),
    )


def _csv_rows(reader: Any, faults: Faults) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    line = 2  # the header is on line 1
    for batch in reader:
        faults.require_none()  # the lines after one that was skipped are counted no more
        yield _lines(line, len(batch)), dict(zip(batch.schema.names, batch.columns, strict=True))
        line += len(batch)
    faults.require_none()


def _parquet_rows(parquet: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    row = 1
    for batch in parquet.iter_batches(batch_size=ROWS_AT_ONCE):
        yield _lines(row, len(batch)), dict(zip(batch.schema.names, batch.columns, strict=True))
        row += len(batch)


def _lines(first: int, count: int) -> Any:
    return pa.arange(first, first + count)


def _checked(kind: Kind, lines: Any, given: Mapping[str, Any]) -> Batch:
    faults = Faults()
    columns = {name: _cast(lines, given.get(name), name, kind, faults) for name in kind.columns}
    faults.require_none()  # what follows compares numbers with numbers
    for name, default in kind.defaults.items():
        columns[name] = pc.coalesce(columns[name], columns[default] if default == "close" else pa.scalar(default))
    if "bid_price" in columns:
        _unquote(columns)
    for name, length in LENGTHS.items():
        if name in columns:
            faults.add_all(lines, pc.greater(pc.utf8_length(columns[name]), length), f"the {name} is too long")
    first, last, first_day, last_day = known_days()
    bounds = (first_day, last_day) if kind.time == "date" else (first, last)
    time = columns[kind.time]
    outside = pc.or_(pc.less(time, bounds[0]), pc.greater_equal(time, bounds[1]))
    faults.add_all(lines, outside, BEYOND.format(name=kind.time))
    faults.require_none()  # what follows asks the calendar
    faults.add_all(lines, _without_session(time), "there is no session on that day")
    for is_wrong, problem in kind.faults(columns):
        faults.add_all(lines, is_wrong, problem)
    faults.require_none()
    return Batch(kind, pa.table(columns), lines)


def _without_session(time: Any) -> Any:
    """Say of each time whether its day in New York has no session: hour by hour, which are few."""
    if not pa.types.is_date(time.type):
        time = pc.floor_temporal(time, unit="hour")
    closed = [one for one in pc.unique(time).to_pylist() if session_on(day_of(one)) is None]
    return pc.is_in(time, value_set=pa.array(closed, time.type))


def _cast(lines: Any, column: Any, name: str, kind: Kind, faults: Faults) -> Any:
    wanted = kind.columns[name]
    if column is None:
        return pa.nulls(len(lines), wanted)
    if name not in kind.nullable and name not in kind.defaults:
        faults.add_all(lines, column.is_null(), f"the {name} is missing")
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        return _as(column, wanted)
    except pa.ArrowException:
        for line, one in zip(lines.to_pylist(), column, strict=True):
            try:
                _as(pa.array([one.as_py()], column.type), wanted)
            except pa.ArrowException:
                faults.add(line, f"{one.as_py()!s} is no {_SPOKEN.get(wanted, 'number')} ({name})")
        return pa.nulls(len(lines), wanted)


def _as(column: Any, wanted: pa.DataType) -> Any:
    """Answer a column as the type it should have. Times have to say their zone; what is beyond microseconds is cut."""
    if not pa.types.is_timestamp(wanted):
        return pc.cast(column, wanted)
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        raise pa.ArrowInvalid("the time has no zone")
    if not pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.timestamp("ns", "UTC"))
    return pc.cast(column, wanted, safe=False)


_SPOKEN = {pa.timestamp("us", "UTC"): "time with a zone", pa.date32(): "date", pa.string(): "text"}


def _unquote(columns: dict[str, Any]) -> None:
    """Take a price of zero for what it means in a quote: that nobody quotes that side."""
    for side in ("bid", "ask"):
        price, size = columns[f"{side}_price"], columns[f"{side}_size"]
        is_none = pc.equal(price, pa.scalar(0, price.type))
        price = pc.if_else(is_none, pa.scalar(None, price.type), price)
        columns[f"{side}_price"] = price
        columns[f"{side}_size"] = pc.if_else(pc.is_null(price), pa.scalar(0, size.type), size)


def _unknown_header(header: list[str]) -> str:
    kinds = "\n".join(f"{kind.name}: {', '.join(kind.columns)}" for kind in KINDS)
    return f"line 1: the columns {', '.join(header)} are those of no kind of file:\n{kinds}"
