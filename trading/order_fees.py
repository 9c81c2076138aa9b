"""What an order's executions were charged, execution by execution, at the rates of their trade dates."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from brokerage.money import cents_up
from options.models import Asset
from trading.choices import TRADE_ACTIVITIES, FeeKind
from trading.fee_schedule import rates_in_force, read_rates
from trading.models import Activity, Order
from trading.rules.fees import execution_fees


@dataclass(frozen=True)
class EstimatedFee:
    """One kind of fee over all executions of an order, rounded up to the cent as if it were alone that day."""

    label: str
    amount: Decimal


@dataclass(frozen=True)
class EstimatedFees:
    """The fees of an order, and their sum. What is charged is the day's total of each kind, rounded up once."""

    lines: tuple[EstimatedFee, ...]

    @property
    def amount(self) -> Decimal:
        """Answer the sum of the lines as they are shown."""
        return sum((line.amount for line in self.lines), Decimal(0))


def fees_of(order: Order) -> EstimatedFees:
    """Answer what an order, fetched with its asset, costs of each kind; taken back executions cost nothing."""
    fills = Activity.objects.filter(order=order, activity_type__in=TRADE_ACTIVITIES)
    rows = [
        (on, exchange, side, count or Decimal(0), amount)
        for on, exchange, side, count, amount in fills.values_list("date", "exchange", "side", "quantity", "net_amount")
    ]
    charged: dict[FeeKind, Decimal] = defaultdict(Decimal)
    for on in {row[0] for row in rows}:
        rates = _rates(order, on)
        for _, exchange, side, count, amount in (row for row in rows if row[0] == on):
            fees = execution_fees(
                rates,
                asset_class=order.asset.asset_class,
                side=side,
                exchange=exchange,
                quantity=abs(count),
                proceeds=abs(amount),
            )
            for kind, fee in fees.items():
                charged[kind] += fee if count > 0 else -fee
    kinds = [kind for kind in FeeKind if charged.get(kind)]
    return EstimatedFees(tuple(EstimatedFee(str(FeeKind(kind).label), cents_up(charged[kind])) for kind in kinds))


def _rates(order: Order, on: object) -> tuple:
    asked = Asset.objects.filter(pk=order.asset_id)
    found = asked.annotate(rates=rates_in_force(on, asset_class=order.asset.asset_class))  # type: ignore[arg-type]
    return read_rates(found.values_list("rates", flat=True)[0])
