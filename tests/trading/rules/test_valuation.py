"""The arithmetic of the options overview."""

from decimal import Decimal

from brokerage.money import plain
from trading.rules.costs import Stake
from trading.rules.valuation import value_position


def printed(stake, price, last_day, bought_today="0"):
    numbers = value_position(stake, 100, Decimal(price), Decimal(last_day), Decimal(bought_today))
    return {name: plain(value) for name, value in vars(numbers).items()}


def test_the_position_that_the_overview_prints():
    assert printed(Stake(Decimal(2), Decimal(1210)), "5.34", "5.34", bought_today="2") == {
        "average_entry_price": "6.05",
        "cost_amount": "1210",
        "current_price": "5.34",
        "last_day_price": "5.34",
        "market_value": "1068",
        "unrealized": "-142",
        "unrealized_ratio": "-0.1173553719008264",
        "intraday": "-142",
        "intraday_ratio": "-0.1173553719008264",
        "change_today": "0",
    }


def test_a_short_gains_as_the_price_falls():
    short = printed(Stake(Decimal(-2), Decimal(-1380)), "5.00", "6.00")

    assert short["market_value"] == "-1000"
    assert short["cost_amount"] == "-1380"
    assert short["unrealized"] == "380"
    assert short["intraday"] == "200"


def test_without_a_quote_the_market_numbers_are_unknown_and_the_cost_is_not():
    numbers = value_position(Stake(Decimal(2), Decimal(1210)), 100, None, Decimal("5.34"), Decimal(0))

    assert numbers.cost_amount == 1210
    assert numbers.average_entry_price == Decimal("6.05")
    assert numbers.market_value is None
    assert numbers.unrealized is None
    assert numbers.intraday is None
