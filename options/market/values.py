"""What contracts are worth, and what is bid, asked and paid at that worth, on the tick.

An option is worth its Black-Scholes value, with a volatility smile and no interest: so no call or
put is ever worth less than exercising it, and early exercise gains nothing. What exercising brings
depends on what the share is paid at, anywhere between its bid and its offer: a contract is worth
what the better of the two brings, so that it holds whatever was paid. This models a market;
nobody's money is computed here, so floats are right. Prices leave as whole ten-thousandths of a
dollar, zero where nobody quotes. All is computed in arrays, one element for each instrument or trade.
"""

import math
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from options.rules.increments import STEP_CHANGE

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SKEW, CURVATURE = -0.05, 0.02  # Of the smile, per standard deviation from the money.
EPSILON = 1e-9  # Of a tick: a price on its tick stays there despite the float.
UNITS = 10_000  # In a dollar.
CENT = UNITS // 100
STEP_CHANGE_CENTS = int(STEP_CHANGE * 100)
LEAST_PREMIUM = (
    0.25  # Cents that the middle of bid and offer keeps above exercise: any price there implies a volatility.
)
BETWEEN, BID, ASK = range(3)  # Who came to whom: both halfway, a seller to the bid, or a buyer to the offer.


def contract_values(strike: Floats, sign: Floats, spot: Floats, volatility: Floats, years: Floats) -> Floats:
    """Answer what calls (`sign` 1) and puts (-1) are worth per unit of premium, `spot` being what one delivers."""
    intrinsic = exercise_values(strike, sign, spot)
    spread = volatility * np.sqrt(years)
    is_over = spread <= 0
    spread = np.where(is_over, 1.0, spread)
    distance = np.log(spot / strike)
    away = np.clip(-distance / spread, -3.0, 3.0)
    spread = spread * (1 + SKEW * away + CURVATURE * away * away)
    d1 = distance / spread + spread / 2
    value = sign * (spot * _normal(sign * d1) - strike * _normal(sign * (d1 - spread)))
    return np.where(is_over, intrinsic, np.maximum(value, intrinsic))


def _normal(x: Floats) -> Floats:
    return 0.5 * (1 + np.fromiter(map(math.erf, (x / math.sqrt(2)).tolist()), np.float64, len(x)))


def exercise_values(strike: Floats, sign: Floats, delivered: Floats) -> Floats:
    """Answer what exercising calls (`sign` 1) and puts (-1) brings per unit of premium that delivers so much."""
    return np.maximum(sign * (delivered - strike), 0.0)


def contract_sides(value: Floats, exercise: Floats, below: Floats, above: Floats) -> tuple[Whole, Whole]:
    """Answer the bids and the offers of contracts; ticks in cents below the step change and from there.

    A bid may lie below what exercise brings, its middle with the offer never does.
    """
    least = exercise * 100 + LEAST_PREMIUM
    cents = np.maximum(value * 100, least)
    half = np.clip(cents * 0.01, _tick(cents, below, above) / 2, 25.0)
    bid = np.floor((cents - half) / (tick := _tick(cents - half, below, above)) + EPSILON) * tick
    ask = np.ceil((cents + half) / (tick := _tick(cents + half, below, above)) - EPSILON) * tick
    opposite = 2 * least - ask
    bid = np.maximum(bid, np.ceil(opposite / (tick := _tick(opposite, below, above)) - EPSILON) * tick)
    return _units(np.maximum(bid, 0) * CENT), _units(ask * CENT)


def fair_contract_prices(value: Floats, below: Floats, above: Floats) -> Whole:
    """Answer the lowest prices on the tick that are no less than the contracts are worth."""
    cents = np.maximum(value * 100, 0.5)
    tick = _tick(cents, below, above)
    return _units(np.ceil(cents / tick - EPSILON) * tick * CENT)


def share_prices(value: Floats) -> tuple[Whole, Whole, Whole]:
    """Answer the bids, the offers and the fair prices of shares: in cents from a dollar on."""
    cents = value * 100
    half = np.maximum(0.5, value * 0.01)  # In cents: a hundredth of a percent of the price.
    bid = _units(np.floor(cents - half + EPSILON) * CENT)
    ask = _units(np.ceil(cents + half - EPSILON) * CENT)
    fair = _units(np.rint(cents) * CENT)
    if (is_small := value < 1).any():
        exact = _units(value * UNITS)
        small = np.maximum(exact - 1, 1)
        bid, ask, fair = np.where(is_small, [small, small + 2, exact], [bid, ask, fair])
    return bid, ask, fair


def paid(bid: Whole, ask: Whole, fair: Whole, least: Whole, side: Whole) -> Whole:
    """Answer what is paid on a side: nobody sells for less than `least`, or to a bid that there is not."""
    sold = np.where(bid > 0, np.maximum(bid, least), ask)
    return np.where(side == BETWEEN, fair, np.where(side == BID, sold, ask))


def _tick(cents: Floats, below: Floats, above: Floats) -> Floats:
    return np.where(cents < STEP_CHANGE_CENTS, below, above)


def _units(prices: Floats) -> Whole:
    return np.rint(prices).astype(np.int64)


@lru_cache(maxsize=65_536)
def dollars(units: int) -> Decimal:
    """Answer a price in dollars: in cents where it is a whole number of them."""
    cents, rest = divmod(units, CENT)
    return Decimal(units).scaleb(-4) if rest else Decimal(cents).scaleb(-2)
