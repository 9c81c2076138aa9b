"""An assignment notice as it comes in: what it says, and the clearing file that carries several of them.

The file is CSV (`docs/assignment-file.md`): a header, one line a notice, and a trailer with the number of
notices and the sum of their contracts, so that one that was cut off on its way is not taken for whole.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from options.errors import InvalidContractSymbol
from options.rules.contracts import compact_symbol, parse_symbol
from trading.assignment_errors import AssignmentFileWrong

COLUMNS = ("reference", "symbol", "quantity", "exercise_date")
TRAILER = "TRAILER"
LONGEST_REFERENCE = 64
MOST_CONTRACTS = 10_000_000


@dataclass(frozen=True)
class NoticeTicket:
    """So many contracts of one series that are assigned to the firm; `symbol` is compact."""

    reference: str
    symbol: str
    quantity: int
    exercised_on: date


@dataclass(frozen=True)
class NoticeLine:
    """A notice, and the line of the file that it stands on."""

    line: int
    ticket: NoticeTicket


def read_file(text: str) -> list[NoticeLine]:
    """Answer the notices of a clearing file, or raise `AssignmentFileWrong`, which names every bad line."""
    rows = list(_rows(text))
    wrong: dict[int, list[str]] = {}
    if not rows or tuple(rows[0][1]) != COLUMNS:
        wrong[1] = [f"the header must be {','.join(COLUMNS)}"]
        raise AssignmentFileWrong(wrong)
    body = rows[1:]
    trailer = body.pop() if body and body[-1][1][0] == TRAILER else None
    notices, seen = [], dict[str, int]()
    for line, cells in body:
        faults = list(_faults(cells, seen))
        if faults:
            wrong[line] = faults
            continue
        seen[cells[0]] = line
        ticket = NoticeTicket(cells[0], _compact(cells[1]), int(cells[2]), date.fromisoformat(cells[3]))
        notices.append(NoticeLine(line, ticket))
    last = rows[-1][0] if trailer else rows[-1][0] + 1
    if faults := list(_trailer_faults(trailer[1] if trailer else None, body)):
        wrong[last] = faults
    if wrong:
        raise AssignmentFileWrong(wrong)
    return notices


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise AssignmentFileWrong({reader.line_num: [f"not CSV: {error}"]}) from None


def _faults(cells: list[str], seen: dict[str, int]) -> Iterator[str]:
    if cells[0] == TRAILER:
        yield "nothing may follow the trailer"
        return
    if len(cells) != len(COLUMNS):
        yield f"{len(COLUMNS)} columns are needed, and {len(cells)} found"
        return
    reference, symbol, quantity, day = cells
    if not 1 <= len(reference) <= LONGEST_REFERENCE or "\x00" in reference:
        yield f"reference must have 1 to {LONGEST_REFERENCE} characters"
    elif reference in seen:
        yield f"reference {reference} is on line {seen[reference]} too"
    if not _compact(symbol):
        yield f"symbol {symbol[:40]} is not that of an option series"
    if not is_quantity(quantity):
        yield f"quantity {quantity[:40]} must be a whole number from 1 to {MOST_CONTRACTS:,}"
    if _day(day) is None:
        yield f"exercise_date {day[:40]} must be a day written YYYY-MM-DD"


def _trailer_faults(cells: list[str] | None, body: list[tuple[int, list[str]]]) -> Iterator[str]:
    if cells is None:
        yield f"the last line must be the trailer: {TRAILER},<notices>,<contracts>"
        return
    stated = [cell for cell in cells[1:] if cell]
    if len(stated) != 2 or not all(cell.isascii() and cell.isdigit() and len(cell) <= 12 for cell in stated):
        yield f"the trailer must be {TRAILER},<notices>,<contracts>"
        return
    contracts = sum(int(cells[2]) for _, cells in body if len(cells) == len(COLUMNS) and is_quantity(cells[2]))
    for what, said, found in (("notices", stated[0], len(body)), ("contracts", stated[1], contracts)):
        if int(said) != found:
            yield f"the trailer counts {int(said)} {what}, and the file has {found}"


def is_quantity(text: str) -> bool:
    """Say whether a text is a number of contracts."""
    return text.isascii() and text.isdigit() and len(text) <= 12 and 1 <= int(text) <= MOST_CONTRACTS


def _compact(symbol: str) -> str:
    """Answer a symbol as it is stored, from either form; nothing where it is neither."""
    try:
        return compact_symbol(parse_symbol(symbol))
    except InvalidContractSymbol:
        return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-16") else None
    except ValueError:
        return None
