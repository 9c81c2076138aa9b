"""The ledger as a file: every activity that is found, and under them control totals that they add up to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from accounts.models import User
from brokerage.keyset import read_chunks
from brokerage.tabular import Cell, local
from trading.ledger_book import JOINED, KEYS, LedgerFilter, filter_activities
from trading.models import Activity
from trading.templatetags.activities import activity_words

CHUNK = 2000
LEDGER: Mapping[str, int] = {
    "Activity ID": 55,
    "Date": 12,
    "Booked (New York)": 20,
    "Account": 32,
    "Number": 12,
    "Correspondent": 14,
    "Type": 8,
    "Sub-type": 8,
    "Symbol": 22,
    "Quantity": 14,
    "Price": 12,
    "Net amount": 16,
    "Description": 40,
    "Status": 10,
    "Order ID": 36,
    "Group ID": 36,
    "Transaction ID": 36,
}


def activities_of(actor: User, wanted: LedgerFilter) -> Iterator[list[list[Cell]]]:
    """Yield the rows of the ledger, a chunk and a statement at a time; last the totals of what was yielded."""
    rows = filter_activities(actor, wanted).select_related(*JOINED)
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for chunk in read_chunks(rows, KEYS, size=CHUNK):
        for activity in chunk:
            counts[activity.activity_type] += 1
            amounts[activity.activity_type] += activity.net_amount
        yield [_cells(activity) for activity in chunk]
    every = [(f"{activity_words(kind)}", kind, counts[kind], amounts[kind]) for kind in sorted(counts)]
    every.append(("All", "", sum(counts.values()), sum(amounts.values(), Decimal(0))))
    yield [_total(*one) for one in every]


def _cells(activity: Activity) -> list[Cell]:
    return [
        activity.pk,
        activity.date,
        local(activity.at),
        activity.account.name,
        activity.account.account_number,
        activity.correspondent.code,
        activity.activity_type,
        activity.sub_type,
        activity.asset.symbol if activity.asset else None,
        activity.quantity,
        activity.price,
        activity.net_amount,
        activity.description,
        activity.status,
        str(activity.order_id) if activity.order_id else None,
        str(activity.group_id) if activity.group_id else None,
        str(activity.transaction_id),
    ]


def _total(said: str, kind: str, rows: int, net_amount: Decimal) -> list[Cell]:
    row: dict[str, Cell] = {
        "Activity ID": f"Control total: {said}, {rows} {'row' if rows == 1 else 'rows'}",
        "Type": kind,
        "Net amount": net_amount,
    }
    return [row.get(column) for column in LEDGER]
