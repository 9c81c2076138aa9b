"""How much of one instrument trades in one session of the made-up market, and in how many trades.

Both are settled by dice. What the trades are, `columns` computes when they are asked for.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zlib import crc32

from brokerage import market_calendar
from brokerage.market_calendar import Session
from options.choices import Exchange
from options.market.interface import Instrument
from options.market.paths import path_of, sessions_since_anchor
from options.market.universe import UNIVERSE
from options.market.volumes import CONTRACT_TRADES, SHARE_TRADES, contract_volume, share_volume, trades_a_day

MICROSECOND = timedelta(microseconds=1)
NUMBERS_A_DAY = 100_000  # Numbers of trades begin with the date: 26112300001 is the first of 23 November 2026.
LATELY = 20  # Sessions: what has not traded for longer has no latest trade.

CONTRACT_EXCHANGES = "ABCDEHIJMNPQTUWXZ"
CONTRACT_CONDITIONS = "IIIIIaSf"  # Most are automatic; some by auction, by sweep, or legs of an order of several.
SHARE_EXCHANGES = "DDDDDDKKNPPQQQVYZ"
REGULAR, OPENING, CLOSING = "@", "O", "6"
LISTED_AT = {Exchange.NASDAQ: "Q", Exchange.NYSE: "N", Exchange.ARCA: "P"}


@dataclass(frozen=True, slots=True)
class Prints:
    """The trades of one instrument in one session: `count` of them, `volume` together."""

    instrument: Instrument
    session: Session
    dice: int
    volume: int
    count: int

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Answer what tells the trades from others in the same market."""
        one = self.instrument
        return one.symbol, one.underlying_symbol, one.tick_class, one.multiplier, one.deliverable, self.session.date

    @property
    def length(self) -> int:
        """Answer how many microseconds the session lasts."""
        return length_of(self.session)

    @property
    def first_number(self) -> int:
        """Answer what the numbers of the trades begin after."""
        return int(f"{self.session.date:%y%m%d}") * NUMBERS_A_DAY

    def codes(self, k: int, chance: int) -> tuple[str, str]:
        """Answer on which exchange and under what condition trade `k` was made."""
        where, how = chance >> 40 & 0xFFF, chance >> 52 & 0xFFF
        if self.instrument.terms is not None:
            exchange = CONTRACT_EXCHANGES[where % len(CONTRACT_EXCHANGES)]
            return exchange, CONTRACT_CONDITIONS[how % len(CONTRACT_CONDITIONS)]
        if k in (1, self.count):
            known = UNIVERSE.get(self.instrument.symbol)
            return LISTED_AT[known.exchange] if known else "Q", OPENING if k == 1 else CLOSING
        return SHARE_EXCHANGES[where % len(SHARE_EXCHANGES)], REGULAR


@lru_cache(maxsize=4096)
def length_of(session: Session) -> int:
    """Answer how many microseconds a session lasts."""
    return (session.closes_at - session.opens_at) // MICROSECOND


def prints_of(seed: str, instrument: Instrument, session: Session) -> Prints:
    """Answer what trades of an instrument in a session: nothing after a contract's last day."""
    dice = crc32(f"{seed} {instrument.symbol} {session.date}".encode())
    terms = instrument.terms
    if terms is None:
        volume = share_volume(dice)
        return Prints(instrument, session, dice, volume, trades_a_day(volume, SHARE_TRADES))
    days = (terms.expiration_date - session.date).days
    if days < 0:
        return Prints(instrument, session, dice, 0, 0)
    volume = contract_volume(terms, _opening(seed, instrument.underlying_symbol, session.date), days, dice)
    count = trades_a_day(volume, CONTRACT_TRADES)
    return Prints(instrument, session, dice, volume if count else 0, count)


@lru_cache(maxsize=4096)
def _opening(seed: str, underlying: str, day: date) -> float:
    return path_of(seed, underlying).at(sessions_since_anchor(day))


@lru_cache(maxsize=16_384)
def newest_before(seed: str, instrument: Instrument, day: date) -> Prints | None:
    """Answer the trades of the last session before that day that had any, not long ago."""
    terms = instrument.terms
    if terms is not None:
        day = min(day, terms.expiration_date + timedelta(days=1))
    for _ in range(LATELY):
        session = market_calendar.previous_session(day)
        prints = prints_of(seed, instrument, session)
        if prints.count:
            return prints
        day = session.date
    return None
