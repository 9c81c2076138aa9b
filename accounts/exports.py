"""Exports of the account list: exactly what the URL filters and in its order, however many that is.

Rows come by key, a chunk and a statement at a time: memory stays the same for ten rows and for
a million, and no transaction stays open while somebody's line is slow.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter

from accounts.choices import AccountStatus
from accounts.listing import SORTS, AccountFilter, filter_accounts
from accounts.models import User
from accounts.models.accounts import LEVEL_IN_FORCE
from brokerage import clock
from brokerage.keyset import read_chunks
from brokerage.market_calendar import NEW_YORK
from brokerage.templatetags.formats import sentence

CHUNK = 2000
READ = (
    *("id", "name", "name_key", "account_number", "status", "level_in_force", "options_approved_level"),
    *("email_address", "enabled_assets", "correspondent__code", "created_at"),
)
# What each column is called, and how wide a spreadsheet shows it.
COLUMNS = {
    "Name": 32,
    "Number": 12,
    "Status": 18,
    "Options level": 13,
    "Approved level": 14,
    "E-mail": 34,
    "Enabled assets": 26,
    "Correspondent": 14,
    "Opened (New York)": 20,
}
# What a spreadsheet takes for the start of a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
DATES = "yyyy-mm-dd hh:mm:ss"


def write_csv(actor: User, wanted: AccountFilter) -> Iterator[bytes]:
    """Yield the list as CSV (RFC 4180, UTF-8 with its mark, so that every spreadsheet reads the names)."""
    yield b"\xef\xbb\xbf" + _lines([list(COLUMNS)])
    for chunk in _chunks(actor, wanted):
        yield _lines([_texts(row) for row in chunk])


def write_workbook(actor: User, wanted: AccountFilter) -> IO[bytes]:
    """Answer the list as an Excel workbook in a temporary file, rewound; it is gone when it is closed."""
    made = TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    book = xlsxwriter.Workbook(made, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Accounts", "created": clock.now().replace(tzinfo=None)})
    sheet = book.add_worksheet("Accounts")
    bold, dated = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": DATES})
    sheet.freeze_panes(1, 0)
    for column, (name, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, bold)
    number = 0
    for number, row in enumerate(chain.from_iterable(_chunks(actor, wanted)), 1):
        for column, value in enumerate(_values(row)):
            if isinstance(value, datetime):
                sheet.write_datetime(number, column, value.replace(tzinfo=None), dated)
            elif isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, value)
    sheet.autofilter(0, 0, number, len(COLUMNS) - 1)
    book.close()
    made.seek(0)
    return made


def file_name(kind: str) -> str:
    """Answer what an export made now is called."""
    return f"accounts-{clock.now().astimezone(NEW_YORK):%Y-%m-%d-%H%M}.{kind}"


def _chunks(actor: User, wanted: AccountFilter) -> Iterator[list[Any]]:
    rows = filter_accounts(actor, wanted).annotate(level_in_force=LEVEL_IN_FORCE)
    return read_chunks(rows.values_list(*READ, named=True), SORTS[wanted.sort], size=CHUNK)


def _values(row: Any) -> list[Any]:
    """Answer the cells of a row, as numbers and instants where they are that."""
    return [
        row.name,
        row.account_number,
        sentence(AccountStatus(row.status).label),
        row.level_in_force,
        row.options_approved_level,
        row.email_address,
        ", ".join(row.enabled_assets),
        row.correspondent__code,
        row.created_at.astimezone(NEW_YORK).replace(microsecond=0),
    ]


def _texts(row: Any) -> list[str]:
    """Answer the cells of a row as CSV has them; an instant keeps its offset from UTC."""
    return [one.isoformat() if isinstance(one, datetime) else _harmless(str(one)) for one in _values(row)]


def _harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
