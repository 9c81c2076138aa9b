"""The worklist as a file: every position that is found, in its order, at the prices that the file began with."""

from collections.abc import Iterator, Mapping

from accounts.models import User
from brokerage import clock
from brokerage.tabular import Cell, local
from trading.expiring import ExpiringFilter, read_all
from trading.expiring_lines import GROUPS, Line, describe_rows

CHUNK = 2_000
EXPIRING: Mapping[str, int] = {
    "Expires": 12,
    "Risk": 22,
    "Account": 32,
    "Number": 12,
    "Correspondent": 14,
    "Symbol": 22,
    "Quantity": 10,
    "Underlying": 10,
    "Underlying price": 14,
    "Moneyness": 10,
    "Distance": 10,
    "Distance of strike": 14,
    "Cash needed": 14,
    "Cash there": 14,
    "Cash missing": 14,
    "Shares needed": 14,
    "Shares there": 14,
    "Shares missing": 14,
    "Outcome": 22,
    "Instructed": 22,
    "Told (New York)": 20,
}


def expiring_of(actor: User, wanted: ExpiringFilter) -> Iterator[list[list[Cell]]]:
    """Yield the rows of the list, a chunk and a statement at a time."""
    for work, rows in read_all(actor, wanted, clock.now(), size=CHUNK):
        yield [_cells(line) for line in describe_rows(work, rows)]


def _cells(line: Line) -> list[Cell]:
    contract, standing = line.contract, line.contract.standing
    cash, shares = zip(line.needs, line.there, line.missing, strict=True)
    return [
        contract.expiration_date.isoformat(),
        GROUPS[line.risk],
        *(line.account.name, line.account.account_number, line.account.correspondent.code),
        *(contract.symbol, line.quantity, contract.underlying_symbol, standing.price),
        *(standing.side, standing.distance, standing.ratio),
        *(cash if line.needs[0] else (None, None, None)),
        *(shares if line.needs[1] else (None, None, None)),
        line.projected.label,
        line.instruction.get_kind_display() if line.instruction else None,
        local(line.told.told_at) if line.told else None,
    ]
