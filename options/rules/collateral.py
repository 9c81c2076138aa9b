"""What stands behind a short contract: shares behind a call, cash behind a put.

Shares follow the deliverable, cash follows the multiplier; the two part ways once a corporate
action adjusts the contract (domain rule SY-5).
"""

from decimal import Decimal
from uuid import UUID

from brokerage.money import cents_up
from options.errors import InsufficientOptionsBuyingPower, UncoveredCall, UnsecuredPut


def shares_to_cover(contracts: Decimal, deliverable: int) -> Decimal:
    """Answer the shares that so many short calls would deliver (domain rule BP-2)."""
    return contracts * deliverable


def cash_to_cover(contracts: Decimal, deliverable_cash: Decimal) -> Decimal:
    """Answer the dollars that so many short calls would deliver beside the shares: none unless they were adjusted."""
    return cents_up(contracts * deliverable_cash)


def put_collateral(contracts: Decimal, strike_price: Decimal, multiplier: int) -> Decimal:
    """Answer the dollars that so many short puts would pay when assigned, rounded up to the cent."""
    return cents_up(contracts * strike_price * multiplier)


def put_requirement(contracts: Decimal, strike_price: Decimal, premium_price: Decimal, multiplier: int) -> Decimal:
    """Answer the dollars needed to open short puts: the full strike less the premium receivable.

    210 puts sold at 6.90 need 20310 each. After the fill the premium is in cash and the full
    strike is held (domain rule BP-3).
    """
    return cents_up(contracts * (strike_price - premium_price) * multiplier)


def require_cover(required: Decimal, available: Decimal, *, symbol: str, underlying_id: UUID) -> None:
    """Raise `UncoveredCall` where fewer shares are free than the calls would deliver."""
    if available < required:
        raise UncoveredCall(
            required_qty=required,
            available_qty=max(available, Decimal(0)),
            symbol=symbol,
            underlying_asset_id=str(underlying_id),
        )


def require_secured(required: Decimal, available: Decimal) -> None:
    """Raise `UnsecuredPut` where less cash is free than the puts need."""
    if available < required:
        raise UnsecuredPut(required_options_buying_power=required, buying_power=max(available, Decimal(0)))


def require_premium(cost: Decimal, available: Decimal) -> None:
    """Raise `InsufficientOptionsBuyingPower` where less cash is free than the premium."""
    if available < cost:
        raise InsufficientOptionsBuyingPower(cost_basis=cost, options_buying_power=max(available, Decimal(0)))
