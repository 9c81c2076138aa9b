"""What the market says, as it comes in: history, and the newest of each symbol."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from brokerage import clock
from brokerage.market_calendar import NEW_YORK, days_to_live_in
from brokerage.market_data import ALPACA, MOVED
from options.market.interface import Bar, Quote, Trade
from options.rules.data_windows import midnight_of
from options.services.market_backfill import keep_bars
from options.services.market_days import make_days

QUOTES = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::numeric[], %s::int[], %s::text[], %s::numeric[], %s::int[],
        %s::text[], %s::text[])
    AS one (symbol, at, bid_price, bid_size, bid_exchange, ask_price, ask_size, ask_exchange, condition)
), kept AS (
    INSERT INTO options_storedquote
        (symbol, at, bid_price, bid_size, bid_exchange, ask_price, ask_size, ask_exchange, condition)
    SELECT * FROM given WHERE at >= %s ORDER BY symbol, at  -- in one order: two feeds wait for each other at most once
    ON CONFLICT DO NOTHING RETURNING 1
), newest AS (
    SELECT DISTINCT ON (symbol) * FROM given ORDER BY symbol, at DESC
), latest AS (
    INSERT INTO options_latestvalue AS known (symbol, quoted_at, bid_price, bid_size, bid_exchange, ask_price, ask_size,
        ask_exchange, quote_condition, trade_number, trade_size, trade_exchange, trade_condition)
    SELECT symbol, at, bid_price, bid_size, bid_exchange, ask_price, ask_size, ask_exchange, condition, 0, 0, '', ''
    FROM newest ORDER BY symbol
    ON CONFLICT (symbol) DO UPDATE SET quoted_at = excluded.quoted_at, bid_price = excluded.bid_price,
        bid_size = excluded.bid_size, bid_exchange = excluded.bid_exchange, ask_price = excluded.ask_price,
        ask_size = excluded.ask_size, ask_exchange = excluded.ask_exchange, quote_condition = excluded.quote_condition
    WHERE known.quoted_at IS NULL OR known.quoted_at < excluded.quoted_at
    RETURNING 1
)
SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM latest)
"""

TRADES = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::bigint[], %s::numeric[], %s::int[], %s::text[], %s::text[])
    AS one (symbol, at, number, price, size, exchange, condition)
), kept AS (
    INSERT INTO options_storedtrade (symbol, at, number, price, size, exchange, condition)
    SELECT * FROM given WHERE at >= %s ORDER BY symbol, at, number ON CONFLICT DO NOTHING RETURNING symbol, at
), to_build AS (
    INSERT INTO options_bartobuild (symbol, at, is_daily)
    SELECT DISTINCT symbol, date_trunc('minute', at), false FROM kept ORDER BY 1, 2
    ON CONFLICT (symbol, at, is_daily) DO UPDATE SET is_daily = false  -- it locks the row: nobody builds without these
), newest AS (
    SELECT DISTINCT ON (symbol) * FROM given ORDER BY symbol, at DESC, number DESC
), latest AS (
    INSERT INTO options_latestvalue AS known (symbol, traded_at, trade_number, trade_price, trade_size, trade_exchange,
        trade_condition, bid_size, bid_exchange, ask_size, ask_exchange, quote_condition)
    SELECT symbol, at, number, price, size, exchange, condition, 0, '', 0, '', '' FROM newest ORDER BY symbol
    ON CONFLICT (symbol) DO UPDATE SET traded_at = excluded.traded_at, trade_number = excluded.trade_number,
        trade_price = excluded.trade_price, trade_size = excluded.trade_size,
        trade_exchange = excluded.trade_exchange, trade_condition = excluded.trade_condition
    WHERE known.traded_at IS NULL
        OR (known.traded_at, known.trade_number) < (excluded.traded_at, excluded.trade_number)
    RETURNING 1
)
SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM latest)
"""

HEARD = """
INSERT INTO options_marketstanding (id, heard_at, trouble) VALUES (1, %s, %s)
ON CONFLICT (id) DO UPDATE SET heard_at = coalesce(greatest(options_marketstanding.heard_at, excluded.heard_at),
    excluded.heard_at), trouble = excluded.trouble
