"""From the rows of assets, contracts and positions to the values that the rules decide on."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from options.choices import AssetStatus, ExerciseStyle, Right, TickClass
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.choices import PositionIntent
from trading.models import Order, Position
from trading.rules.holdings import ZERO, Holdings, Line
from trading.rules.order_status import OPEN_STATUSES
from trading.rules.tickets import Instrument

# What to select with an asset so that it can be quoted and reviewed without another query.
MARKET = ("pinned_quote", "contract__underlying__pinned_quote")
MARKET_OF_ASSET = tuple(f"asset__{relation}" for relation in MARKET)


def instrument_of(asset: Asset) -> Instrument:
    """Answer what the rules know of an asset fetched with its contract and the underlying."""
    contract = getattr(asset, "contract", None)
    if contract is None:
        return Instrument(asset.pk, asset.symbol, asset.status == AssetStatus.ACTIVE, asset.tradable)
    return Instrument(
        asset_id=asset.pk,
        symbol=asset.symbol,
        is_active=asset.status == AssetStatus.ACTIVE,
        is_tradable=asset.tradable,
        right=Right(contract.right),
        strike_price=contract.strike_price,
        expiration_date=contract.expiration_date,
        multiplier=contract.multiplier,
        deliverable=contract.deliverable,
        underlying_id=contract.underlying_id,
        tick_class=TickClass(contract.underlying.tick_class),
        is_american=contract.style == ExerciseStyle.AMERICAN,
    )


def read_holdings(account_id: UUID, asset_ids: Iterable[UUID] | None = None) -> Holdings:
    """Answer what the account has, in one query: cash, every short, and the assets named (None: all).

    Read it under the account's lock where a decision depends on it.
    """
    lines = _with_holds(Position.objects.filter(account_id=account_id))
    if asset_ids is not None:
        lines = lines.filter(Q(asset_id__in={USD_ID, *asset_ids}) | Q(quantity__lt=0))
    return Holdings(USD_ID, tuple(_line(row) for row in lines.values_list(*_COLUMNS)))


def _with_holds(positions: QuerySet[Position]) -> QuerySet[Position]:
    """Annotate `held`, what open orders hold of each position, and `closing`, what they buy back of a short."""
    holds = Order.objects.filter(
        account_id=OuterRef("account_id"), hold_asset_id=OuterRef("asset_id"), hold_quantity__gt=0
    )
    closing = Order.objects.filter(
        account_id=OuterRef("account_id"),
        asset_id=OuterRef("asset_id"),
        position_intent=PositionIntent.BUY_TO_CLOSE,
        status__in=OPEN_STATUSES,
    )
    return positions.annotate(
        held=Subquery(holds.order_by().values("account_id").annotate(sum=Sum("hold_quantity")).values("sum")),
        closing=Subquery(
            closing.order_by()
            .values("account_id")
            .annotate(sum=Sum(F("quantity") - F("filled_quantity")))
            .values("sum")
        ),
    )


_COLUMNS = (
    "asset_id",
    "quantity",
    "held",
    "closing",
    "asset__contract__right",
    "asset__contract__strike_price",
    "asset__contract__multiplier",
    "asset__contract__deliverable",
    "asset__contract__underlying_id",
)


def _line(row: tuple) -> Line:
    asset_id, quantity, held, closing, right, strike, multiplier, deliverable, underlying_id = row
    if right is None:
        return Line(asset_id, quantity, held or ZERO, closing or ZERO)
    return Line(
        asset_id,
        quantity,
        held or ZERO,
        closing or ZERO,
        Right(right),
        Decimal(strike),
        multiplier,
        deliverable,
        underlying_id,
    )
