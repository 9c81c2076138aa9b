"""From the rows of assets, contracts and positions to the values that the rules decide on."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Ceil, Coalesce, Greatest

from brokerage.fields import QuantityField
from brokerage.prepared import IsAnyOf, PreparedQuery, Slot
from options.choices import AssetStatus, ExerciseStyle, Right, TickClass
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.choices import PositionIntent
from trading.models import AccruedFee, Order, Position, Transfer
from trading.rules.holdings import ZERO, Holdings, Line
from trading.rules.order_status import OPEN_STATUSES
from trading.rules.order_terms import Instrument

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
        deliverable_cash=contract.deliverable_cash_amount,
        underlying_id=contract.underlying_id,
        tick_class=TickClass(contract.underlying.tick_class),
        is_american=contract.style == ExerciseStyle.AMERICAN,
        underlying_symbol=contract.underlying.symbol,
    )


def read_holdings(account_id: UUID, asset_ids: Iterable[UUID] | None = None) -> Holdings:
    """Answer what the account has, in one query: cash, every short, and the assets named (None: all).

    Read it under the account's lock where a decision depends on it.
    """
    return read_holdings_of([account_id], asset_ids)[account_id]


def read_holdings_of(account_ids: Iterable[UUID], asset_ids: Iterable[UUID] | None = None) -> dict[UUID, Holdings]:
    """Answer what each account has, as `read_holdings` does for one, still in one query."""
    lines: dict[UUID, list[Line]] = {account_id: [] for account_id in account_ids}
    named = {} if asset_ids is None else {"asset_ids": [USD_ID, *asset_ids]}
    for account_id, *row in _HOLDINGS.rows(asset_ids is not None, account_ids=list(lines), **named):
        lines[account_id].append(_line(tuple(row)))
    return {account_id: Holdings(USD_ID, tuple(found)) for account_id, found in lines.items()}


def _holdings(names_assets: bool) -> QuerySet[Any]:
    rows = _with_holds(Position.objects.filter(IsAnyOf("account_id", Slot("account_ids"))))
    if names_assets:
        rows = rows.filter(Q(IsAnyOf("asset_id", Slot("asset_ids"))) | Q(quantity__lt=0))
    return rows.values_list("account_id", *_COLUMNS)


_HOLDINGS = PreparedQuery(_holdings)


def _with_holds(positions: QuerySet[Position]) -> QuerySet[Position]:
    """Annotate what binds each position.

    `held` is what open orders hold, `closing` what they buy back of a short, `leaving` the dollars
    that transfers take out, `accrued` the fees that are owed: each kind and day up to the cent.
    An order that waits to replace another closes only what it does beyond that one.
    """
    holds = Order.objects.filter(
        account_id=OuterRef("account_id"), hold_asset_id=OuterRef("asset_id"), hold_quantity__gt=0
    )
    closing = Order.objects.filter(
        account_id=OuterRef("account_id"),
        asset_id=OuterRef("asset_id"),
        position_intent=PositionIntent.BUY_TO_CLOSE,
        status__in=OPEN_STATUSES,
    )
    leaving = Transfer.objects.filter(account_id=OuterRef("account_id"), hold_amount__gt=0)
    accrued = AccruedFee.objects.filter(account_id=OuterRef("account_id"), booked_by=None)
    return positions.annotate(
        leaving=_of_cash(leaving, Sum("hold_amount")),
        accrued=_of_cash(accrued, Sum(Ceil(F("exact_amount") * 100)) / Decimal(100)),
        held=Subquery(holds.order_by().values("account_id").annotate(sum=Sum("hold_quantity")).values("sum")),
        closing=Subquery(
            closing.order_by()
            .values("account_id")
            .annotate(sum=Sum(Greatest(REMAINING - REPLACED_REMAINING, ZERO, output_field=QuantityField())))
            .values("sum")
        ),
    )


def _of_cash(rows: QuerySet[Any], sum_: Any) -> Case:
    """Answer a sum over an account's rows for its cash, and nothing for what else it has."""
    found = rows.order_by().values("account_id").annotate(sum=sum_).values("sum")
    return Case(When(asset_id=USD_ID, then=Subquery(found, output_field=QuantityField())))


REMAINING = F("quantity") - F("filled_quantity")
REPLACED_REMAINING = Coalesce(
    Case(
        When(
            replaces__status__in=OPEN_STATUSES,
            then=F("replaces__quantity") - F("replaces__filled_quantity"),
        )
    ),
    ZERO,
    output_field=QuantityField(),
)


_COLUMNS = (
    "asset_id",
    "quantity",
    "held",
    "closing",
    "leaving",
    "accrued",
    "asset__contract__right",
    "asset__contract__strike_price",
    "asset__contract__multiplier",
    "asset__contract__deliverable",
    "asset__contract__underlying_id",
    "asset__contract__deliverable_cash_amount",
)


def _line(row: tuple) -> Line:
    asset_id, quantity, held, closing, leaving, accrued, *terms = row
    bound = (held or ZERO, closing or ZERO, leaving or ZERO)
    right, strike, multiplier, deliverable, underlying_id, deliverable_cash = terms
    if right is None:
        return Line(asset_id, quantity, *bound, accrued=accrued or ZERO)
    return Line(
        asset_id,
        quantity,
        *bound,
        Right(right),
        Decimal(strike),
        multiplier,
        deliverable,
        underlying_id,
        deliverable_cash=deliverable_cash,
    )
