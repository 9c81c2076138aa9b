"""The feed: what is wanted is asked of a data account, and what it says is taken in."""

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Protocol

from brokerage import clock
from options.market.said import Said
from options.models import LatestValue, OptionContract
from options.rules.contracts import is_contract_symbol
from options.rules.expirations import is_expired
from options.services.market_intake import Taken, note_trouble, take_in

log = logging.getLogger(__name__)
TradedUntil = Callable[[Collection[str]], dict[str, datetime]]


class Vendor(Protocol):
    """Who is asked."""

    def poll(self, symbols: Iterable[str], traded_until: TradedUntil) -> Said:
        """Answer what is quoted and what was traded; `traded_until` knows when what is new was traded last."""
        ...

    def keep(self) -> None:
        """Take it that what was said last is stored: it need not be said again."""
        ...


def feed_once(vendor: Vendor, wanted: Collection[str], failures: tuple[type[Exception], ...]) -> Taken | None:
    """Ask once and take in what is said; where the vendor fails, keep what is wrong and answer None."""
    symbols = with_underlyings(wanted)
    try:
        said = vendor.poll(symbols, traded_until)
    except failures as failure:
        log.warning("the market's source failed: %s", failure)
        # Its words name symbols that are held and where it is asked; /healthz and every page show ours.
        note_trouble(f"the data account does not answer: {type(failure).__name__}")
        return None
    taken = take_in(
        quotes=said.quotes,
        trades=said.trades,
        newest=said.newest,
        minutes=said.minutes,
        days=said.days,
        heard_at=clock.real_now(),
    )
    vendor.keep()
    return taken


def traded_until(symbols: Collection[str]) -> dict[str, datetime]:
    """Answer when each of these was traded last, as far as we were told; missing where we never were."""
    rows = LatestValue.objects.filter(symbol__in=symbols, traded_at__isnull=False)
    return {symbol: at for symbol, at in rows.values_list("symbol", "traded_at") if at is not None}


def with_underlyings(wanted: Collection[str]) -> set[str]:
    """Answer these symbols without contracts that are over, and with the shares that the others are on."""
    symbols = [symbol for symbol in wanted if is_contract_symbol(symbol)]
    known = OptionContract.objects.filter(asset__symbol__in=symbols)
    now = clock.real_now()
    found = {symbol for symbol in wanted if not is_contract_symbol(symbol)}
    for symbol, share, expires in known.values_list("asset__symbol", "underlying__symbol", "expiration_date"):
        if not is_expired(expires, now):
            found |= {symbol, share}
    return found
