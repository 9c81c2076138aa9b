"""Who holds an asset and who has an order open in it, as far as somebody may see: a glance, with links to the lists."""

from dataclasses import dataclass

from django.db.models import F

from accounts.models import User
from options.models import Asset
from trading.blotter import BlotterFilter, keys_of
from trading.models import Order, Position
from trading.narrowing import seen_by
from trading.position_book import BookFilter, BookLine, describe

MOST = 8  # Of each: the lists have them all.


@dataclass(frozen=True)
class Held:
    """The sums over all accounts, the largest positions, the newest open orders, and whether there are more."""

    line: BookLine
    positions: list[Position]
    has_more_positions: bool
    orders: list[Order]
    has_more_orders: bool


def read_held(actor: User, asset: Asset) -> Held:
    """Answer who holds an asset, fetched with its market, in a constant number of queries."""
    rows = seen_by(Position.objects.securities(), actor).filter(asset=asset)
    # The largest of either side first; among equals by account, so that a reload shows the same.
    positions = rows.order_by(-F("quantity") * F("quantity"), "account_id").select_related("account__correspondent")
    orders = seen_by(Order.objects.open(), actor).filter(asset=asset)
    orders = orders.order_by(*keys_of(actor, BlotterFilter())).select_related("asset", "account", "correspondent")
    found, opened = list(positions[: MOST + 1]), list(orders[: MOST + 1])
    return Held(
        describe(actor, BookFilter(), [asset])[0],
        found[:MOST],
        len(found) > MOST,
        opened[:MOST],
        len(opened) > MOST,
    )
