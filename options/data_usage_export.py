"""Usage of market data as a file: a row for each day, key and endpoint, and beneath it the totals for billing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import QuerySet

from accounts.models import Correspondent, User
from brokerage.keyset import read_chunks
from brokerage.tabular import Cell
from options.data_access_selectors import usage_in
from options.models import DataUsage

CHUNK = 2000
COLUMNS: Mapping[str, int] = {
    "Correspondent": 14,
    "Day (New York)": 14,
    "Key": 22,
    "Name of the key": 32,
    "Endpoint": 44,
    "Requests": 12,
    "Points": 14,
}


def usage_rows(actor: User, month: date, correspondent: Correspondent | None) -> Iterator[list[list[Cell]]]:
    """Yield what was taken in a month, of one correspondent or of all that the actor sees; last what it adds up to.

    The totals are of the rows that were yielded: by key, by correspondent, and of all.
    """
    rows = usage_in(actor, month).select_related("correspondent", "api_key")
    if correspondent is not None:
        rows = rows.filter(correspondent=correspondent)
    return _chunks(rows)


def _chunks(rows: QuerySet[DataUsage]) -> Iterator[list[list[Cell]]]:
    sums: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for chunk in read_chunks(rows, ("day", "pk"), size=CHUNK):
        for one in chunk:
            code, key = one.correspondent.code, one.api_key
            for whose in ((code, key.key_id, key.name), (code, "", ""), ("", "", "")):
                sums[whose][0] += one.requests
                sums[whose][1] += one.points
        yield [_cells(one) for one in chunk]
    ordered = sorted(sums, key=lambda whose: (not whose[0], whose[0], not whose[1], whose[1]))
    yield [_total(*whose, *sums[whose]) for whose in ordered] or [_total("", "", "", 0, 0)]


def _cells(one: DataUsage) -> list[Cell]:
    key = one.api_key
    return [one.correspondent.code, one.day, key.key_id, key.name, one.endpoint, one.requests, one.points]


def _total(code: str, key_id: str, name: str, requests: int, points: int) -> list[Cell]:
    said = "Total of the key" if key_id else "Total of the correspondent" if code else "Total of all"
    return [code, None, key_id or None, name or None, said, requests, points]
