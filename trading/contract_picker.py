"""From an underlying to one contract: its expirations, its strikes, and the one that comes nearest to what is meant."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db.models import QuerySet

from brokerage.market_calendar import NEW_YORK
from brokerage.money import plain
from brokerage.templatetags.formats import price
from options.choices import Right
from options.models import Asset, OptionContract
from options.rules.asset_ids import USD_ID
from options.rules.expirations import first_live_date
from options.services.market import get_quote
from trading.instruments import MARKET


@dataclass(frozen=True)
class Choice:
    """One line of a list to pick from."""

    value: str
    label: str
    is_picked: bool


@dataclass(frozen=True)
class Picks:
    """What was picked so far, as it stands in the address; nothing is picked where it is empty."""

    underlying: str = ""
    expiration: str = ""
    right: str = ""
    strike: str = ""
    root: str = ""


@dataclass(frozen=True)
class Picker:
    """The lists as they stand for one asset: a share has expirations only."""

    underlying: str = ""
    root: str = ""
    expirations: tuple[Choice, ...] = ()
    rights: tuple[Choice, ...] = ()
    strikes: tuple[Choice, ...] = ()


def find_asset(symbol: str) -> Asset | None:
    """Answer what is traded under that symbol, with its market; None where nothing is."""
    wanted = symbol.replace(" ", "").upper()
    found = Asset.objects.select_related(*MARKET).exclude(pk=USD_ID).filter(symbol=wanted)
    return found.first() if wanted else None


def pick(picks: Picks, at: datetime) -> str:
    """Answer the symbol that the picks amount to: the share's until a date is picked, then a contract's.

    What is not listed yet there gives way to what comes nearest: a call at the money to begin with.
    """
    underlying = find_asset(picks.underlying)
    on = _day(picks.expiration)
    if underlying is None or underlying.is_option or on is None:
        return picks.underlying.strip().upper()
    right = Right.PUT if picks.right == Right.PUT else Right.CALL
    listed = _listed(underlying, picks.root or underlying.symbol, at).filter(expiration_date=on, right=right)
    symbols = dict(listed.values_list("strike_price", "asset__symbol"))
    if not symbols:
        return underlying.symbol
    wanted = _price(picks.strike) or _spot(underlying, at) or sorted(symbols)[len(symbols) // 2]
    return symbols[min(symbols, key=lambda strike: (abs(strike - wanted), strike))]


def picker_of(asset: Asset | None, typed: str, at: datetime) -> Picker:
    """Answer the lists to go on from the asset that is on the ticket; `typed` is what named it."""
    if asset is None:
        return Picker(underlying=typed)
    contract = asset.contract if asset.is_option else None
    underlying = contract.underlying if contract else asset
    root = contract.root_symbol if contract else underlying.symbol
    listed = _listed(underlying, root, at)
    dates = listed.order_by("expiration_date").values_list("expiration_date", flat=True).distinct()
    here = contract.expiration_date if contract else None
    today = at.astimezone(NEW_YORK).date()
    expirations = [Choice("", "Shares", here is None)]
    expirations += [Choice(day.isoformat(), _date_words(day, today), day == here) for day in dates]
    if contract is None:
        return Picker(underlying.symbol, root, tuple(expirations))
    strikes = listed.filter(expiration_date=contract.expiration_date, right=contract.right).order_by("strike_price")
    return Picker(
        underlying.symbol,
        root,
        tuple(expirations),
        tuple(Choice(one.value, str(one.label), one == contract.right) for one in Right),
        tuple(
            Choice(plain(strike) or "", price(strike), strike == contract.strike_price)
            for strike in strikes.values_list("strike_price", flat=True)
        ),
    )


def _listed(underlying: Asset, root: str, at: datetime) -> QuerySet[OptionContract]:
    live = OptionContract.objects.filter(underlying=underlying, retired_at__isnull=True)
    return live.filter(root_symbol=root, expiration_date__gte=first_live_date(at))


def _date_words(day: date, today: date) -> str:
    left = (day - today).days
    return f"{day:%b} {day.day}, {day.year} ({f'{left} d' if left else 'today'})"


def _spot(underlying: Asset, at: datetime) -> Decimal | None:
    quote = get_quote(underlying, at)
    return quote.mark if quote else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _price(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
