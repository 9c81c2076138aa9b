"""How the stored market is read (`options/market/stored.py`).

Everything is told as of a moment. Where a bar goes on beyond it, the bar is made of what was paid until
then: minutes count from the table up to the symbol's `cut`, and trades from there on, since a minute may be
unfinished, or wait to be built.
"""

SUMS = """
    (array_agg(open ORDER BY at, number))[1] AS open, max(high) AS high, min(low) AS low,
    (array_agg(close ORDER BY at DESC, number DESC))[1] AS close, sum(volume)::bigint AS volume,
    sum(trades)::bigint AS trades, round(sum(vwap * volume) / sum(volume), 6) AS vwap
"""
CUT = """
LATERAL (
    SELECT least(%(minute)s::timestamptz, min(waiting.at)) AS cut FROM options_bartobuild waiting
    WHERE waiting.symbol = wanted.symbol AND NOT waiting.is_daily AND waiting.at >= %(start)s
) AS built
"""
# What was traded of `wanted.symbol` from `start` until `end`, before which everything ends, and `known`; beside `CUT`.
MADE = """
    SELECT bar.at, 0 AS number, open, high, low, close, volume, trades, vwap FROM options_minutebar bar
    WHERE bar.symbol = wanted.symbol AND bar.at >= %(start)s AND bar.at < %(end)s AND bar.at < built.cut
    UNION ALL
    SELECT trade.at, trade.number, price, price, price, price, size, 1, price FROM options_storedtrade trade
    WHERE trade.symbol = wanted.symbol AND trade.at >= %(start)s AND trade.at < %(end)s AND trade.at <= %(known)s
        AND trade.at >= built.cut
"""
WANTED = "unnest(%(symbols)s::text[]) WITH ORDINALITY AS wanted (symbol, place)"

DAYS = f"""
SELECT wanted.symbol, %(start)s::timestamptz, day.* FROM {WANTED}
CROSS JOIN {CUT} CROSS JOIN LATERAL (SELECT {SUMS} FROM ({MADE}) AS made HAVING count(*) > 0) AS day
"""  # noqa: S608

PLAYED = """
WITH standing AS MATERIALIZED (
    SELECT CASE WHEN %(played)s THEN (SELECT played_at FROM options_marketstanding) ELSE 'infinity' END AS played_at
)
"""
# A row of the latest values holds as of `at` where it is of then or before. What a player has not come to
# yet, or what a row is too new for, is looked up.
QUOTES = f"""
{PLAYED}
SELECT wanted.symbol, coalesce(quote.at, known.quoted_at),
    CASE WHEN quote.at IS NULL THEN known.bid_price ELSE quote.bid_price END,
    coalesce(quote.bid_size, known.bid_size), coalesce(quote.bid_exchange, known.bid_exchange),
    CASE WHEN quote.at IS NULL THEN known.ask_price ELSE quote.ask_price END,
    coalesce(quote.ask_size, known.ask_size), coalesce(quote.ask_exchange, known.ask_exchange),
    coalesce(quote.condition, known.quote_condition)
FROM {WANTED} CROSS JOIN standing
LEFT JOIN options_latestvalue known
    ON known.symbol = wanted.symbol AND known.quoted_at <= %(at)s AND standing.played_at IS NOT NULL
LEFT JOIN options_latestvalue too_new ON too_new.symbol = wanted.symbol AND too_new.quoted_at > %(at)s
LEFT JOIN LATERAL (
    SELECT * FROM options_storedquote one WHERE one.symbol = wanted.symbol AND one.at <= %(at)s
        AND one.at > CASE WHEN known.symbol IS NULL THEN '-infinity' ELSE standing.played_at END
        AND (%(played)s OR too_new.symbol IS NOT NULL)
    ORDER BY one.at DESC LIMIT 1
) AS quote ON true
WHERE quote.at IS NOT NULL OR known.symbol IS NOT NULL
"""  # noqa: S608
TRADES_LATEST = f"""
{PLAYED}
SELECT wanted.symbol, coalesce(trade.at, known.traded_at), coalesce(trade.price, known.trade_price),
    coalesce(trade.size, known.trade_size), coalesce(trade.exchange, known.trade_exchange),
    coalesce(trade.condition, known.trade_condition), coalesce(trade.number, known.trade_number)
FROM {WANTED} CROSS JOIN standing
LEFT JOIN options_latestvalue known
    ON known.symbol = wanted.symbol AND known.traded_at <= %(at)s AND standing.played_at IS NOT NULL
LEFT JOIN options_latestvalue too_new ON too_new.symbol = wanted.symbol AND too_new.traded_at > %(at)s
LEFT JOIN LATERAL (
    SELECT * FROM options_storedtrade one WHERE one.symbol = wanted.symbol AND one.at <= %(at)s
        AND one.at > CASE WHEN known.symbol IS NULL THEN '-infinity' ELSE standing.played_at END
        AND (%(played)s OR too_new.symbol IS NOT NULL)
    ORDER BY one.at DESC, one.number DESC LIMIT 1
) AS trade ON true
WHERE trade.at IS NOT NULL OR known.symbol IS NOT NULL
"""  # noqa: S608

