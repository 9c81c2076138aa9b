"""How amounts, prices, quantities, shares of a whole and instants are written on pages.

Templates format and never compute. Numbers group their thousands and carry a true minus
sign; what is not there is a dash. Times are New York's, where the market is.
"""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brokerage.market_calendar import NEW_YORK

MINUS = "\N{MINUS SIGN}"
ABSENT = "\N{EM DASH}"
CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.0001")
CLOCKS = {"day": "", "minute": " %H:%M", "second": " %H:%M:%S", "zone": " %H:%M %Z"}

register = template.Library()


@register.filter
def money(amount: Decimal | None, mark: str = "") -> str:
    """Write an amount in dollars and cents: `1,234.50`, `−1,234.50`; with `"$"`, `−$1,234.50`."""
    return ABSENT if amount is None else _written(_rounded(amount, CENT), mark=mark)


@register.filter
def signed(amount: Decimal | None) -> str:
    """Write a change in dollars with its sign, also when it is a gain: `+12.00`, `−12.00`, `0.00`."""
    return ABSENT if amount is None else _written(_rounded(amount, CENT), plus="+")


@register.filter
def price(value: Decimal | None) -> str:
    """Write a price per share: two places at least, four at most."""
    if value is None:
        return ABSENT
    whole, places = _written(_rounded(value, PRICE_STEP)).split(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


@register.filter
def quantity(value: Decimal | int | None) -> str:
    """Write how many: `1,200`, `0.5`, `−2`; no zeros behind the last figure that counts."""
    if value is None:
        return ABSENT
    text = _written(Decimal(value))
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def percent(ratio: Decimal | None, style: str = "") -> str:
    """Write a ratio as a percentage with two places; with `"signed"`, a gain carries a plus."""
    if ratio is None:
        return ABSENT
    return _written(_rounded(ratio * 100, CENT), plus="+" if style == "signed" else "") + "%"


@register.filter
def places(figure: float | Decimal | None, count: int = 2) -> str:
    """Write a figure with so many places behind the point: `−0.42`."""
    return ABSENT if figure is None else _written(_rounded(Decimal(figure), Decimal(1).scaleb(-count)))


@register.filter
def direction(change: Decimal | None) -> str:
    """Answer `up`, `down` or `flat`, for the mark beside a change in dollars."""
    cents = _rounded(change or Decimal(0), CENT)
    return "up" if cents > 0 else "down" if cents < 0 else "flat"


@register.filter
def when(moment: datetime | date | None, precision: str = "minute") -> SafeString | str:
    """Write an instant in New York time, or a market date, as a `<time>` element.

    `precision` is `day`, `minute`, `second`, or `zone`: the minute with its zone, for where no
    heading names one. The exact instant with its zone is in the title.
    """
    if moment is None:
        return ABSENT
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), _day(moment))
    local = moment.astimezone(NEW_YORK)
    return format_html(
        '<time datetime="{}" title="{}">{}{}</time>',
        f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"{_day(local)} {local:%H:%M:%S %Z}",
        _day(local),
        local.strftime(CLOCKS[precision]),
    )


@register.filter
def sentence(label: str) -> str:
    """Write a label made from a name as prose: `Action Required` is `Action required`, `W-8BEN` stays."""
    first, *rest = str(label).replace("_", " ").split() or [""]
    return " ".join([first[:1].upper() + first[1:], *(word.lower() if word.istitle() else word for word in rest)])


@register.filter
def email(address: str) -> SafeString:
    """Write an e-mail address that may break before its @, and nowhere else while that is enough."""
    name, at, domain = address.partition("@")
    return format_html("{}<wbr>{}{}", name, at, domain) if at else format_html("{}", address)


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP)


def _written(value: Decimal, *, plus: str = "", mark: str = "") -> str:
    """Write a number that is rounded already: what rounds to nothing has no sign."""
    sign = MINUS if value < 0 else plus if value > 0 else ""
    return f"{sign}{mark}{abs(value):,f}"
