"""How each figure of a chain is written, once for the page and for its stream: the texts of cells, in one order."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from brokerage.market_calendar import NEW_YORK, is_open
from brokerage.templatetags.formats import ABSENT, places, price, quantity
from options.chain import Priced
from options.market.interface import Quote
from options.pricing import Greeks
from options.rules.chain import ListedContract, age_in_words

COLUMNS = (
    "bid",
    "ask",
    "last",
    "volume",
    "interest",
    "volatility",
    "delta",
    "gamma",
    "theta",
    "vega",
    "rho",
    "bid_size",
    "ask_size",
)
PRICES = ("bid", "ask", "last", "volume", "interest", "volatility", "delta")
GREEKS = ("bid", "ask", "volatility", "delta", "gamma", "theta", "vega", "rho")
Texts = tuple[str, ...]

_price = lru_cache(maxsize=65_536)(price)
_quantity = lru_cache(maxsize=65_536)(quantity)
_NO_GREEKS = (ABSENT,) * 6


def texts_of(contracts: Iterable[ListedContract], priced: Priced) -> dict[str, Texts]:
    """Answer what stands in the cells of each contract, by symbol, in the order of `COLUMNS`."""
    quotes, greeks = priced.quotes, priced.greeks
    return {one.symbol: _texts(one, quotes.get(one.symbol), greeks.get(one.symbol)) for one in contracts}


def _texts(one: ListedContract, quote: Quote | None, greeks: Greeks | None) -> Texts:
    interest = _quantity(one.open_interest)
    if quote is None:
        return ABSENT, ABSENT, ABSENT, ABSENT, interest, *_NO_GREEKS, ABSENT, ABSENT
    sides = _price(quote.bid), _price(quote.ask), _price(quote.last), _quantity(quote.volume), interest
    sizes = (
        ABSENT if quote.bid is None else _quantity(quote.bid_size),
        ABSENT if quote.ask is None else _quantity(quote.ask_size),
    )
    return (*sides, *(_NO_GREEKS if greeks is None else _greek_texts(greeks)), *sizes)


def _greek_texts(greeks: Greeks) -> Texts:
    return (
        f"{_figure(round(greeks.implied_volatility * 100, 1), 1)}%",
        _figure(round(greeks.delta, 2), 2),
        _figure(round(greeks.gamma, 4), 4),
        _figure(round(greeks.theta, 3), 3),
        _figure(round(greeks.vega, 3), 3),
        _figure(round(greeks.rho, 3), 3),
    )


@lru_cache(maxsize=65_536)
def _figure(rounded: float, count: int) -> str:
    return places(Decimal(str(rounded)), count)


def columns_shown(with_greeks: bool) -> tuple[str, ...]:
    """Answer the columns of a contract from the strike outwards: prices, or the greeks beside bid and ask."""
    return GREEKS if with_greeks else PRICES


def strike_text(strike_price: Decimal) -> str:
    """Answer how a strike is written: `190`, `192.5`."""
    return _quantity(strike_price)


def standing(quote: Quote | None, now: datetime, trouble: str = "") -> str:
    """Say how fresh the quotes are, by that of the underlying: of when, how old, and whether the market is closed.

    `trouble` is what the source of prices says is wrong with it.
    """
    if trouble:
        return f"Stale: {trouble}. {standing(quote, now)}"
    if quote is None:
        return "Nobody quotes this underlying"
    local = quote.at.astimezone(NEW_YORK)
    if not is_open(now):
        return f"Market closed, quotes of {local:%a %b} {local.day}, {local:%H:%M %Z}"
    age = age_in_words(now - quote.at)
    said = f"Quotes of {local:%H:%M:%S %Z}"
    return f"{said}, {age} old" if age else said
