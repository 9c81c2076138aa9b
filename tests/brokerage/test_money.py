"""Decimals as amounts and as text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.money import cents_down, cents_up, plain, to_cents


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("20310.00", "20310"),
        ("6.5", "6.5"),
        ("0.00", "0"),
        ("-0", "0"),
        ("1E+2", "100"),
        ("-142", "-142"),
        ("1E-16", "0.0000000000000001"),
    ],
)
def test_decimals_print_plainly(value, text):
    assert plain(Decimal(value)) == text


def test_none_stays_none():
    assert plain(None) is None


@pytest.mark.parametrize(("value", "cents"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049", "1.00")])
def test_amounts_round_half_up(value, cents):
    assert to_cents(Decimal(value)) == Decimal(cents)


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6))
def test_requirements_round_up_and_availability_down(value):
    assert cents_down(value) <= value <= cents_up(value)
    assert cents_up(value) - cents_down(value) <= Decimal("0.01")
