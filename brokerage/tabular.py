"""Tables as files: CSV and Excel workbooks, a chunk of rows at a time.

Memory stays the same for ten rows and for a million, and no transaction stays open while
somebody's line is slow. A cell is text, a number or an instant of New York's time.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter

from brokerage import clock
from brokerage.market_calendar import NEW_YORK
from brokerage.money import plain

# What a spreadsheet takes for the start of a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
DATES = "yyyy-mm-dd hh:mm:ss"
MARK = b"\xef\xbb\xbf"

Cell = str | int | Decimal | datetime | date | None
Rows = Iterable[Sequence[Cell]]


def csv_lines(columns: Iterable[str], chunks: Iterable[Rows]) -> Iterator[bytes]:
    """Yield a table as CSV (RFC 4180, UTF-8 with its mark, so that every spreadsheet reads the names)."""
    yield MARK + _lines([list(columns)])
    for chunk in chunks:
        yield _lines([[_text(cell) for cell in row] for row in chunk])


def workbook(title: str, columns: Mapping[str, int], chunks: Iterable[Rows]) -> IO[bytes]:
    """Answer a table as an Excel workbook in a temporary file, rewound; it is gone when it is closed.

    `columns` says how wide a spreadsheet shows each.
    """
    made = TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    book = xlsxwriter.Workbook(made, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": clock.now().replace(tzinfo=None)})
    sheet = book.add_worksheet(title)
    bold, dated = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": DATES})
    sheet.freeze_panes(1, 0)
    for column, (name, width) in enumerate(columns.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, bold)
    number = 0
    for number, row in enumerate(chain.from_iterable(chunks), 1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell, dated)
    sheet.autofilter(0, 0, number, len(columns) - 1)
    book.close()
    made.seek(0)
    return made


def local(moment: datetime | None) -> datetime | None:
    """Answer a cell for an instant: in New York, to the second."""
    return moment.astimezone(NEW_YORK).replace(microsecond=0) if moment else None


def file_name(what: str, kind: str) -> str:
    """Answer what an export made now is called: `orders-2026-01-16-1559.csv`."""
    return f"{what}-{clock.now().astimezone(NEW_YORK):%Y-%m-%d-%H%M}.{kind}"


def _write(sheet: Any, row: int, column: int, cell: Cell, dated: Any) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), dated)
    elif isinstance(cell, int | Decimal):
        sheet.write_number(row, column, cell)
    elif cell is not None:
        sheet.write_string(row, column, str(cell))


def _text(cell: Cell) -> str:
    """Answer a cell as CSV has it: an instant keeps its offset from UTC, a number its minus."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return plain(cell) or ""
    if isinstance(cell, str):
        return _harmless(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
