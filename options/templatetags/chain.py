"""The rows of a chain, written in Python: two thousand contracts have thirty thousand cells, one at a time
through the template engine would take longer than all the rest together. Every text is a figure of our own or
a contract's symbol, which is letters and digits.
"""

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from brokerage.templatetags.formats import ABSENT, price
from options.chain_cells import COLUMNS, Texts, columns_shown, strike_text
from options.rules.chain import ListedContract, Section, StrikeRow, in_the_money, money_place

HEADS = {
    "bid": ("Bid", "Best bid: follow it to sell"),
    "ask": ("Ask", "Best offer: follow it to buy"),
    "last": ("Last", "Last price paid"),
    "volume": ("Vol", "Volume: contracts traded in this session"),
    "interest": ("OI", "Open interest: contracts open after the last session"),
    "volatility": ("IV", "Implied volatility"),
    "delta": ("Delta", "Delta: change for a dollar of the underlying; follow it to the contract"),
    "gamma": ("Gamma", "Gamma: change of delta for a dollar of the underlying"),
    "theta": ("Theta", "Theta: change in a day"),
    "vega": ("Vega", "Vega: change for a point of volatility"),
    "rho": ("Rho", "Rho: change for a point of interest"),
}
SIDE_OF = {"bid": "sell", "ask": "buy"}
TO_CONTRACT = "delta"  # The one column that is always shown, quoted or not.
CONTRACT = "/options/chain/contracts/"

register = template.Library()


@register.simple_tag
def chain_heads(side: str, with_greeks: bool) -> list[tuple[str, str, str]]:
    """Answer the columns of the calls or the puts: name, head, what it means."""
    return [(name, *HEADS[name]) for name in _order(side, with_greeks)]


@register.simple_tag
def chain_rows(
    section: Section, texts: Mapping[str, Texts], spot: Decimal | None, trade: str, with_greeks: bool
) -> SafeString:
    """Write the rows of one expiration, with the line of the money between the strikes it lies between.

    `trade` is what a contract's symbol is put behind to trade it; without it nothing is a link.
    """
    unit = section.unit_price(spot)
    calls, puts = ([(name, COLUMNS.index(name)) for name in _order(side, with_greeks)] for side in ("call", "put"))
    link = escape(trade)
    line = money_place([row.strike_price for row in section.rows], unit) if unit is not None else None
    rows = [
        _row(row, unit, calls, puts, texts, link, _line(place, line), price(unit))
        for place, row in enumerate(section.rows)
    ]
    return mark_safe("".join(rows))  # noqa: S308 - see above


def _line(place: int, line: int | None) -> str:
    """Say whether the line of the money runs below this row, or above it, the first; empty elsewhere."""
    return "" if line is None or place != max(line - 1, 0) else "below" if line else "above"


def _row(
    row: StrikeRow,
    unit: Decimal | None,
    calls: list[tuple[str, int]],
    puts: list[tuple[str, int]],
    texts: Mapping[str, Texts],
    link: str,
    line: str,
    at: str,
) -> str:
    money = in_the_money(row.strike_price, unit)
    call, put = row.call, row.put
    return (
        f'<tr data-strike="{row.strike_price}"'
        + (f' data-money="{money.value}"' if money else "")
        + (f' data-call="{call.symbol}"' if call else "")
        + (f' data-put="{put.symbol}"' if put else "")
        + (f' data-line="{line}">' if line else ">")
        + _cells(call, calls, texts, link)
        + f'<th scope="row">{strike_text(row.strike_price)}'
        + (f'<span class="at" aria-hidden="true">{at}</span>' if line else "")
        + "</th>"
        + _cells(put, puts, texts, link)
        + "</tr>"
    )


def _cells(one: ListedContract | None, columns: list[tuple[str, int]], texts: Mapping[str, Texts], link: str) -> str:
    if one is None:
        return "".join(f'<td class="{name}"></td>' for name, _ in columns)
    said = texts[one.symbol]
    linked = link if one.tradable else ""
    return "".join(
        f'<td class="{name}"><a href="{linked}{one.symbol}&amp;side={SIDE_OF[name]}">{said[index]}</a></td>'
        if linked and name in SIDE_OF and said[index] != ABSENT
        else f'<td class="{name}"><a data-stays href="{CONTRACT}{one.symbol}">{said[index]}</a></td>'
        if name == TO_CONTRACT
        else f'<td class="{name}">{said[index]}</td>'
        for name, index in columns
    )


def _order(side: str, with_greeks: bool) -> list[str]:
    """Answer the columns from left to right: bid before ask, and what is further from the strike further out."""
    sides, rest = columns_shown(with_greeks)[:2], columns_shown(with_greeks)[2:]
    return [*reversed(rest), *sides] if side == "call" else [*sides, *rest]
