"""Remedies: what would make a refused order acceptable, in a sentence with the numbers in it."""

from decimal import Decimal

import pytest

from brokerage.errors import BrokerageError
from options.errors import InsufficientOptionsBuyingPower, LevelTooLow, UncoveredCall, UnsecuredPut
from trading.errors import InsufficientForFees, InsufficientQuantity, InvalidTicket, PositionIntentMismatch
from trading.rules.remedies import REMEDIES, remedy_for


def reasons(family=BrokerageError):
    found = {family.reason} if family.reason else set()
    return found.union(*(reasons(kind) for kind in family.__subclasses__()))


def test_every_remedy_is_for_a_refusal_that_exists():
    assert set(REMEDIES) <= reasons()


@pytest.mark.parametrize(
    ("refusal", "remedy"),
    [
        (
            UncoveredCall(
                required_qty=Decimal(200), available_qty=Decimal(60), symbol="AAPL", underlying_asset_id="id"
            ),
            "Buy or free 140 more shares of the underlying, or sell fewer calls.",
        ),
        (
            UnsecuredPut(required_options_buying_power=Decimal(20310), buying_power=Decimal(9395)),
            "Deposit $10,915.00 more, cancel orders that hold cash, or ask for less.",
        ),
        (
            InsufficientOptionsBuyingPower(cost_basis=Decimal(38000), options_buying_power=Decimal("7267.84")),
            "Deposit $30,732.16 more, cancel orders that hold cash, or ask for less.",
        ),
        (
            InsufficientForFees(required=Decimal("100.05"), fees=Decimal("0.05"), available=Decimal(100)),
            "Deposit $0.05 more, cancel orders that hold cash, or ask for less.",
        ),
        (
            InsufficientQuantity(requested=Decimal(3), available=Decimal(2), held_for_orders=Decimal(0)),
            "Ask for 2 or less.",
        ),
        (
            InsufficientQuantity(requested=Decimal(3), available=Decimal(0), held_for_orders=Decimal(2)),
            "Cancel the open orders that hold it, and ask again.",
        ),
        (
            PositionIntentMismatch(inferred="sell_to_open", specified="sell_to_close"),
            "Leave the intent out, or say sell_to_open.",
        ),
        (
            InvalidTicket.of("qty", "qty must be > 0"),
            "Ask for one or more: the side says whether it is bought or sold.",
        ),
        (
            InvalidTicket.of("limit_price", "limit_price must be > 0 and <= 1000000"),
            "Use a limit above 0, or a market order.",
        ),
        (InvalidTicket.of("subtag", "subtag must be no more than 128 characters"), ""),
    ],
)
def test_a_remedy_names_the_number_that_is_missing(refusal, remedy):
    assert remedy_for(refusal) == remedy


def test_too_low_a_level_says_which_to_ask_for():
    assert remedy_for(LevelTooLow(level=2)).startswith("Ask for options level 2 on the account's options application")
