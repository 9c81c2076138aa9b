"""Buying power: what an order needs, and what there is (domain rules BP-1 to BP-13).

One arithmetic for every purpose: the review of an order, its preview, the trading account's
balances, and what may be withdrawn. Requirements round up to the cent, what is there rounds down.
The published figures leave out fees, which are the second condition (BP-5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from brokerage.errors import BrokerageError
from brokerage.money import cents_up, plain
from options.choices import AssetClass, Strategy
from options.rules.collateral import (
    put_requirement,
    require_cover,
    require_premium,
    require_secured,
    shares_to_cover,
)
from trading.errors import InsufficientBuyingPower, InsufficientForFees
from trading.rules.fees import FeeRateInForce, estimated_fees, total
from trading.rules.holdings import ZERO, Holdings
from trading.rules.order_terms import Instrument, OrderTicket
from trading.rules.preview import FeeLine, NeedLine

HOLD_STEP = Decimal("0.000000001")
USD_UNIT = "USD"


@dataclass(frozen=True)
class BuyingPower:
    """What an account has in cash, and what binds it. `free` below zero is a shortfall."""

    cash: Decimal
    held: Decimal
    pledged: Decimal
    leaving: Decimal
    accrued_fees: Decimal
    free: Decimal
    withdrawable: Decimal

    @property
    def available(self) -> Decimal:
        """Answer the buying power: what is free, never below zero."""
        return max(self.free, ZERO)


@dataclass(frozen=True)
class Need:
    """What an order needs of one asset, and holds of it while it is open.

    `required` leaves fees out, `quantity` is all that is needed. An order that holds dollars also
    holds its `fees`; a sale pays them out of its `proceeds` and what is free. `held` is `per_unit`
    for each unit still to fill, as an open order is reckoned: the steps of `per_unit` make it cents
    less than what is needed from ten million shares on.
    """

    strategy: Strategy
    asset_id: UUID
    unit: str
    required: Decimal
    per_unit: Decimal
    quantity: Decimal
    held: Decimal
    proceeds: Decimal
    fees: tuple[FeeLine, ...]
    lines: tuple[NeedLine, ...]

    @property
    def holds_cash(self) -> bool:
        """Say whether the order holds dollars."""
        return self.unit == USD_UNIT


def buying_power_of(holdings: Holdings, unsettled: Decimal = ZERO) -> BuyingPower:
    """Answer what there is: cash, what of it is held, pledged, leaving and owed, and what is free."""
    return BuyingPower(
        cash=holdings.cash,
        held=holdings.held_cash,
        pledged=holdings.pledged_cash,
        leaving=holdings.leaving_cash,
        accrued_fees=holdings.accrued_fees,
        free=holdings.free_cash,
        withdrawable=holdings.withdrawable_cash(unsettled),
    )


def need_of(
    ticket: OrderTicket,
    instrument: Instrument,
    strategy: Strategy,
    price: Decimal,
    *,
    usd_id: UUID,
    rates: Sequence[FeeRateInForce] = (),
    exchange: str = "",
) -> Need:
    """Answer what the order needs and would be charged, costed at `price`."""
    value = ticket.quantity * price * instrument.multiplier
    fees = estimated_fees(
        rates,
        asset_class=AssetClass.US_OPTION if instrument.is_option else AssetClass.US_EQUITY,
        side=ticket.side,
        exchange=exchange,
        quantity=ticket.quantity,
        proceeds=value,
    )
    if strategy is Strategy.CASH_SECURED_PUT:
        required = put_requirement(ticket.quantity, instrument.strike_price, price, instrument.multiplier)
        return _need_of_cash(ticket, strategy, usd_id, required, fees, *_secured(ticket, instrument, price))
    if ticket.buys:
        return _need_of_cash(ticket, strategy, usd_id, cents_up(value), fees, *_paid(ticket, instrument, price))
    return _need_of_sale(ticket, instrument, strategy, value, fees)


def _need_of_cash(
    ticket: OrderTicket,
    strategy: Strategy,
    usd_id: UUID,
    required: Decimal,
    fees: tuple[FeeLine, ...],
    lines: list[NeedLine],
    per_unit: Decimal,
) -> Need:
    """Answer what an order holds that is paid for, or secured, in dollars: its fees are among them."""
    charged = total(fees)
    per_unit += (charged / ticket.quantity).quantize(HOLD_STEP, ROUND_FLOOR)
    lines += [NeedLine("Fees", "estimated, each kind up to the cent", charged)] if fees else []
    return Need(
        strategy=strategy,
        asset_id=usd_id,
        unit=USD_UNIT,
        required=required,
        per_unit=per_unit,
        quantity=max(required, ZERO) + charged,
        held=cents_up(per_unit * ticket.quantity),
        proceeds=ZERO,
        fees=fees,
        lines=tuple(lines),
    )


def _secured(ticket: OrderTicket, instrument: Instrument, price: Decimal) -> tuple[list[NeedLine], Decimal]:
    """Answer the full strike, less the premium to be received."""
    strike = cents_up(ticket.quantity * instrument.strike_price * instrument.multiplier)
    premium = cents_up(ticket.quantity * (instrument.strike_price - price) * instrument.multiplier) - strike
    lines = [
        NeedLine("Strike, if assigned", _product(ticket, instrument, instrument.strike_price), strike),
        NeedLine("Premium to be received", _product(ticket, instrument, price), premium),
    ]
    return lines, max(instrument.strike_price - price, ZERO) * instrument.multiplier


def _paid(ticket: OrderTicket, instrument: Instrument, price: Decimal) -> tuple[list[NeedLine], Decimal]:
    label = "Premium" if instrument.is_option else "Cost"
    cost = cents_up(ticket.quantity * price * instrument.multiplier)
    return [NeedLine(label, _product(ticket, instrument, price), cost)], price * instrument.multiplier


def _need_of_sale(
    ticket: OrderTicket, instrument: Instrument, strategy: Strategy, value: Decimal, fees: tuple[FeeLine, ...]
) -> Need:
    """Answer what a sale holds: the thing itself, or the shares that stand behind a call."""
    if strategy is Strategy.COVERED_CALL:
        assert instrument.underlying_id is not None
        asset_id, unit = instrument.underlying_id, instrument.underlying_symbol
        per_unit, quantity = Decimal(instrument.deliverable), shares_to_cover(ticket.quantity, instrument.deliverable)
        detail = f"{_count(ticket, instrument)} × {instrument.deliverable} shares"
        line = NeedLine("Shares to deliver, if assigned", detail, quantity, unit)
    else:
        asset_id, unit, per_unit, quantity = instrument.asset_id, instrument.symbol, Decimal(1), ticket.quantity
        line = NeedLine("To be sold", _count(ticket, instrument), quantity, unit)
    return Need(strategy, asset_id, unit, quantity, per_unit, quantity, quantity, value, fees, (line,))


def _count(ticket: OrderTicket, instrument: Instrument) -> str:
    what = "contract" if instrument.is_option else "share"
    return f"{plain(ticket.quantity)} {what}{'' if ticket.quantity == 1 else 's'}"


def _product(ticket: OrderTicket, instrument: Instrument, price: Decimal) -> str:
    of_each = f" × {instrument.multiplier}" if instrument.is_option else ""
    return f"{_count(ticket, instrument)} × {_to_the_cent(price)}{of_each}"


def _to_the_cent(price: Decimal) -> str:
    """Print a price with two places at least, and no more than it has."""
    whole, _, places = (plain(price) or "").partition(".")
    return f"{whole}.{places:0<2}"


def require_need(need: Need, instrument: Instrument, holdings: Holdings) -> None:
    """Raise the published refusal where there is less than the order needs, then where fees go beyond it.

    That what is sold is there has been asked before: `tickets.infer_intent`. The published figures
    leave fees out; the refusal knows them all the same, for its remedy.
    """
    try:
        _require_published(need, instrument, holdings)
    except BrokerageError as refusal:
        refusal.facts["fees_beside"] = total(need.fees) if need.holds_cash else ZERO
        raise
    _require_fees(need, max(holdings.free_cash, ZERO))


def _require_published(need: Need, instrument: Instrument, holdings: Holdings) -> None:
    free = holdings.free_cash
    if need.strategy is Strategy.COVERED_CALL:
        require_cover(
            need.required,
            holdings.free_quantity(need.asset_id),
            symbol=instrument.symbol,
            underlying_id=need.asset_id,
        )
    elif need.strategy is Strategy.CASH_SECURED_PUT:
        require_secured(need.required, free)
    elif need.holds_cash and instrument.is_option:
        require_premium(need.required, free)
    elif need.holds_cash and free < need.required:
        raise InsufficientBuyingPower(buying_power=max(free, ZERO), cost_basis=need.required)


def _require_fees(need: Need, available: Decimal) -> None:
    """Ask whether the fees are there too; a sale may pay them out of what it brings in."""
    charged = total(need.fees)
    required = (need.quantity if need.holds_cash else charged) if charged else ZERO
    if available + need.proceeds < required:
        raise InsufficientForFees(required=required, fees=charged, available=available + need.proceeds)


def buying_power_after(need: Need, holdings: Holdings) -> Decimal:
    """Answer the buying power once the order is accepted, before any of it fills."""
    return max(holdings.free_cash - (need.quantity if need.holds_cash else ZERO), ZERO)
