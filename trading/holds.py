"""What binds the money, shares and contracts of an account, each amount with what it is bound by.

The amounts are those that `rules/holdings.py` takes off: their sums are what the account has less
what is free.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, TextChoices

from accounts.models import Account
from brokerage.money import cents_up
from options.choices import Right
from options.rules.collateral import cash_to_cover, put_collateral, shares_to_cover
from trading.choices import FeeKind, PositionIntent
from trading.models import AccruedFee, Order, Position, Transfer
from trading.rules.order_status import OPEN_STATUSES

USD = "USD"


class HoldKind(TextChoices):
    """What binds an amount."""

    ORDER = "order"
    SHORT_PUT = "short_put"
    SHORT_CALL = "short_call"
    TRANSFER = "transfer"
    FEES = "fees"


@dataclass(frozen=True)
class Hold:
    """An amount that is bound: dollars where `unit` is USD, else shares or contracts of that symbol.

    `symbol` is the asset of the order, or the short contract; fees say which they are, and of which `day`.
    """

    kind: HoldKind
    amount: Decimal
    unit: str
    order_id: UUID | None = None
    symbol: str = ""
    transfer_id: UUID | None = None
    note: str = ""
    day: date | None = None


def list_holds(account: Account) -> list[Hold]:
    """Answer everything that is bound in an account fetched for the actor: orders, shorts, transfers, fees."""
    return [*_orders(account), *_shorts(account), *_transfers(account), *_fees(account)]


def held_by(account: Account, asset_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Answer, for each of the assets, what binds the account's position in it: order ids and short calls' symbols.

    Of a short they are the orders that buy it back already.
    """
    found: dict[UUID, list[str]] = {asset_id: [] for asset_id in asset_ids}
    buying_back = Q(asset_id__in=asset_ids, position_intent=PositionIntent.BUY_TO_CLOSE, status__in=OPEN_STATUSES)
    orders = Order.objects.filter(Q(hold_asset_id__in=asset_ids, hold_quantity__gt=0) | buying_back, account=account)
    for order_id, hold_asset_id, asset_id in orders.order_by("submitted_at", "pk").values_list(
        "pk", "hold_asset_id", "asset_id"
    ):
        found[hold_asset_id if hold_asset_id in found else asset_id].append(str(order_id))
    calls = _short(account).filter(asset__contract__right=Right.CALL, asset__contract__underlying_id__in=asset_ids)
    for symbol, underlying_id in calls.values_list("asset__symbol", "asset__contract__underlying_id"):
        found[underlying_id].append(symbol)
    return found


def _orders(account: Account) -> Iterator[Hold]:
    rows = Order.objects.filter(account=account, hold_quantity__gt=0).order_by("submitted_at", "pk")
    for order in rows.select_related("asset", "hold_asset"):
        yield Hold(
            HoldKind.ORDER, order.hold_quantity, order.hold_asset.symbol, order_id=order.pk, symbol=order.asset.symbol
        )


def _shorts(account: Account) -> Iterator[Hold]:
    for position in _short(account).select_related("asset__contract__underlying").order_by("asset__symbol"):
        contract, quantity = position.asset.contract, -position.quantity
        if contract.right == Right.PUT:
            amount = put_collateral(quantity, contract.strike_price, contract.multiplier)
            yield Hold(HoldKind.SHORT_PUT, amount, USD, symbol=position.asset.symbol)
        else:
            amount = shares_to_cover(quantity, contract.deliverable)
            yield Hold(HoldKind.SHORT_CALL, amount, contract.underlying.symbol, symbol=position.asset.symbol)
            if contract.deliverable_cash_amount:
                cash = cash_to_cover(quantity, contract.deliverable_cash_amount)
                yield Hold(HoldKind.SHORT_CALL, cash, USD, symbol=position.asset.symbol)


def _short(account: Account) -> QuerySet[Position]:
    return Position.objects.filter(account=account, quantity__lt=0, asset__contract__isnull=False)


def _transfers(account: Account) -> Iterator[Hold]:
    rows = Transfer.objects.filter(account=account, hold_amount__gt=0).order_by("created_at", "pk")
    for transfer_id, amount in rows.values_list("pk", "hold_amount"):
        yield Hold(HoldKind.TRANSFER, amount, USD, transfer_id=transfer_id)


def _fees(account: Account) -> Iterator[Hold]:
    rows = AccruedFee.objects.filter(account=account, booked_by=None, exact_amount__gt=0)
    for kind, day, exact in rows.order_by("trade_date", "kind").values_list("kind", "trade_date", "exact_amount"):
        yield Hold(HoldKind.FEES, cents_up(exact), USD, note=FeeKind(kind).label, day=day)
