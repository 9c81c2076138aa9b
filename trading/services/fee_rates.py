"""Load the rates that trades are charged: dated rows, added and never changed (domain rule FE-1)."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from brokerage import clock
from options.errors import BadRow
from trading.models import FeeRate
from trading.rules.rate_rows import COLUMNS, RateRow, parse_rate_row

PUBLISHED = Path(__file__).parents[1] / "fee_rates.csv"


@dataclass(frozen=True)
class LoadedRates:
    """How many rates of a file were added, and how many were there already."""

    added: int
    unchanged: int


def read_rate_rows(file: Path) -> list[RateRow]:
    """Answer the rows of a CSV file with a header, or raise `BadRow` where one is wrong."""
    try:
        lines = file.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadRow(line=1, problem="the file is not UTF-8 text") from None
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise BadRow(line=1, problem=f"the header has no column named {missing[0]}")
    rows = []
    for cells in reader:
        if None in cells:
            raise BadRow(line=reader.line_num, problem="more cells than the header has columns")
        rows.append(parse_rate_row(reader.line_num, cells))
    if not rows:
        raise BadRow(line=1, problem="the file has no rows")
    return rows


def import_fee_rates(*, file: Path = PUBLISHED) -> LoadedRates:
    """Add the rates of a file that are not there yet: all of them or, where a row is wrong, none.

    Raises `BadRow` for a row that cannot be read, and for one that would change a rate that
    trades have been charged by: a new rate has a new date.
    """
    return _load(read_rate_rows(file))


def import_fee_rates_once() -> None:
    """Add the published rates where there are none at all."""
    if not FeeRate.objects.exists():
        import_fee_rates()


@transaction.atomic(durable=True)
def _load(rows: Sequence[RateRow]) -> LoadedRates:
    known = {
        (rate.kind, rate.asset_class, rate.side, rate.exchange, rate.effective_from): (
            rate.basis,
            rate.rate,
            rate.cap_amount,
        )
        for rate in FeeRate.objects.all()
    }
    now = clock.now()
    new = []
    for row in rows:
        if row.charged_for not in known:
            known[row.charged_for] = row.terms
            columns = {name: getattr(row, name) for name in COLUMNS}
            new.append(FeeRate(**columns, entered_at=now))
        elif known[row.charged_for] != row.terms:
            problem = f"the {row.kind} rate from {row.effective_from} is there already, and is another one"
            raise BadRow(line=row.line, problem=problem)
    FeeRate.objects.bulk_create(new)
    return LoadedRates(added=len(new), unchanged=len(rows) - len(new))
