"""The page of what expires, over a book of which a hundred thousand positions do, beside the bare read of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.book import connect
from bench.measuring import Times, take_times

ACCOUNTS, POSITIONS = 10_000, 100_000
QUICK_ACCOUNTS, QUICK_POSITIONS = 20, 200
TIMES = 12
PAGES = {
    "expiring, first page": "/expiring",
    "expiring, a page of the rest": "/expiring?outcome=expires&outcome=assigned",
    "expiring, an underlying moved": "/expiring?move=AAPL:%2B2.5",
}
# What no page can undercut: every expiring position with its contract, and what its account has, read and thrown away.
FLOOR = """
    SELECT count(*), sum(p.quantity * contract.strike_price * contract.multiplier), sum(cash.quantity)
    FROM options_optioncontract AS contract
    JOIN trading_position AS p ON p.asset_id = contract.asset_id AND p.quantity <> 0
    JOIN options_asset AS usd ON usd.symbol = 'USD'
    LEFT JOIN trading_position AS cash ON cash.account_id = p.account_id AND cash.asset_id = usd.id
    LEFT JOIN trading_position AS shares ON shares.account_id = p.account_id
        AND shares.asset_id = contract.underlying_id
    WHERE contract.expiration_date BETWEEN current_date - 1 AND current_date + 14
"""


@dataclass(frozen=True)
class Expiring:
    """How long each page took, and the bare read of as many positions."""

    positions: int
    pages: dict[str, Times]
    floor: Times


def measure_expiring(data_dir: Path, send: Callable[[str], object], *, is_quick: bool) -> Expiring:
    """Ask for the pages over the book as it is; `send` asks for a path as staff and looks at the answer."""
    times = 2 if is_quick else TIMES
    pages = {
        name: take_times(lambda path=path: send(path), times=times, warm=0 if is_quick else 2)  # type: ignore[misc]
        for name, path in PAGES.items()
    }
    with connect(data_dir) as connection:
        positions = connection.execute(FLOOR).fetchone()[0]  # type: ignore[index]
        floor = take_times(lambda: connection.execute(FLOOR).fetchone(), times=times)
    return Expiring(positions, pages, floor)
