"""What quotes imply: the volatility that made them comes back, greeks agree with what they are the slopes of."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.choices import ExerciseStyle, Right
from options.market.interface import Quote
from options.market.values import contract_values
from options.pricing import Valuation, _american_put, greeks_of, valuation_of
from options.rules.contracts import ContractTerms
from tests.options.market.test_synthetic import new_york

AMERICAN, EUROPEAN = ExerciseStyle.AMERICAN, ExerciseStyle.EUROPEAN
NOW = new_york("2024-01-24 10:00")
FRIDAY = date(2024, 1, 26)


def terms(right: Right = Right.CALL, strike: str = "190", expiration_date: date = FRIDAY) -> ContractTerms:
    return ContractTerms("AAPL", expiration_date, right, Decimal(strike))


def quoted(bid: str | None = "1.90", ask: str | None = "2.10") -> Quote:
    sides = [Decimal(one) if one else None for one in (bid, ask)]
    return Quote("AAPL", *sides, 1, 1, None, NOW)


def american(value: Valuation, deviation: float, rate: float) -> float:
    """Answer what the engine says that a put is worth at that deviation."""
    import QuantLib as ql  # noqa: N813

    model = _american_put()
    option = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Put, value.strike), model.exercise)
    option.setPricingEngine(model.engine)
    return model._value(option, value.spot, rate * value.years, deviation)


@given(
    st.sampled_from(Right),
    st.floats(0.1, 1.2),
    st.floats(3 / 365, 2.0),
    st.floats(-1.0, 1.0),
)
def test_the_volatility_that_made_a_price_comes_back(right, volatility, years, deviations):
    strike = round(190 * (1 + deviations * volatility * years**0.5), 2)
    if strike <= 1:
        return
    made = _made(right, strike, years, volatility)

    (found,) = greeks_of([made], rate=0.0)

    assert found is not None
    assert found.implied_volatility == pytest.approx(volatility, abs=1e-3)


def _made(right: Right, strike: float, years: float, volatility: float, spot: float = 190.0) -> Valuation:
    import QuantLib as ql  # noqa: N813

    kind = ql.Option.Call if right is Right.CALL else ql.Option.Put
    price = ql.blackFormula(kind, strike, spot, volatility * years**0.5)
    return Valuation(right, AMERICAN, strike, years, spot, price)


@pytest.mark.parametrize("right", Right)
def test_greeks_are_the_slopes_of_the_price(right):
    made = _made(right, 185.0, 0.25, 0.3)

    (found,) = greeks_of([made], rate=0.0)

    up, down = (_made(right, 185.0, 0.25, 0.3, 190 + move).price for move in (0.01, -0.01))
    assert found.delta == pytest.approx((up - down) / 0.02, abs=1e-4)
    assert found.gamma == pytest.approx((up - 2 * made.price + down) / 0.0001, abs=1e-3)
    assert found.vega == pytest.approx(_made(right, 185.0, 0.25, 0.31).price - made.price, abs=1e-3)
    assert found.theta == pytest.approx(_made(right, 185.0, 0.25 - 1 / 365, 0.3).price - made.price, abs=1e-3)


def test_what_the_made_up_market_quotes_agrees_with_its_own_volatility():
    (value,) = contract_values(*(np.array([one]) for one in (185.0, -1.0, 190.0, 0.25, 51 / 365))).tolist()
    made = Valuation(Right.PUT, AMERICAN, 185.0, 51 / 365, 190.0, value)

    (found,) = greeks_of([made], rate=0.0)

    assert found.implied_volatility == pytest.approx(0.25, abs=0.01)
    assert -0.5 < found.delta < 0 < found.gamma


@pytest.mark.parametrize(("strike", "deviation"), [(180.0, 0.15), (190.0, 0.1), (200.0, 0.2), (230.0, 0.3)])
def test_a_put_that_may_be_exercised_early_is_priced_so(strike, deviation):
    rate, years = 0.05, 0.5
    empty = Valuation(Right.PUT, AMERICAN, strike, years, 190.0, 0.0)
    made = empty._replace(price=american(empty, deviation, rate))

    early, late = greeks_of([made, made._replace(style=EUROPEAN)], rate=rate)

    assert early.implied_volatility == pytest.approx(deviation / years**0.5, rel=0.01)
    assert late.implied_volatility > early.implied_volatility  # Who cannot exercise must be paid in volatility.
    up, down = (american(made._replace(spot=190 + move), deviation, rate) for move in (0.5, -0.5))
    assert early.delta == pytest.approx(up - down, abs=0.01)
    sooner = american(made._replace(years=years - 1 / 365), deviation * (1 - 1 / 365 / years) ** 0.5, rate)
    assert early.theta == pytest.approx(sooner - made.price, abs=0.003)
    assert early.rho < 0 < early.vega


def test_a_call_without_dividends_is_never_exercised_early():
    made = Valuation(Right.CALL, AMERICAN, 185.0, 0.5, 190.0, 14.0)

    early, late = greeks_of([made, made._replace(style=EUROPEAN)], rate=0.05)

    assert early == late
    assert early.rho > 0


@pytest.mark.parametrize("rate", [0.0, 0.05])
@pytest.mark.parametrize(
    ("right", "price"), [(Right.CALL, 4.99), (Right.PUT, 0.0), (Right.CALL, 190.01), (Right.CALL, 5.0)]
)
def test_a_price_that_no_volatility_explains_has_no_greeks(right, price, rate):
    strike = 185.0 if rate == 0 else 180.0

    assert greeks_of([Valuation(right, AMERICAN, strike, 0.5, 190.0, price), None], rate=rate) == [None, None]


@pytest.mark.parametrize("rate", [0.0, 0.05])
def test_a_put_at_what_exercising_gives_has_no_greeks(rate):
    assert greeks_of([Valuation(Right.PUT, AMERICAN, 230.0, 0.5, 190.0, 40.0)], rate=rate) == [None]


def test_greeks_are_implied_from_the_middle_over_the_time_to_the_last_close():
    found = valuation_of(terms(), AMERICAN, quoted(), Decimal("190.25"), NOW.date())

    left = (new_york("2024-01-26 16:00") - NOW) / timedelta(days=365)
    assert found == Valuation(Right.CALL, AMERICAN, 190.0, pytest.approx(left), 190.25, 2.0)


@pytest.mark.parametrize(
    ("quote", "spot", "today"),
    [
        (quoted(bid=None), Decimal(190), NOW.date()),
        (quoted(ask=None), Decimal(190), NOW.date()),
        (quoted(bid="0"), Decimal(190), NOW.date()),
        (quoted(), None, NOW.date()),
        (quoted(), Decimal(190), FRIDAY),
        (replace(quoted(), at=new_york("2024-01-26 16:00")), Decimal(190), NOW.date()),
    ],
    ids=["no bid", "no ask", "a bid of zero", "no price of the share", "expires that day", "no time left"],
)
def test_where_the_contract_says_so_there_is_nothing_to_imply(quote, spot, today):
    assert valuation_of(terms(), AMERICAN, quote, spot, today) is None
