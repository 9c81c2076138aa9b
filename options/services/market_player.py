"""The player of a replayed market: it moves the latest values with the sandbox clock, forward and back."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from options.services.market_intake import tell_moved

STANDING = "INSERT INTO options_marketstanding (id, trouble) VALUES (1, '') ON CONFLICT DO NOTHING"
PLAYED = "SELECT played_at FROM options_marketstanding FOR UPDATE"
# What came up in a span: in a short one by the time of the rows, so that a tick in which nothing did costs nothing;
# in a long one by symbol, so that not every row of it is read. Whoever is over by then has a last price all the same.
SHORT = timedelta(hours=1)
IN_SHORT = """
SELECT DISTINCT ON (symbol) symbol, {columns} FROM {table} WHERE at > %(after)s AND at <= %(at)s
ORDER BY symbol, {newest}
"""
IN_LONG = """
SELECT asset.symbol, newest.* FROM options_asset asset CROSS JOIN LATERAL (
    SELECT {columns} FROM {table} one WHERE one.symbol = asset.symbol AND one.at > %(after)s AND one.at <= %(at)s
    ORDER BY {newest} LIMIT 1
) AS newest
"""
QUOTES = """
INSERT INTO options_latestvalue AS known (symbol, quoted_at, bid_price, bid_size, bid_exchange, ask_price, ask_size,
    ask_exchange, quote_condition, trade_number, trade_size, trade_exchange, trade_condition)
SELECT came.*, 0, 0, '', '' FROM ({came}) AS came
ON CONFLICT (symbol) DO UPDATE SET quoted_at = excluded.quoted_at, bid_price = excluded.bid_price,
    bid_size = excluded.bid_size, bid_exchange = excluded.bid_exchange, ask_price = excluded.ask_price,
    ask_size = excluded.ask_size, ask_exchange = excluded.ask_exchange, quote_condition = excluded.quote_condition
"""
TRADES = """
INSERT INTO options_latestvalue AS known (symbol, traded_at, trade_number, trade_price, trade_size, trade_exchange,
    trade_condition, bid_size, bid_exchange, ask_size, ask_exchange, quote_condition)
SELECT came.*, 0, '', 0, '', '' FROM ({came}) AS came
ON CONFLICT (symbol) DO UPDATE SET traded_at = excluded.traded_at, trade_number = excluded.trade_number,
    trade_price = excluded.trade_price, trade_size = excluded.trade_size,
    trade_exchange = excluded.trade_exchange, trade_condition = excluded.trade_condition
"""
SOURCES = {
    QUOTES: {
        "table": "options_storedquote",
        "columns": "at, bid_price, bid_size, bid_exchange, ask_price, ask_size, ask_exchange, condition",
        "newest": "at DESC",
    },
    TRADES: {
        "table": "options_storedtrade",
        "columns": "at, number, price, size, exchange, condition",
        "newest": "at DESC, number DESC",
    },
}


@transaction.atomic(durable=True)
def play(*, at: datetime) -> int:
    """Let the latest values be those of `at`; answer how many moved.

    Forward, what was said meanwhile comes in; back, or after a file was loaded, all are found anew. Who reads
    meanwhile is told right: what the player has not come to yet is looked up (`options/market/stored.py`).
    """
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        cursor.execute(PLAYED)
        played_at = cursor.fetchone()[0]
        if played_at == at:
            return 0
        span, came = {"after": played_at, "at": at}, IN_LONG
        if played_at is None or at < played_at:
            cursor.execute("DELETE FROM options_latestvalue")
            span["after"] = "-infinity"
        elif at - played_at <= SHORT:
            came = IN_SHORT
        moved = 0
        for statement, words in SOURCES.items():
            cursor.execute(statement.format(came=came.format(**words)), span)
            moved += cursor.rowcount
        cursor.execute("UPDATE options_marketstanding SET played_at = %s", [at])
        if moved:
            tell_moved()
    return moved
