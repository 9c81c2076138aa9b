"""What quotes imply: volatility and greeks, by QuantLib (decision 0013).

Exercise is American. Where exercising early gains nothing, for a call without dividends and for a
put while money earns nothing, the American value is the European one and a formula answers. Any
other put is priced by the library's American engine: one process object whose quotes move.

The library's dates know no hours, and hours decide what the last week of an option is worth. A
value depends on volatility and rate only by their products with time, so every contract is priced
as one that runs for a year, both scaled to the time that it has: dates stand still. This is what a
market implies; nobody's money is computed here, so floats are right.
"""

import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

import QuantLib as ql  # noqa: N813 - the name that its own documents use

from options.choices import ExerciseStyle, Right
from options.market.interface import Quote
from options.rules.contracts import ContractTerms
from options.rules.expirations import stops_trading_at

SECONDS_A_YEAR = 365 * 86_400
DAYS_A_YEAR = 365
MINUTES_A_YEAR = 365 * 24 * 60
ACCURACY = 1e-7  # Of a standard deviation.
MOST_STEPS = 100  # After as many the search has not converged (contract/trading.md 9.2).
LEAST_DEVIATION = 1e-5  # Below it a price is what exercising gives, and implies no volatility.
CLOSE_ENOUGH = 1e-4  # Dollars: a hundredth of a cent, and more exact than the engine.
SPOT_BUMP = 0.005  # Of the price: wide enough that the engine's own error does not show in gamma.
DEVIATION_BUMP = 0.01  # Of the deviation.
RATE_BUMP = 1e-4

_KINDS = {Right.CALL: ql.Option.Call, Right.PUT: ql.Option.Put}
_GUESS = ql.nullDouble()  # The library begins where it likes.


class Greeks(NamedTuple):
    """What a quote implies, per share: theta for a day, vega for a point of volatility, rho for a point of rate."""

    implied_volatility: float
    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


class Valuation(NamedTuple):
    """What is known of one contract: what it costs, what one unit of it delivers, how long it runs."""

    right: Right
    style: str  # An `ExerciseStyle`.
    strike: float
    years: float
    spot: float
    price: float


def valuation_of(terms: ContractTerms, style: str, quote: Quote, spot: Decimal | None, today: date) -> Valuation | None:
    """Answer what to imply greeks from; None where there are none to imply (contract/trading.md 9.2).

    That is where a side is not quoted, the underlying has no price, or the contract expires
    `today`, the date in New York. `spot` is what one unit of premium delivers.
    """
    if not quote.bid or not quote.ask or not spot or terms.expiration_date <= today:
        return None
    years = _years(terms.expiration_date, quote.at)
    if years <= 0:
        return None
    price = float(quote.bid + quote.ask) / 2
    return Valuation(terms.right, style, float(terms.strike_price), years, float(spot), price)


@lru_cache(maxsize=1_024)
def _years(expiration_date: date, at: datetime) -> float:
    return (stops_trading_at(expiration_date) - at).total_seconds() / SECONDS_A_YEAR


def greeks_of(valuations: Iterable[Valuation | None], *, rate: float) -> list[Greeks | None]:
    """Answer what each price implies at a flat rate; None where no volatility explains it."""
    return [None if one is None else _greeks(one, rate) for one in valuations]


def _greeks(one: Valuation, rate: float) -> Greeks | None:
    if one.right is Right.PUT and one.style == ExerciseStyle.AMERICAN and rate > 0:
        return _of_american_put(one._replace(years=round(one.years * MINUTES_A_YEAR) / MINUTES_A_YEAR), rate)
    discount = math.exp(-rate * one.years)
    deviation = _deviation(one, discount)
    if deviation is None:
        return None
    formula = ql.BlackCalculator(_payoff(one.right, one.strike), one.spot / discount, deviation, discount)
    return Greeks(
        implied_volatility=deviation / math.sqrt(one.years),
        delta=formula.delta(one.spot),
        gamma=formula.gamma(one.spot),
        theta=formula.theta(one.spot, one.years) / DAYS_A_YEAR,
        vega=formula.vega(one.years) / 100,
        rho=formula.rho(one.years) / 100,
    )


@lru_cache(maxsize=16_384)
def _payoff(right: Right, strike: float) -> ql.PlainVanillaPayoff:
    return ql.PlainVanillaPayoff(_KINDS[right], strike)


