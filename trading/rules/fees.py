"""What regulators and the clearing house charge on an execution (domain rules FE-1 to FE-8).

Amounts stay exact here. The day's total of each kind is rounded up to the cent once, when it is
booked; an estimate for one order rounds the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from brokerage.money import cents_up
from options.choices import AssetClass
from trading.choices import FeeBasis, FeeKind
from trading.rules.preview import FeeLine

ZERO = Decimal(0)


@dataclass(frozen=True)
class FeeRateInForce:
    """One rate as it holds on a trade date; an empty side or exchange means any."""

    kind: FeeKind
    asset_class: AssetClass
    side: str
    exchange: str
    basis: FeeBasis
    rate: Decimal
    cap_amount: Decimal | None = None


def execution_fees(
    rates: Sequence[FeeRateInForce],
    *,
    asset_class: str,
    side: str,
    exchange: str,
    quantity: Decimal,
    proceeds: Decimal,
) -> dict[FeeKind, Decimal]:
    """Answer what one execution is charged of each kind: exact dollars, and only what is above zero.

    `quantity` is in shares or contracts, `proceeds` the dollars that changed hands. The rate of an
    exchange comes before one for any exchange, then that of a side before one for both.
    """
    amounts: dict[FeeKind, Decimal] = {}
    for kind in FeeKind:
        fitting = [
            rate
            for rate in rates
            if (rate.kind, rate.asset_class) == (kind, asset_class)
            and rate.side in ("", side)
            and rate.exchange in ("", exchange)
        ]
        if not fitting:
            continue
        rate = max(fitting, key=lambda one: (one.exchange != "", one.side != ""))
        amount = rate.rate * (proceeds if rate.basis == FeeBasis.OF_PROCEEDS else quantity)
        amount = amount if rate.cap_amount is None else min(amount, rate.cap_amount)
        if amount > 0:
            amounts[kind] = amount
    return amounts


def estimated_fees(
    rates: Sequence[FeeRateInForce],
    *,
    asset_class: str,
    side: str,
    exchange: str,
    quantity: Decimal,
    proceeds: Decimal,
) -> tuple[FeeLine, ...]:
    """Answer what an order would be charged were it filled whole and alone that day: each kind up to the cent."""
    exact = execution_fees(
        rates, asset_class=asset_class, side=side, exchange=exchange, quantity=quantity, proceeds=proceeds
    )
    return tuple(FeeLine(kind, FeeKind(kind).label, cents_up(amount)) for kind, amount in exact.items())


def total(fees: Sequence[FeeLine]) -> Decimal:
    """Answer the sum of estimated fees."""
    return sum((line.amount for line in fees), ZERO)
