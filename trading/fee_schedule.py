"""The fee rates in force on a trade date, read along with something else in one query (domain rule FE-1)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Cast, JSONObject

from brokerage.prepared import Slot
from options.choices import AssetClass
from trading.choices import FeeBasis, FeeKind
from trading.models import FeeRate
from trading.rules.fees import FeeRateInForce

PAPER_EXCHANGE = "CBOE"  # Where the paper venue executes, as far as fees go (domain rule FE-5).
CHARGED_FOR = ("kind", "asset_class", "side", "exchange")
AS_TEXT = {"rate": Cast("rate", CharField()), "cap_amount": Cast("cap_amount", CharField())}


def rates_in_force(trade_date: date | Slot, *, asset_class: Any = None, exchange: str = "") -> ArraySubquery:
    """Answer what to annotate a query with for `read_rates`: the rates that hold on that trade date.

    With an `asset_class`, which may be an OuterRef, only those for it; with an `exchange`, not those
    of other exchanges. The trade date picks the rate, never the day on which it is looked up.
    """
    columns = {name: F(name) for name in (*CHARGED_FOR, "basis")} | AS_TEXT
    rows = _newest(trade_date, asset_class)
    rows = rows.filter(exchange__in=("", exchange)) if exchange else rows
    return ArraySubquery(rows.values(row=JSONObject(**columns)))


def rates_on(trade_date: date, asset_class: AssetClass) -> tuple[FeeRateInForce, ...]:
    """Answer the rates for an asset class that hold on that trade date, in a query of their own."""
    columns = {name: F(name) for name in (*CHARGED_FOR, "basis")} | AS_TEXT
    return read_rates(_newest(trade_date, asset_class).values_list(JSONObject(**columns), flat=True))


def _newest(trade_date: date | Slot, asset_class: Any) -> QuerySet[FeeRate]:
    rows = FeeRate.objects.filter(effective_from__lte=trade_date)
    if asset_class is not None:
        rows = rows.filter(asset_class=asset_class)
    return rows.order_by(*CHARGED_FOR, "-effective_from").distinct(*CHARGED_FOR)


def read_rates(annotated: Iterable[dict[str, Any]]) -> tuple[FeeRateInForce, ...]:
    """Answer the rates from what `rates_in_force` annotated."""
    return tuple(
        FeeRateInForce(
            kind=FeeKind(row["kind"]),
            asset_class=AssetClass(row["asset_class"]),
            side=row["side"],
            exchange=row["exchange"],
            basis=FeeBasis(row["basis"]),
            rate=Decimal(row["rate"]),
            cap_amount=None if row["cap_amount"] is None else Decimal(row["cap_amount"]),
        )
        for row in annotated
    )
