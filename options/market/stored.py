"""A market whose words came in and were kept: replayed from files, or fed by a vendor."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from brokerage.market_calendar import NEW_YORK, last_session, session_at, session_on
from options.market import stored_sql
from options.market.interface import (
    NO_SPOTS,
    Bar,
    Instrument,
    LatestBars,
    Quote,
    Standing,
    Trade,
    Window,
)
from options.market.wanted import look_at
from options.rules.data_windows import TICK, midnight_of
from options.rules.expirations import is_expired
from options.rules.timeframes import DAY, MINUTE, Timeframe

ONE_MINUTE = timedelta(minutes=1)
SILENT_SINCE = "no quote or trade since {}"
NEVER_HEARD = "no quote or trade has come in yet"
NO_ANSWER_SINCE = "no answer since {}"
BAR_COLUMNS = ("open", "high", "low", "close", "volume", "trades", "vwap")


class StoredMarket:
    """A source of quotes, trades and bars that answers from our tables (`options.market.interface.MarketSource`).

    One that `is_played` knows the future too, and keeps it to itself: the sandbox clock moves through it.
    """

    def __init__(self, *, is_played: bool) -> None:
        self.is_played = is_played

    def quotes(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Quote]:
        """Answer the newest quote of each instrument; where none was made, what was last paid stands alone."""
        symbols = [one.symbol for one in instruments if not (one.terms and is_expired(one.terms.expiration_date, at))]
        if not symbols:
            return {}
        if not self.is_played:
            look_at(symbols)
        asked = {"symbols": symbols, "at": at, "played": self.is_played}
        quoted = {row[0]: row[1:] for row in _rows(stored_sql.QUOTES, asked)}
        traded = self._latest_trades(symbols, at)
        start = midnight_of(last_session(at).date)
        so_far = _day_so_far(symbols, start, at)
        found = {}
        for symbol in symbols:
            trade, day = traded.get(symbol), so_far.get(symbol)
            last = trade.price if trade else day.close if day else None
            volume = day.volume if day else 0
            if symbol in quoted:
                found[symbol] = _quote(symbol, quoted[symbol], last, volume)
            elif trade is not None or day is not None:
                found[symbol] = Quote(symbol, None, None, 0, 0, last, trade.at if trade else at, volume)
        return found

    def closing_prices(self, instruments: Iterable[Instrument], session_date: date) -> dict[str, Decimal]:
        """Answer what was last paid in the session, by symbol; the close of the day's bar where no trade is kept.

        Missing where the source was silent at the close: what it last said may not be what was paid last.
        """
        session = session_on(session_date)
        live = [one for one in instruments if one.terms is None or one.terms.expiration_date >= session_date]
        if session is None or not live:
            return {}
        asked = {
            "symbols": [one.symbol for one in live],
            "opens_at": session.opens_at,
            "closes_at": session.closes_at,
            "late": session.closes_at - timedelta(seconds=settings.MARKET_DATA.stale_seconds),
            "date": session_date,
        }
        return {symbol: close for symbol, close in _rows(stored_sql.CLOSES, asked) if close is not None}

    def latest_trades(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Trade]:
        """Answer the newest trade of each instrument at or before `at`."""
        return self._latest_trades([one.symbol for one in instruments], at)

    def latest_bars(self, instruments: Iterable[Instrument], at: datetime) -> dict[str, LatestBars]:
        """Answer the last minute, the last day and the day before with trades, as of `at`."""
        symbols = [one.symbol for one in instruments]
        today = at.astimezone(NEW_YORK).date()
        start = midnight_of(today)
        days: dict[str, list[Bar]] = {symbol: [bar] for symbol, bar in _day_so_far(symbols, start, at).items()}
        until = today if _is_over(today, at) else today - timedelta(days=1)
        for row in _rows(stored_sql.DAILY, {"symbols": symbols, "until": until}):
            known = days.setdefault(row[0], [])
            if not known or known[-1].at > row[1]:
                known.append(Bar(*row[1:]))
        starts = [(symbol, bars[0].at) for symbol, bars in days.items() if bars]
        minutes = _newest_minutes(starts, at)
        return {
            symbol: LatestBars(minutes.get(symbol), bars[0], bars[1] if len(bars) > 1 else None)
            for symbol, bars in days.items()
        }

    def trades(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Trade]]:
        """Answer the trades of a window by symbol, then time."""
        asked = _page(instruments, window) | {"until": min(window.end, window.known_until)}
        rows = _rows(stored_sql.TRADES.format(**_direction(window)), asked)
        return [(symbol, Trade(*row)) for symbol, *row in rows]

    def bars(self, instruments: Iterable[Instrument], timeframe: Timeframe, window: Window) -> list[tuple[str, Bar]]:
        """Answer the bars that begin in a window, in the same order."""
        asked = _page(instruments, window)
        known = window.known_until
        asked |= {"until": window.end, "known": known, "minute": _minute(known)}
        asked |= {"end": timeframe.end_of(timeframe.start_of(window.end))}
        asked |= _edges(timeframe, window, asked["end"])
        words = _direction(window) | {"bucket": _bucket(timeframe), "edge": "<" if window.newest_first else ">="}
        if timeframe == MINUTE:
            statement = stored_sql.MINUTES
        elif timeframe.is_within_a_day:
            statement = stored_sql.WIDER
        else:
            statement = stored_sql.DAYS_AND_WIDER
            asked |= _days(asked["symbols"], window.start, asked["end"], known)
        return [(symbol, Bar(*row)) for symbol, *row in _rows(statement.format(**words), asked)]

    def past_quotes(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Quote]]:
        """Answer the quotes of a window by symbol, then time, without what was paid or traded then."""
        asked = _page(instruments, window) | {"until": min(window.end, window.known_until)}
        rows = _rows(stored_sql.PAST_QUOTES.format(**_direction(window)), asked)
        return [(symbol, _quote(symbol, row, None, None)) for symbol, *row in rows]

    def standing(self, at: datetime) -> Standing:
        """Answer when the source was heard last, and since when it was not in an open session.

        A feed is heard when it answers, though nothing be new; a replayed market when a quote or trade was made.
        """
        patience = timedelta(seconds=settings.MARKET_DATA.stale_seconds)
        asked = {"played": self.is_played, "at": at, "since": at - patience}
        rows = _rows(stored_sql.STANDING, asked)
        if self.is_played and rows and rows[0][1] is None:  # silent: every day is asked since when
            rows = _rows(stored_sql.STANDING, asked | {"since": "-infinity"})
        trouble, heard_at = rows[0] if rows else ("", None)
        session = session_at(at)
        if session is not None and not trouble:
            if heard_at is None:
                trouble = NEVER_HEARD
            elif at - max(heard_at, session.opens_at) > patience:
                since = SILENT_SINCE if self.is_played else NO_ANSWER_SINCE
                trouble = since.format(f"{heard_at.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S} New York")
        return Standing(heard_at, trouble)

    def _latest_trades(self, symbols: Sequence[str], at: datetime) -> dict[str, Trade]:
        asked = {"symbols": list(symbols), "at": at, "played": self.is_played}
        return {symbol: Trade(*row) for symbol, *row in _rows(stored_sql.TRADES_LATEST, asked)}


def _rows(statement: str, asked: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()


def _quote(symbol: str, row: Sequence[Any], last: Decimal | None, volume: int | None) -> Quote:
    at, bid, bid_size, bid_exchange, ask, ask_size, ask_exchange, condition = row
    return Quote(symbol, bid, ask, bid_size, ask_size, last, at, volume, bid_exchange, ask_exchange, condition)


def _day_so_far(symbols: Sequence[str], start: datetime, at: datetime) -> dict[str, Bar]:
    """Answer what was traded on the day that begins at `start`, as far as it was over at `at`."""
    asked = {"symbols": list(symbols), "start": start, "end": DAY.end_of(start), "known": at, "minute": _minute(at)}
    return {row[0]: Bar(*row[1:]) for row in _rows(stored_sql.DAYS, asked)}


def _newest_minutes(starts: Sequence[tuple[str, datetime]], at: datetime) -> dict[str, Bar]:
    """Answer the newest minute of each symbol, which is on a day that is known to have trades."""
    if not starts:
        return {}
    asked = {
        "symbols": [symbol for symbol, _ in starts],
        "starts": [start for _, start in starts],
        "start": min(start for _, start in starts),
        "known": at,
        "minute": _minute(at),
    }
    return {row[0]: Bar(*row[1:]) for row in _rows(stored_sql.MINUTE, asked)}


def _page(instruments: Iterable[Instrument], window: Window) -> dict[str, Any]:
    """Answer what every page is asked by: the symbols in order, each with where it goes on."""
    after = window.after
    symbols = sorted({one.symbol for one in instruments})
    symbols = [symbol for symbol in symbols if after is None or symbol >= after.symbol]
    here = [after if after is not None and symbol == after.symbol else None for symbol in symbols]
    return {
        "symbols": symbols,
        "after_at": [place.at if place else None for place in here],
        "after_number": [place.number if place else None for place in here],
        "start": window.start,
        "limit": window.limit,
    }


def _direction(window: Window) -> dict[str, str]:
    return {"order": "DESC", "beyond": "<"} if window.newest_first else {"order": "ASC", "beyond": ">"}


def _edges(timeframe: Timeframe, window: Window, end: datetime) -> dict[str, Any]:
    """Answer where reading begins, newest first where it ends: of the whole window, and beyond where a page goes on."""
    whole = rest = end if window.newest_first else window.start
    if window.after is not None:
        reached = window.after.at - TICK if window.newest_first else window.after.at
        rest = timeframe.end_of(timeframe.start_of(reached))
    return {
        "whole": whole,
        "rest": rest,
        "whole_date": whole.astimezone(NEW_YORK).date(),
        "rest_date": rest.astimezone(NEW_YORK).date(),
    }


def _bucket(timeframe: Timeframe) -> str:
    return stored_sql.BUCKETS[timeframe.unit].format(count=timeframe.count)


def _days(symbols: Sequence[str], start: datetime, end: datetime, known: datetime) -> dict[str, Any]:
    """Answer which days to read, and what there is of the one under way, where it belongs to them."""
    today = known.astimezone(NEW_YORK).date()
    last = min(today, (end - ONE_MINUTE).astimezone(NEW_YORK).date())
    so_far = _day_so_far(symbols, midnight_of(today), known) if last == today else {}
    columns = {name: [getattr(bar, name) for bar in so_far.values()] for name in BAR_COLUMNS}
    return {
        "first": start.astimezone(NEW_YORK).date(),
        "last": last,
        "today": today,
        "is_over": _is_over(today, known),
        "so_far_symbols": list(so_far),
        "so_far_at": [bar.at for bar in so_far.values()],
        **columns,
    }


def _is_over(day: date, at: datetime) -> bool:
    session = session_on(day)
    return session is None or session.closes_at <= at


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
