"""What a quote values a holding at."""

from decimal import Decimal

import pytest

from options.market.interface import Quote
from tests.options.market_data import new_york


@pytest.mark.parametrize(
    ("bid", "ask", "last", "mark"),
    [
        ("1", "2", "1.75", "1.75"),
        ("1", "2", "3", "2"),
        ("1", "2", "0.5", "1"),
        (None, "0.01", "0.03", "0.01"),
        ("1", None, "0.5", "1"),
        (None, None, "3", "3"),
        ("1", "2", None, "1.5"),
        (None, "2", None, "2"),
        (None, None, None, None),
    ],
)
def test_what_was_paid_last_counts_as_far_as_bid_and_offer_allow(bid, ask, last, mark):
    prices = [None if text is None else Decimal(text) for text in (bid, ask, last, mark)]

    quote = Quote("AAPL", prices[0], prices[1], 1, 1, prices[2], new_york("2024-01-24 10:00"))

    assert quote.mark == prices[3]
