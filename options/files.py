"""Read the rows of an asset or contract file: a JSON list, single JSON objects, or CSV with a header."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from options.errors import BadRow


@dataclass(frozen=True)
class Row:
    """One row as the file has it, and the line that it starts on."""

    line: int
    values: Mapping[str, Any]


def read_rows(file: Path) -> list[Row]:
    """Answer the rows of `file`, or raise `BadRow` where it cannot be read."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRow(line=1, problem="the file is not UTF-8 text") from None
    is_json = text.lstrip()[:1] in ("[", "{")
    rows = list(_json_rows(text) if is_json else _csv_rows(text))
    if not rows:
        raise BadRow(line=1, problem="the file has no rows")
    return rows


def _json_rows(text: str) -> Iterator[Row]:
    decoder = json.JSONDecoder(parse_float=Decimal)
    place = _skip(text, 0, "")
    is_list = text[place] == "["
    place = _skip(text, place + 1 if is_list else place, "")
    while place < len(text) and text[place] != "]":
        line = text.count("\n", 0, place) + 1
        try:
            values, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise BadRow(line=error.lineno, problem=f"not JSON: {error.msg}") from None
        if not isinstance(values, dict):
            raise BadRow(line=line, problem="a row must be an object")
        yield Row(line, values)
        place = _after_row(text, place, is_list=is_list)
    if is_list and (place >= len(text) or text[place + 1 :].strip()):
        raise BadRow(line=text.count("\n", 0, place) + 1, problem="not JSON: the list does not end where the file does")


def _after_row(text: str, place: int, *, is_list: bool) -> int:
    after = _skip(text, place, "")
    if not is_list:
        return after
    if text[after : after + 1] not in (",", "]"):
        raise BadRow(line=text.count("\n", 0, after) + 1, problem="not JSON: expecting ',' or ']' after a row")
    return _skip(text, after, ",")


def _skip(text: str, place: int, more: str) -> int:
    while place < len(text) and (text[place].isspace() or text[place] in more):
        place += 1
    return place


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [name.strip() for name in reader.fieldnames or []]
    if "symbol" not in names:
        raise BadRow(line=1, problem="the header has no column named symbol")
    reader.fieldnames = names
    line = reader.line_num + 1
    for values in reader:
        if None in values:
            raise BadRow(line=line, problem="more cells than the header has columns")
        yield Row(line, {name: cell.strip() for name, cell in values.items() if cell is not None and cell.strip()})
        line = reader.line_num + 1