def _deviation(one: Valuation, discount: float) -> float | None:
    """Answer the standard deviation that explains the price where nobody exercises early."""
    kind, forward = _KINDS[one.right], one.spot / discount
    try:
        deviation = float(
            ql.blackFormulaImpliedStdDev(
                kind, one.strike, forward, one.price, discount, 0.0, _GUESS, ACCURACY, MOST_STEPS
            )
        )
    except RuntimeError:  # How the library says that no volatility explains the price.
        return None
    return deviation if deviation >= LEAST_DEVIATION else None


@lru_cache(maxsize=16_384)
def _of_american_put(one: Valuation, rate: float) -> Greeks | None:
    """Answer what the price of a put implies that may be exercised early: ten times the work, so it is kept."""
    most = _deviation(one, math.exp(-rate * one.years)) if one.years else None
    if most is None or one.price <= one.strike - one.spot:
        return None
    return _american_put().greeks(one, rate, most=most)


class _AmericanPut:
    """The engine and the quotes it looks at; one thread at a time moves them."""

    def __init__(self) -> None:
        day, counter, calendar = ql.Date(1, 1, 2021), ql.Actual365Fixed(), ql.NullCalendar()
        ql.Settings.instance().evaluationDate = day  # One for the whole process, and never moved again.
        self.spot, self.rate, self.deviation = ql.SimpleQuote(1.0), ql.SimpleQuote(0.0), ql.SimpleQuote(1.0)
        curves = [ql.FlatForward(day, ql.QuoteHandle(one), counter) for one in (ql.SimpleQuote(0.0), self.rate)]
        volatility = ql.BlackConstantVol(day, calendar, ql.QuoteHandle(self.deviation), counter)
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(self.spot),
            *(ql.YieldTermStructureHandle(curve) for curve in curves),
            ql.BlackVolTermStructureHandle(volatility),
        )
        self.engine = ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.fastScheme())
        self.exercise = ql.AmericanExercise(day, day + DAYS_A_YEAR)
        self.lock = Lock()

    def greeks(self, one: Valuation, rate: float, *, most: float) -> Greeks | None:
        """Answer what the price implies, its deviation being at most what it is without early exercise."""
        with self.lock:
            option = ql.VanillaOption(_payoff(Right.PUT, one.strike), self.exercise)
            option.setPricingEngine(self.engine)
            deviation = self._implied(option, one, rate, most)
            return None if deviation is None else self._bumped(option, one, rate, deviation)

    def _value(self, option: ql.VanillaOption, spot: float, rate: float, deviation: float) -> float:
        self.spot.setValue(spot)
        self.rate.setValue(rate)
        self.deviation.setValue(deviation)
        return float(option.NPV())

    def _implied(self, option: ql.VanillaOption, one: Valuation, rate: float, most: float) -> float | None:
        """Search from above by secants: the value rises with the deviation, ever more steeply at first."""
        last, deviation = most * (1 + DEVIATION_BUMP), most
        beyond = self._excess(option, one, rate, last)
        for _ in range(MOST_STEPS):
            excess = self._excess(option, one, rate, deviation)
            if abs(excess) < CLOSE_ENOUGH:
                return deviation
            if excess == beyond:
                return None
            slope = (beyond - excess) / (last - deviation)
            last, beyond = deviation, excess
            deviation = max(deviation - excess / slope, deviation / 2)
        return None

    def _excess(self, option: ql.VanillaOption, one: Valuation, rate: float, deviation: float) -> float:
        return self._value(option, one.spot, rate * one.years, deviation) - one.price

    def _bumped(self, option: ql.VanillaOption, one: Valuation, rate: float, deviation: float) -> Greeks:
        scaled, step = rate * one.years, one.spot * SPOT_BUMP
        here = self._value(option, one.spot, scaled, deviation)
        up, down = (self._value(option, one.spot + move, scaled, deviation) for move in (step, -step))
        delta, gamma = (up - down) / (2 * step), (up - 2 * here + down) / step**2
        wilder = self._value(option, one.spot, scaled, deviation * (1 + DEVIATION_BUMP))
        dearer = self._value(option, one.spot, scaled + RATE_BUMP * one.years, deviation)
        volatility = deviation / math.sqrt(one.years)
        # What is worth holding obeys the Black-Scholes equation: time takes what the others give.
        decay = rate * here - rate * one.spot * delta - 0.5 * volatility**2 * one.spot**2 * gamma
        return Greeks(
            implied_volatility=volatility,
            delta=delta,
            gamma=gamma,
            theta=decay / DAYS_A_YEAR,
            vega=(wilder - here) / (volatility * DEVIATION_BUMP) / 100,
            rho=(dearer - here) / RATE_BUMP / 100,
        )


@cache
def _american_put() -> _AmericanPut:
    return _AmericanPut()
