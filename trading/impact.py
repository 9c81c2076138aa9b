"""What an account's open orders and positions come to at another options level."""

from dataclasses import dataclass

from accounts.models import Account
from options.choices import AssetClass, Right, Strategy
from options.models import Asset
from trading.models import Order, Position
from trading.rules.impact import is_barred, opened_by, way_out

MOST_ROWS = 200


@dataclass(frozen=True)
class Kept:
    """A position in a contract of which no more can be opened, and what can still become of it."""

    asset: Asset
    position: Position
    way_out: str


@dataclass(frozen=True)
class Impact:
    """The orders that could not be sent again at `level`, and the positions that could not grow."""

    level: int
    orders: tuple[Order, ...]
    positions: tuple[Kept, ...]


def read_impact(account: Account, level: int) -> Impact:
    """Answer what another level means for an account that was fetched, in two queries."""
    orders = Order.objects.open().filter(account=account, asset__asset_class=AssetClass.US_OPTION)
    barred = [strategy for strategy in Strategy if is_barred(strategy, level)]
    resting = orders.filter(strategy__in=barred).select_related("asset__contract__underlying")
    rows = Position.objects.securities().filter(account=account, asset__asset_class=AssetClass.US_OPTION)
    held = rows.select_related("asset__contract__underlying").order_by("asset__symbol")[:MOST_ROWS]
    kept = [_kept(row) for row in held if is_barred(opened_by(_right(row), row.quantity), level)]
    return Impact(level, tuple(resting.order_by("-submitted_at")[:MOST_ROWS]), tuple(kept))


def _kept(row: Position) -> Kept:
    return Kept(row.asset, row, way_out(_right(row), row.quantity))


def _right(row: Position) -> Right:
    return Right(row.asset.contract.right)