# When a feed last had an answer; of a replayed market, when the newest quote or trade from `since` on was made.
STANDING = """
SELECT standing.trouble, CASE WHEN %(played)s THEN greatest(
    (SELECT at FROM options_storedquote WHERE at >= %(since)s AND at <= %(at)s ORDER BY at DESC LIMIT 1),
    (SELECT at FROM options_storedtrade WHERE at >= %(since)s AND at <= %(at)s ORDER BY at DESC LIMIT 1)
) ELSE standing.heard_at END FROM options_marketstanding standing
"""

# The newest days with trades, before the one that is under way: two of each symbol.
DAILY = f"""
SELECT wanted.symbol, (day.date::timestamp AT TIME ZONE 'America/New_York'),
    open, high, low, close, volume, trades, vwap
FROM {WANTED} CROSS JOIN LATERAL (
    SELECT * FROM options_dailybar one WHERE one.symbol = wanted.symbol AND one.date <= %(until)s
    ORDER BY one.date DESC LIMIT 2
) AS day
"""  # noqa: S608
MINUTE = f"""
SELECT wanted.symbol, minute.* FROM unnest(%(symbols)s::text[], %(starts)s::timestamptz[]) AS wanted (symbol, start)
CROSS JOIN {CUT} CROSS JOIN LATERAL (
    SELECT date_trunc('minute', at) AS began, {SUMS} FROM (
        (SELECT bar.at, 0 AS number, open, high, low, close, volume, trades, vwap FROM options_minutebar bar
        WHERE bar.symbol = wanted.symbol AND bar.at >= wanted.start AND bar.at >= %(start)s
            AND bar.at < built.cut ORDER BY bar.at DESC LIMIT 1)
        UNION ALL
        SELECT trade.at, trade.number, price, price, price, price, size, 1, price FROM options_storedtrade trade
        WHERE trade.symbol = wanted.symbol AND trade.at >= %(start)s AND trade.at <= %(known)s
            AND trade.at >= built.cut
    ) AS made GROUP BY 1 ORDER BY 1 DESC LIMIT 1
) AS minute
"""  # noqa: S608

# Nobody knows a close that a silent source may have missed. Where nothing at all was said in the session, a day that
# was loaded stands for itself.
_SAID = """
    SELECT FROM options_storedquote WHERE at >= {since} AND at <= %(closes_at)s
    UNION ALL SELECT FROM options_storedtrade WHERE at >= {since} AND at <= %(closes_at)s
    UNION ALL SELECT FROM options_minutebar WHERE at >= {since} - interval '1 minute' AND at < %(closes_at)s
"""
CLOSES = f"""
WITH said AS MATERIALIZED (
    SELECT EXISTS ({_SAID.format(since="%(late)s")}) AS at_the_close,
        EXISTS ({_SAID.format(since="%(opens_at)s")}) AS once
)
SELECT wanted.symbol, coalesce(
    (SELECT price FROM options_storedtrade one WHERE one.symbol = wanted.symbol AND one.at >= %(opens_at)s
        AND one.at <= %(closes_at)s ORDER BY one.at DESC, number DESC LIMIT 1),
    (SELECT close FROM options_dailybar one WHERE one.symbol = wanted.symbol AND one.date = %(date)s),
    (SELECT close FROM options_minutebar one WHERE one.symbol = wanted.symbol AND one.at >= %(opens_at)s
        AND one.at < %(closes_at)s ORDER BY one.at DESC LIMIT 1))
FROM {WANTED} CROSS JOIN said WHERE said.at_the_close OR NOT said.once
"""  # noqa: S608

