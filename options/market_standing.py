"""How the market's source is doing, in a word for whoever watches the installation."""

from datetime import datetime

from brokerage import clock
from options.services.market import market_source

OK = "ok"


def tell_standing() -> str:
    """Answer what is wrong with the source of prices; "ok" where nothing is."""
    return find_trouble(clock.now()) or OK


def find_trouble(at: datetime) -> str:
    """Answer what is wrong with the source of prices as of `at`; nothing where nothing is."""
    return market_source().standing(at).trouble
