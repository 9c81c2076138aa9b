"""What is missing of what an account must have (domain rule BP-10)."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from trading.rules.holdings import Holdings


def missing_cover(holdings: Holdings, shares: Iterable[UUID]) -> dict[UUID, Decimal]:
    """Answer how much is missing of cash, and of each of the `shares`, for what pledges and holds them.

    Nothing that an account itself asks for leads here; a bust does, of what has been pledged or sold since.
    """
    missing = {holdings.usd_id: -holdings.free_cash}
    for asset_id in shares:
        line = holdings.line(asset_id)
        missing[asset_id] = line.held + holdings.pledged_shares(asset_id) - line.quantity
    return {asset_id: quantity for asset_id, quantity in missing.items() if quantity > 0}
