from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.choices import TickClass
from options.errors import PriceOffTick, SubPennyPrice
from options.rules.increments import (
    require_on_share_tick,
    require_on_tick,
    share_tick_size,
    tick_at_or_above,
    tick_at_or_below,
    tick_size,
)

prices = st.integers(1, 10_000_000).map(lambda places: Decimal(places) / 10_000)


@pytest.mark.parametrize(
    ("tick_class", "below_three", "from_three"),
    [
        (TickClass.PENNY_THROUGHOUT, "0.01", "0.01"),
        (TickClass.PENNY, "0.01", "0.05"),
        (TickClass.STANDARD, "0.05", "0.10"),
    ],
)
def test_the_step_changes_at_three_dollars(tick_class, below_three, from_three):
    assert tick_size(Decimal("2.99"), tick_class) == Decimal(below_three)
    assert tick_size(Decimal("3.00"), tick_class) == Decimal(from_three)


@pytest.mark.parametrize(
    ("tick_class", "price"),
    [
        (TickClass.PENNY_THROUGHOUT, "38.01"),
        (TickClass.PENNY, "2.99"),
        (TickClass.PENNY, "3.00"),
        (TickClass.PENNY, "6.90"),
        (TickClass.STANDARD, "2.95"),
        (TickClass.STANDARD, "3.10"),
    ],
)
def test_a_price_on_a_step_is_allowed(tick_class, price):
    require_on_tick(Decimal(price), tick_class)


@pytest.mark.parametrize(
    ("tick_class", "price", "tick"),
    [
        (TickClass.PENNY, "3.01", "0.05"),
        (TickClass.STANDARD, "2.94", "0.05"),
        (TickClass.STANDARD, "3.05", "0.1"),
    ],
)
def test_a_price_between_two_steps_is_refused_with_the_step(tick_class, price, tick):
    with pytest.raises(PriceOffTick) as refused:
        require_on_tick(Decimal(price), tick_class)

    assert (refused.value.code, refused.value.http_status) == (42210000, 422)
    assert str(refused.value) == (
        f"invalid limit_price {price}. increment does not fulfill minimum pricing criteria"
        f" (must be a multiple of {tick})"
    )


@pytest.mark.parametrize("tick_class", TickClass)
def test_a_fraction_of_a_cent_is_refused_in_the_published_words(tick_class):
    with pytest.raises(SubPennyPrice) as refused:
        require_on_tick(Decimal("1.234"), tick_class)

    assert str(refused.value) == (
        "invalid limit_price 1.234. sub-penny increment does not fulfill minimum pricing criteria"
    )


def test_the_price_is_named_by_its_field():
    with pytest.raises(SubPennyPrice, match=r"invalid stop_price 1\.234\. sub-penny"):
        require_on_tick(Decimal("1.234"), TickClass.PENNY, field="stop_price")


@pytest.mark.parametrize("price", ["290.12", "1.00", "0.9999", "0.0001"])
def test_a_share_moves_by_cents_and_below_a_dollar_by_hundredths_of_them(price):
    require_on_share_tick(Decimal(price))


@pytest.mark.parametrize("price", ["290.123", "1.001", "0.99999"])
def test_a_share_price_between_two_steps_is_refused_in_the_published_words(price):
    with pytest.raises(SubPennyPrice) as refused:
        require_on_share_tick(Decimal(price))

    assert str(refused.value) == (
        f"invalid limit_price {price}. sub-penny increment does not fulfill minimum pricing criteria"
    )


def test_a_share_at_one_dollar_moves_by_cents():
    assert (share_tick_size(Decimal("0.9999")), share_tick_size(Decimal(1))) == (Decimal("0.0001"), Decimal("0.01"))


@given(prices, st.sampled_from(TickClass))
def test_the_ticks_beside_a_price_are_on_a_step_and_less_than_one_apart(price, tick_class):
    below, above = tick_at_or_below(price, tick_class), tick_at_or_above(price, tick_class)

    assert below <= price <= above
    assert above - below in (0, tick_size(price, tick_class))
    require_on_tick(below, tick_class)
    require_on_tick(above, tick_class)
