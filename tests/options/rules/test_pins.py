from decimal import Decimal

import pytest

from options.rules.pins import QuoteToPin, faults


@pytest.mark.parametrize(
    "quote",
    [
        QuoteToPin(bid=Decimal("189.90"), ask=Decimal("190.10"), bid_size=10, ask_size=10, last=Decimal(190)),
        QuoteToPin(last=Decimal("0.01")),
        QuoteToPin(bid=Decimal(0), ask=Decimal("0.05")),
        QuoteToPin(bid=Decimal(5), ask=Decimal(5)),
        QuoteToPin(ask=Decimal(5), ask_size=0),
    ],
    ids=["the sample", "last only", "nobody bids", "locked", "nothing there"],
)
def test_a_sound_quote_has_no_faults(quote):
    assert faults(quote) == {}


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        (QuoteToPin(), {"bid": "a quote needs a bid, an ask or a last price"}),
        (QuoteToPin(bid_size=5), {"bid": "a quote needs a bid, an ask or a last price"}),
        (QuoteToPin(bid=Decimal("5.01"), ask=Decimal(5)), {"bid": "the bid 5.01 is above the ask 5"}),
        (QuoteToPin(bid=Decimal("-0.01")), {"bid": "must not be negative"}),
        (QuoteToPin(ask=Decimal(0)), {"ask": "must be above zero"}),
        (QuoteToPin(last=Decimal(-1)), {"last": "must be above zero"}),
        (QuoteToPin(last=Decimal(1), bid_size=-1), {"bid_size": "must not be negative"}),
        (QuoteToPin(last=Decimal(1), ask_size=-1), {"ask_size": "must not be negative"}),
    ],
)
def test_each_fault_is_named_by_its_field(quote, found):
    assert faults(quote) == found
