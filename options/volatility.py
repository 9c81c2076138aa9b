"""What the quotes of a chain imply: the smile of one expiration, and the level at the money of each."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from brokerage.market_calendar import NEW_YORK
from options.chain import Priced, Underlying, list_listed, price_sections
from options.chain_cells import strike_text
from options.pricing import Greeks
from options.rules.chain import Section, around_the_money, lay_out
from options.rules.curves import Curve, Value, draw_curve
from options.rules.volatility import SmileRow, TermRow, at_the_money

TENTH = Decimal("0.1")
NAMED_DAYS = ((7, "1 week"), (30, "1 month"), (91, "3 months"), (182, "6 months"), (365, "1 year"), (730, "2 years"))
NAMED_NEAR = ((1, "1 day"), (7, "1 week"), (14, "2 weeks"), (30, "1 month"))
LEAST = Decimal(4)  # Percent that an axis of volatility spans at least.
WEEK = 7
NEAR = 45  # Days: what ends earlier has finer names on its axis.


@dataclass(frozen=True)
class Volatility:
    """The smile of one expiration and the term structure; the chosen expiration is None where none trades."""

    expiration_date: date | None
    section: Section | None
    smile: tuple[SmileRow, ...]
    term: tuple[TermRow, ...]
    spot: Decimal | None

    @property
    def unit_price(self) -> Decimal | None:
        """Answer what one unit of premium delivers: what the strikes of the expiration compare with."""
        return self.section.unit_price(self.spot) if self.section else None

    @property
    def smile_curve(self) -> Curve | None:
        """Answer the drawing of the smile, of the contracts out of the money."""
        unit = self.unit_price
        if unit is None:
            return None
        found = [(row, row.drawn(unit)) for row in self.smile]
        values = [
            Value(row.strike_price, level, f"{strike_text(row.strike_price)} {kind}: {level}%", kind)
            for row, level in found
            if level is not None and (kind := "put" if row.strike_price < unit else "call")
        ]
        return draw_curve(values, unit="%", here=unit, least=LEAST)

    @property
    def term_curve(self) -> Curve | None:
        """Answer the drawing of the term structure: expirations far off stand closer together."""
        known = [one for one in self.term if one.volatility is not None and one.days >= 0]
        values = [
            Value(
                _far(one.days), one.volatility, f"{one.expiration_date:%b %d, %Y}: {one.volatility}%", _kind(one, self)
            )
            for one in known
            if one.volatility is not None
        ]
        named = NAMED_NEAR if known and known[-1].days <= NEAR else NAMED_DAYS
        return draw_curve(values, unit="%", x_labels=[(_far(days), label) for days, label in named], least=LEAST)


def read_volatility(underlying: Underlying, asked: date | None, at: datetime) -> Volatility:
    """Answer what the chain implies as of `at`, in two queries; the smile of the expiration asked for, or a near one.

    Contracts that a corporate action adjusted deliver something else: where the plain ones of an
    expiration are listed, only they count.
    """
    plain: dict[date, Section] = {}
    for section in lay_out(list_listed(underlying.share, at)):
        plain.setdefault(section.expiration_date, section)
    today = at.astimezone(NEW_YORK).date()
    day = asked if asked in plain else _usual(list(plain), today)
    if day is None:
        return Volatility(None, None, (), (), underlying.spot)
    chosen = plain[day]
    others = {one: around_the_money(section, underlying.spot, 1) for one, section in plain.items() if one != day}
    is_priced = underlying.spot is not None
    priced = price_sections(underlying, [chosen, *others.values()], at) if is_priced else Priced({}, {})
    smile = _rows(chosen, priced)
    term = [
        TermRow(
            one, (one - today).days, _level(smile if one == day else _rows(others[one], priced), plain[one], underlying)
        )
        for one in plain
    ]
    return Volatility(day, chosen, tuple(smile), tuple(term), underlying.spot)


def _usual(days: list[date], today: date) -> date | None:
    """Answer the next expiration that is a week off: of those before it only few strikes imply anything."""
    later = [one for one in days if (one - today).days >= WEEK]
    return next(iter(later), days[-1] if days else None)


def _rows(section: Section, priced: Priced) -> list[SmileRow]:
    def implied(symbol: str) -> Decimal | None:
        greeks: Greeks | None = priced.greeks.get(symbol)
        return None if greeks is None else _percent(Decimal(str(greeks.implied_volatility)))

    return [
        SmileRow(
            row.strike_price,
            row.call,
            row.put,
            implied(row.call.symbol) if row.call else None,
            implied(row.put.symbol) if row.put else None,
        )
        for row in section.rows
    ]


def _level(rows: list[SmileRow], section: Section, underlying: Underlying) -> Decimal | None:
    unit = section.unit_price(underlying.spot)
    level = at_the_money(rows, unit) if unit is not None else None
    return None if level is None else level.quantize(TENTH)


def _percent(ratio: Decimal) -> Decimal:
    return (ratio * 100).quantize(TENTH)


def _far(days: int) -> Decimal:
    return Decimal(str(round(math.sqrt(days), 4)))


def _kind(row: TermRow, shown: Volatility) -> str:
    return "chosen" if row.expiration_date == shown.expiration_date else "level"