# A page: symbol by symbol, so that it ends where it is full; `place` is known to be in order, and the rest is
# sorted within a symbol.
_AFTER = """
    unnest(%(symbols)s::text[], %(after_at)s::timestamptz[], %(after_number)s::bigint[])
    WITH ORDINALITY AS wanted (symbol, after_at, after_number, place)
"""
TRADES = f"""
SELECT wanted.symbol, page.* FROM {_AFTER} CROSS JOIN LATERAL (
    SELECT one.at, price, size, exchange, condition, number FROM options_storedtrade one
    WHERE one.symbol = wanted.symbol AND one.at >= %(start)s AND one.at <= %(until)s
        AND (wanted.after_at IS NULL OR (one.at, one.number) {{beyond}} (wanted.after_at, wanted.after_number))
    ORDER BY one.at {{order}}, one.number {{order}} LIMIT %(limit)s
) AS page ORDER BY place, page.at {{order}}, page.number {{order}} LIMIT %(limit)s
"""  # noqa: S608
PAST_QUOTES = f"""
SELECT wanted.symbol, page.* FROM {_AFTER} CROSS JOIN LATERAL (
    SELECT one.at, bid_price, bid_size, bid_exchange, ask_price, ask_size, ask_exchange, condition
    FROM options_storedquote one WHERE one.symbol = wanted.symbol AND one.at >= %(start)s AND one.at <= %(until)s
        AND (wanted.after_at IS NULL OR one.at {{beyond}} wanted.after_at)
    ORDER BY one.at {{order}} LIMIT %(limit)s
) AS page ORDER BY place, page.at {{order}} LIMIT %(limit)s
"""  # noqa: S608
MINUTES = f"""
SELECT wanted.symbol, page.* FROM {_AFTER} CROSS JOIN {CUT} CROSS JOIN LATERAL (
    (SELECT at AS began, open, high, low, close, volume, trades, vwap FROM options_minutebar bar
    WHERE bar.symbol = wanted.symbol AND bar.at >= %(start)s AND bar.at <= %(until)s AND bar.at < built.cut
        AND (wanted.after_at IS NULL OR bar.at {{beyond}} wanted.after_at)
    ORDER BY bar.at {{order}} LIMIT %(limit)s)
    UNION ALL
    SELECT date_trunc('minute', at) AS began, {SUMS} FROM (
        SELECT one.at, one.number, price AS open, price AS high, price AS low, price AS close, size AS volume,
            1 AS trades, price AS vwap FROM options_storedtrade one
        WHERE one.symbol = wanted.symbol AND one.at >= %(start)s AND one.at < %(end)s AND one.at <= %(known)s
            AND one.at >= built.cut
    ) AS made GROUP BY 1
    HAVING date_trunc('minute', at) >= %(start)s
        AND (wanted.after_at IS NULL OR date_trunc('minute', at) {{beyond}} wanted.after_at)
    ORDER BY began {{order}} LIMIT %(limit)s
) AS page ORDER BY place, page.began {{order}} LIMIT %(limit)s
"""  # noqa: S608
# A page reads to the `edge` of the whole window, or of the rest where it goes on: no bar of a page before is made.
WIDER = f"""
SELECT wanted.symbol, page.* FROM {_AFTER} CROSS JOIN {CUT} CROSS JOIN LATERAL (
    SELECT {{bucket}} AS began, {SUMS} FROM ({MADE}) AS made
    WHERE made.at {{edge}} CASE WHEN wanted.after_at IS NULL THEN %(whole)s ELSE %(rest)s END GROUP BY 1
    HAVING {{bucket}} >= %(start)s AND {{bucket}} <= %(until)s
        AND (wanted.after_at IS NULL OR {{bucket}} {{beyond}} wanted.after_at)
    ORDER BY began {{order}} LIMIT %(limit)s
) AS page ORDER BY place, page.began {{order}} LIMIT %(limit)s
"""  # noqa: S608
DAYS_AND_WIDER = f"""
SELECT wanted.symbol, page.* FROM {_AFTER} CROSS JOIN LATERAL (
    SELECT {{bucket}} AS began, {SUMS} FROM (
        SELECT day.date::timestamp AT TIME ZONE 'America/New_York' AS at, 0 AS number, open, high, low, close, volume,
            trades, vwap FROM options_dailybar day
        WHERE day.symbol = wanted.symbol AND day.date >= %(first)s AND day.date <= %(last)s
            AND day.date {{edge}} CASE WHEN wanted.after_at IS NULL THEN %(whole_date)s ELSE %(rest_date)s END
            AND (day.date < %(today)s OR (%(is_over)s AND NOT day.symbol = ANY(%(so_far_symbols)s)))
        UNION ALL
        SELECT today.at, 0, open, high, low, close, volume, trades, vwap
        FROM unnest(%(so_far_symbols)s::text[], %(so_far_at)s::timestamptz[], %(open)s::numeric[], %(high)s::numeric[],
            %(low)s::numeric[], %(close)s::numeric[], %(volume)s::bigint[], %(trades)s::bigint[], %(vwap)s::numeric[])
            AS today (symbol, at, open, high, low, close, volume, trades, vwap)
        WHERE today.symbol = wanted.symbol
    ) AS made GROUP BY 1
    HAVING {{bucket}} >= %(start)s AND {{bucket}} <= %(until)s
        AND (wanted.after_at IS NULL OR {{bucket}} {{beyond}} wanted.after_at)
    ORDER BY began {{order}} LIMIT %(limit)s
) AS page ORDER BY place, page.began {{order}} LIMIT %(limit)s
"""  # noqa: S608
_LOCAL = "at AT TIME ZONE 'America/New_York'"
BUCKETS = {
    "Min": f"(date_trunc('day', {_LOCAL}) + floor(extract(epoch FROM ({_LOCAL})::time) / (60 * {{count}}))"
    " * {count} * interval '1 minute') AT TIME ZONE 'America/New_York'",
    "Hour": f"(date_trunc('day', {_LOCAL}) + floor(extract(epoch FROM ({_LOCAL})::time) / (3600 * {{count}}))"
    " * {count} * interval '1 hour') AT TIME ZONE 'America/New_York'",
    "Day": f"date_trunc('day', {_LOCAL}) AT TIME ZONE 'America/New_York'",
    "Week": f"date_trunc('week', {_LOCAL}) AT TIME ZONE 'America/New_York'",
    "Month": f"(date_trunc('year', {_LOCAL}) + floor((extract(month FROM {_LOCAL}) - 1) / {{count}})"
    " * {count} * interval '1 month') AT TIME ZONE 'America/New_York'",
}