"""


@dataclass(frozen=True)
class Taken:
    """What came of it: rows that were new, symbols whose newest changed, and quotes and trades that cannot be."""

    quotes: int = 0
    trades: int = 0
    moved: int = 0
    refused: int = 0


def take_in(
    *,
    quotes: Iterable[Quote] = (),
    trades: Sequence[tuple[str, Trade]] = (),
    newest: Sequence[tuple[str, Trade]] = (),
    minutes: Sequence[tuple[str, Bar]] = (),
    days: Sequence[tuple[str, Bar]] = (),
    heard_at: datetime | None = None,
) -> Taken:
    """Keep what the market said, whatever its order: the newest wins, and what is known already changes nothing.

    A crossed quote, one of prices that are none, and what is of a time that the market calendar does not know
    are left out. Of what is older than a fed market keeps, only the newest values are taken: a bar that was
    built while its trades were there stays. So does any where a bar comes in of `minutes` or `days`; what was
    paid in `newest` makes no bar. The source is heard at `heard_at`, or when the newest of it was
    said. Whoever watches the market is told after the commit that something moved.
    """
    given = list(quotes)
    first, last = (midnight_of(day) for day in days_to_live_in())
    possible = [quote for quote in given if first <= quote.at < last and _is_possible(quote)]
    paid = [(symbol, trade) for symbol, trade in trades if first <= trade.at < last]
    paid_before = [(symbol, trade) for symbol, trade in newest if first <= trade.at < last]
    refused = len(given) - len(possible) + len(trades) - len(paid) + len(newest) - len(paid_before)
    quotes_from, trades_from, bars_from = _kept_from(first)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        kept = {quote.at for quote in possible if quote.at >= quotes_from}
        kept |= {trade.at for _, trade in paid if trade.at >= trades_from}
        make_days({moment.astimezone(NEW_YORK).date() for moment in kept})
        keep_bars(minutes=minutes, days=days, first=bars_from, last=last)
        new_quotes, moved = _write(cursor, QUOTES, quotes_from, map(_quote_row, possible))
        new_trades, traded = _write(cursor, TRADES, trades_from, (_trade_row(*one) for one in paid))
        traded += _write(cursor, TRADES, last, (_trade_row(*one) for one in paid_before))[1]
        heard_at = heard_at or max([quote.at for quote in possible] + [trade.at for _, trade in paid], default=None)
        if heard_at is not None:
            cursor.execute(HEARD, [heard_at, ""])
        moved += traded
        if moved:
            tell_moved()
    return Taken(new_quotes, new_trades, moved, refused)


def tell_moved() -> None:
    """Tell whoever watches the market, once the transaction is committed, that it moved."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {MOVED}")


@transaction.atomic(durable=True)
def note_trouble(trouble: str) -> None:
    """Keep what is wrong with the source; what it said before stands, and the next thing it says ends it."""
    with connection.cursor() as cursor:
        cursor.execute(HEARD, [None, trouble[:200]])


def _is_possible(quote: Quote) -> bool:
    if quote.bid is not None and quote.ask is not None and quote.bid > quote.ask:
        return False
    return (quote.bid is None or quote.bid >= 0) and (quote.ask is None or quote.ask > 0)


def _kept_from(first: datetime) -> tuple[datetime, datetime, datetime]:
    """Answer from when on quotes, trades and bars are kept: a fed market drops old days (`market_days.keep_days`)."""
    if settings.MARKET_SOURCE != ALPACA:
        return first, first, first
    today, kept = clock.real_now().astimezone(NEW_YORK).date(), settings.MARKET_DATA
    quotes_from, trades_from, bars_from = (
        midnight_of(today - timedelta(days=days)) for days in (kept.quote_days, kept.trade_days, kept.bar_days)
    )
    return quotes_from, trades_from, max(first, bars_from)


def _write(cursor: Any, statement: str, kept_from: datetime, rows: Iterable[tuple[Any, ...]]) -> tuple[int, int]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    if not columns:
        return 0, 0
    cursor.execute(statement, [*columns, kept_from])
    kept, moved = cursor.fetchone()
    return kept, moved


def _quote_row(quote: Quote) -> tuple[Any, ...]:
    bid = (quote.bid, quote.bid_size, quote.bid_exchange)
    ask = (quote.ask, quote.ask_size, quote.ask_exchange)
    return quote.symbol, quote.at, *bid, *ask, quote.condition


def _trade_row(symbol: str, trade: Trade) -> tuple[Any, ...]:
    return symbol, trade.at, trade.number, trade.price, trade.size, trade.exchange, trade.condition
