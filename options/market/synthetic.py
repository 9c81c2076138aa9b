"""A market made of arithmetic: the same seed, symbol and time always give the same price.

Shares move on waves (`paths`), contracts are worth what a formula says of them (`values`), and both
trade by dice (`volumes`, `prints`, `history`). Nothing of it is stored: its past is computed as its
present is, so the two agree wherever the clock of the sandbox is turned to (decision 0021).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zlib import crc32

import numpy as np

from brokerage import market_calendar
from brokerage.market_calendar import Session
from options.market.columns import Columns
from options.market.history import Newest, Quoted, bars_in, latest_bars_of, newest, quoted_together, rows_in, trades_in
from options.market.interface import NO_SPOTS, Bar, Instrument, LatestBars, Quote, Standing, Trade, Window
from options.market.past_quotes import quotes_in
from options.market.paths import market_moment, path_of, sessions_elapsed
from options.market.prints import CONTRACT_EXCHANGES, MICROSECOND, SHARE_EXCHANGES, length_of, prints_of
from options.market.single import quoted
from options.market.values import UNITS, dollars
from options.market.volumes import share_of_day
from options.rules.expirations import stops_trading_at
from options.rules.timeframes import Timeframe

FEW = 16  # Up to as many, arrays take longer than one after the other.
SIZE_LASTS = 300  # Seconds until sizes, and who quotes them, change.
CONTRACT_QUOTE, SHARE_QUOTE = "A", "R"  # Eligible for automatic execution; regular.


class SyntheticMarket:
    """The source of quotes of the sandbox (`options.market.interface.MarketSource`)."""

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def quotes(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Quote]:
        """Answer a quote for every share, and for every contract that has not expired by `at`."""
        moment = market_moment(at)
        live = [one for one in instruments if one.terms is None or stops_trading_at(one.terms.expiration_date) > at]
        if not live:
            return {}
        now = _Now.of(moment)
        prints = [prints_of(self.seed, one, now.session) for one in live]
        if len(prints) <= FEW:
            found = [quoted(self.seed, one, now.passed, now.share, _given(one.instrument, spots)) for one in prints]
        else:
            found = list(quoted_together(Columns(self.seed, prints, spots), now.passed, now.share))
        return {one.symbol: self._quote(one, moment, what) for one, what in zip(live, found, strict=True)}

    def closing_prices(self, instruments: Iterable[Instrument], session_date: date) -> dict[str, Decimal]:
        """Answer the price at the close of that session of every instrument that could be traded until then."""
        session = market_calendar.session_on(session_date)
        if session is None:
            return {}
        close = session.closes_at
        live = [one for one in instruments if one.terms is None or stops_trading_at(one.terms.expiration_date) >= close]
        if not live:
            return {}
        columns = Columns(self.seed, [prints_of(self.seed, one, session) for one in live])
        fair = columns.sides(np.arange(len(live)), columns.length).fair.tolist()
        return {one.symbol: dollars(price) for one, price in zip(live, fair, strict=True)}

    def spot(self, symbol: str, at: datetime) -> Decimal:
        """Answer the price that a share trades around as of `at`, to four places."""
        price = path_of(self.seed, symbol).at(sessions_elapsed(market_moment(at)))
        return Decimal(round(price * UNITS)).scaleb(-4)

    def latest_trades(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Trade]:
        """Answer the newest trade of each instrument that was traded lately, an expired one too."""
        return {
            columns.prints[row].instrument.symbol: trade
            for columns, rows, k, _ in self._newest(instruments, at, spots)
            for row, trade in zip(rows.tolist(), columns.trades(rows, k), strict=True)
        }

    def latest_bars(self, instruments: Iterable[Instrument], at: datetime) -> dict[str, LatestBars]:
        """Answer what snapshots show of each instrument that was traded lately."""
        answered: dict[str, LatestBars] = {}
        for found in self._newest(instruments, at):
            answered |= latest_bars_of(found)
        return answered

    def trades(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Trade]]:
        """Answer the trades of a window by symbol, then time, newest first where the window says so."""
        return rows_in(instruments, window, lambda one, part: trades_in(self.seed, one, part))

    def bars(self, instruments: Iterable[Instrument], timeframe: Timeframe, window: Window) -> list[tuple[str, Bar]]:
        """Answer the bars that begin in a window, in the same order."""
        return rows_in(instruments, window, lambda one, part: bars_in(self.seed, one, timeframe, part))

    def past_quotes(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Quote]]:
        """Answer the quotes of every ten seconds of a window, in the same order."""
        return rows_in(instruments, window, lambda one, part: quotes_in(self.seed, one, part, self._quote))

    def standing(self, at: datetime) -> Standing:
        """Answer that all is well: arithmetic does not stop."""
        return Standing(market_moment(at), "")

    def _newest(
        self, instruments: Iterable[Instrument], at: datetime, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> Iterator[Newest]:
        now = _Now.of(at)
        prints = [prints_of(self.seed, one, now.session) for one in instruments]
        return newest(Columns(self.seed, prints, spots), now.passed, now.share) if prints else iter(())

    def _quote(self, instrument: Instrument, moment: datetime, found: Quoted) -> Quote:
        bucket = int(moment.timestamp()) // SIZE_LASTS
        dice = crc32(f"{self.seed} {instrument.symbol} {bucket}".encode())
        is_share = instrument.terms is None
        exchanges = SHARE_EXCHANGES if is_share else CONTRACT_EXCHANGES
        return Quote(
            symbol=instrument.symbol,
            bid=dollars(found.bid) if found.bid else None,
            ask=dollars(found.ask),
            bid_size=5 + dice % 96 if found.bid else 0,
            ask_size=5 + dice // 96 % 96,
            last=dollars(found.last) if found.last else None,
            at=moment,
            volume=found.volume,
            bid_exchange=exchanges[dice // 9_216 % len(exchanges)] if found.bid else "",
            ask_exchange=exchanges[dice // 156_672 % len(exchanges)],
            condition=SHARE_QUOTE if is_share else CONTRACT_QUOTE,
        )


class _Now(NamedTuple):
    """A session, how many microseconds of it passed, and which part of its volume was traded."""

    session: Session
    passed: int
    share: float

    @classmethod
    def of(cls, at: datetime) -> "_Now":
        session = market_calendar.last_session(at)
        passed = (at - session.opens_at) // MICROSECOND
        return cls(session, passed, share_of_day(passed / length_of(session)))


def _given(instrument: Instrument, spots: Mapping[str, Decimal]) -> float | None:
    """Answer what stands in for the price of a contract's underlying, if anything."""
    price = spots.get(instrument.underlying_symbol) if spots else None
    return float(price) if price else None
