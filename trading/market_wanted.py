"""What trading wants prices of, whoever looks: what is held, ordered, and on somebody's watchlist."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from options.choices import AssetStatus
from options.models import Asset
from trading.models import Order, Position, Watchlist
from trading.rules.order_status import OPEN_STATUSES


def wanted_in_trading() -> Iterator[str]:
    """Yield the symbols of everything that is held, ordered or watched."""
    held = Position.objects.securities().order_by().values("asset_id").distinct()
    ordered = Order.objects.filter(status__in=OPEN_STATUSES).order_by().values("asset_id").distinct()
    wanted = Q(pk__in=held) | Q(pk__in=ordered) | Q(pk__in=_watched())
    yield from Asset.objects.filter(wanted, status=AssetStatus.ACTIVE).values_list("symbol", flat=True)


def _watched() -> set[UUID]:
    return {asset_id for ids in Watchlist.objects.values_list("asset_ids", flat=True) for asset_id in ids}
