from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.rules.strikes import strike_interval, strikes_around


@pytest.mark.parametrize(
    ("spot", "interval"),
    [
        ("5.60", "0.5"),
        ("9.99", "0.5"),
        ("10", "1"),
        ("24.99", "1"),
        ("25", "2.5"),
        ("99.99", "2.5"),
        ("100", "5"),
        ("299.99", "5"),
        ("300", "10"),
    ],
)
def test_strikes_lie_further_apart_the_dearer_the_share(spot, interval):
    assert strike_interval(Decimal(spot)) == Decimal(interval)


@given(st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100))
def test_strikes_surround_the_share_and_are_above_zero(spot):
    strikes = strikes_around(spot)

    assert strikes == sorted(set(strikes))
    assert strikes[0] > 0
    assert strikes[-1] > spot
