"""What can become of an order's own position at expiration, in dollars, with its fees in.

`what the account has already` matters in two cases only: the shares behind a covered call, and
what a closing order closes. Where their cost is not known, nothing is made up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from brokerage.money import plain, to_cents
from options.choices import Right, Strategy
from trading.rules.order_terms import Instrument, OrderTicket
from trading.rules.preview import Outcome, PayoffPoint

ZERO = Decimal(0)
PRICE_STEP = Decimal("0.0001")
BEYOND = Decimal("1.5")  # How far to the right of its last corner a line without an end is drawn.


@dataclass(frozen=True)
class Order:
    """An order as its outcome depends on it: costed at `price`, charged `fees` in all.

    `cost_each` is what one share or contract cost that the account has already, signed as its
    position's cost is; None where it has none, or nobody knows.
    """

    ticket: OrderTicket
    instrument: Instrument
    price: Decimal
    fees: Decimal
    cost_each: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """Answer the dollars that change hands, before fees."""
        return to_cents(self.ticket.quantity * self.price * self.instrument.multiplier)

    @property
    def shares(self) -> Decimal:
        """Answer the shares that the contracts deliver."""
        return self.ticket.quantity * self.instrument.deliverable

    @property
    def strike_amount(self) -> Decimal:
        """Answer the dollars that the strike comes to."""
        return to_cents(self.ticket.quantity * self.instrument.strike_price * self.instrument.multiplier)


def outcome_of(order: Order, strategy: Strategy) -> Outcome:
    """Answer the most that the order can lose and gain, its breakeven, and the corners of its payoff."""
    return OUTCOMES[strategy](order)


def _long_call(order: Order) -> Outcome:
    cost, strike = order.value + order.fees, order.instrument.strike_price
    breakeven = strike + _a_share(cost, order.shares)
    return Outcome(
        max_loss=cost,
        max_gain=None,
        breakeven=breakeven,
        if_assigned=_exercised(order),
        payoff=_points([ZERO, strike, breakeven, max(breakeven, strike) * BEYOND], _of_call(order, -cost, sign=1)),
    )


def _long_put(order: Order) -> Outcome:
    cost, strike = order.value + order.fees, order.instrument.strike_price
    breakeven = strike - _a_share(cost, order.shares)
    return Outcome(
        max_loss=cost,
        max_gain=max(order.strike_amount - cost, ZERO),
        breakeven=breakeven if breakeven > 0 else None,
        if_assigned=_exercised(order),
        payoff=_points([ZERO, breakeven, strike, strike * BEYOND], _of_put(order, -cost, sign=1)),
    )


def _cash_secured_put(order: Order) -> Outcome:
    premium, strike = order.value - order.fees, order.instrument.strike_price
    breakeven = strike - _a_share(premium, order.shares)
    return Outcome(
        max_loss=max(order.strike_amount - premium, ZERO),
        max_gain=premium,
        breakeven=breakeven if breakeven > 0 else None,
        if_assigned=f"If assigned, you will own {_shares(order)} and pay ${_dollars(order.strike_amount)}.",
        payoff=_points([ZERO, breakeven, strike, strike * BEYOND], _of_put(order, premium, sign=-1)),
    )


def _covered_call(order: Order) -> Outcome:
    """Answer the outcome of the call and the shares behind it: without their cost there is none to tell."""
    premium, strike = order.value - order.fees, order.instrument.strike_price
    assigned = f"If assigned, you will deliver {_shares(order)} and receive ${_dollars(order.strike_amount)}."
    if order.cost_each is None:
        return Outcome(None, None, None, assigned, ())
    cost = to_cents(order.cost_each * order.shares)
    breakeven = _a_share(cost - premium, order.shares)

    def at(price: Decimal) -> Decimal:
        return min(price, strike) * order.shares - cost + premium

    return Outcome(
        max_loss=max(cost - premium, ZERO),
        max_gain=order.strike_amount - cost + premium,
        breakeven=breakeven if 0 < breakeven <= strike else None,
        if_assigned=assigned,
        payoff=_points([ZERO, breakeven, strike, strike * BEYOND], at),
    )


def _long_shares(order: Order) -> Outcome:
    cost = order.value + order.fees

    def at(price: Decimal) -> Decimal:
        return price * order.ticket.quantity - cost

    breakeven = _a_share(cost, order.ticket.quantity)
    return Outcome(cost, None, breakeven, "", _points([ZERO, order.price, order.price * BEYOND], at))


def _closing(order: Order) -> Outcome:
    """Answer what is realized: it is certain, at that price, and the same whatever becomes of the underlying."""
    sells = not order.ticket.buys
    kept = "" if not order.instrument.is_option else "The contracts are closed: nothing is left to assign or exercise."
    if order.cost_each is None:
        return Outcome(None, None, None, kept, ())
    cost = to_cents(order.cost_each * order.ticket.quantity)
    realized = (order.value if sells else -order.value) - (cost if sells else -abs(cost)) - order.fees
    return Outcome(max(-realized, ZERO), max(realized, ZERO), None, kept, ())


OUTCOMES: dict[Strategy, Callable[[Order], Outcome]] = {
    Strategy.LONG_CALL: _long_call,
    Strategy.LONG_PUT: _long_put,
    Strategy.CASH_SECURED_PUT: _cash_secured_put,
    Strategy.COVERED_CALL: _covered_call,
    Strategy.LONG_SHARES: _long_shares,
    Strategy.CLOSING: _closing,
}


def _of_call(order: Order, start: Decimal, *, sign: int) -> Callable[[Decimal], Decimal]:
    return lambda price: start + sign * max(price - order.instrument.strike_price, ZERO) * order.shares


def _of_put(order: Order, start: Decimal, *, sign: int) -> Callable[[Decimal], Decimal]:
    return lambda price: start + sign * max(order.instrument.strike_price - price, ZERO) * order.shares


def _points(prices: Sequence[Decimal], at: Callable[[Decimal], Decimal]) -> tuple[PayoffPoint, ...]:
    """Answer the line at those prices, each once and none below zero, to the cent."""
    return tuple(PayoffPoint(price, to_cents(at(price))) for price in sorted({price for price in prices if price >= 0}))


def _a_share(amount: Decimal, shares: Decimal) -> Decimal:
    return (amount / shares).quantize(PRICE_STEP, ROUND_HALF_UP) if shares else ZERO


def _exercised(order: Order) -> str:
    amount = _dollars(order.strike_amount)
    if order.instrument.right is Right.CALL:
        return f"If you exercise, you will own {_shares(order)} and pay ${amount}. Nobody can assign you."
    return f"If you exercise, you will deliver {_shares(order)} and receive ${amount}. Nobody can assign you."


def _shares(order: Order) -> str:
    return f"{plain(order.shares)} shares of {order.instrument.underlying_symbol}"


def _dollars(amount: Decimal) -> str:
    return f"{amount:,.2f}"
