"""What comes in from a market: kept once, the newest wins, bars follow, and days are made and dropped."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from brokerage import clock
from options.market.interface import Bar
from options.models import BarToBuild, DailyBar, LatestValue, MarketStanding, MinuteBar, StoredQuote, StoredTrade
from options.services.market_bars import build_bars, build_minutes, find_waiting
from options.services.market_days import keep_days, make_days
from options.services.market_intake import note_trouble, take_in
from tests.options.market_data import new_york, quote, trade
from tests.runtime import runtime_role

pytestmark = pytest.mark.django_db
PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1"


def parts(table):
    with connection.cursor() as cursor:
        cursor.execute(PARTS, [table])
        return [row[0] for row in cursor.fetchall()]


# --- Intake --------------------------------------------------------------------------------------


def test_the_newest_quote_wins_whatever_the_order_and_history_keeps_all():
    first = quote("AAPL", "2024-01-24 10:00", "190.00", "190.02")
    second = quote("AAPL", "2024-01-24 10:01", "191", None)

    late = take_in(quotes=[second]), take_in(quotes=[first, second])

    assert [(one.quotes, one.moved) for one in late] == [(1, 1), (1, 0)]
    assert StoredQuote.objects.count() == 2
    newest = LatestValue.objects.get()
    assert (newest.symbol, newest.quoted_at, newest.bid_price, newest.ask_price) == ("AAPL", second.at, 191, None)


def test_trades_of_one_moment_are_told_apart_by_number():
    made = [trade("2024-01-24 10:00", "190", 5, number) for number in (2, 1)]

    take_in(trades=[("AAPL", one) for one in made])
    again = take_in(trades=[("AAPL", made[0])])

    assert (again.trades, StoredTrade.objects.count(), LatestValue.objects.get().trade_number) == (0, 2, 2)


def test_bars_of_before_fill_what_is_not_there_and_an_older_trade_makes_none():
    ours = trade("2024-01-24 10:00:30", "190", 5)
    take_in(trades=[("AAPL", ours)])
    build_minutes()
    prices = [Decimal(price) for price in ("190", "192", "189", "191")]
    bars = [Bar(new_york(f"2024-01-24 {at}"), *prices, 100, 9, Decimal(190)) for at in ("10:00", "10:01", "10:02")]
    impossible = replace(bars[2], low=Decimal(191))

    taken = take_in(
        newest=[("AAPL", trade("2024-01-24 10:01:59", "191"))],
        minutes=[("AAPL", bar) for bar in [*bars[:2], impossible]],
    )

    assert (taken.trades, taken.moved, StoredTrade.objects.count()) == (0, 1, 1)
    assert LatestValue.objects.get().trade_price == 191
    assert list(MinuteBar.objects.order_by("at").values_list("volume", flat=True)) == [5, 100]
    assert [one.is_daily for one in BarToBuild.objects.all()] == [True]
    build_bars(at=new_york("2024-01-25 00:00"))
    assert (DailyBar.objects.get().volume, DailyBar.objects.get().is_built) == (105, True)
    theirs = [replace(bars[0], at=new_york(f"2024-01-{day} 00:00")) for day in (23, 24)]
    take_in(days=[("AAPL", bar) for bar in theirs])
    assert list(DailyBar.objects.order_by("date").values_list("volume", "is_built")) == [(100, False), (105, True)]


def test_a_crossed_quote_is_left_out_and_the_rest_stands():
    taken = take_in(
        quotes=[
            quote("AAPL", "2024-01-24 10:00", "190.03", "190.02"),
            quote("AAPL", "2024-01-24 10:01", "-1", "2"),
            quote("TSLA", "2024-01-24 10:00", "205", "205"),
        ]
    )

    assert (taken.quotes, taken.refused) == (1, 2)
    assert list(LatestValue.objects.values_list("symbol", flat=True)) == ["TSLA"]


def test_a_moment_of_nowhen_is_left_out_and_the_rest_stands():
    never, epoch = datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
    good, paid = quote("AAPL", "2024-01-24 10:00", "1", "2"), trade("2024-01-24 10:00", "1")

    taken = take_in(
        quotes=[replace(good, at=never), replace(good, at=epoch), good],
        trades=[("AAPL", replace(paid, at=at)) for at in (never, epoch)],
    )

    assert (taken.quotes, taken.trades, taken.refused) == (1, 0, 4)
    assert parts("options_storedtrade") == ["options_storedtrade_20240124"]


def test_rows_go_in_by_key_so_that_two_feeds_do_not_lock_each_other_out():
    at = "2024-01-24 10:00"
    take_in(
        quotes=[quote(symbol, at, "1", "2") for symbol in ("TSLA", "AAPL", "SPY")],
        trades=[("TSLA", trade(at, "1")), *(("AAPL", trade(at, "1", 1, number)) for number in (2, 1))],
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT symbol FROM options_storedquote ORDER BY ctid")
        quoted = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT symbol, number FROM options_storedtrade ORDER BY ctid")
        assert cursor.fetchall() == [("AAPL", 1), ("AAPL", 2), ("TSLA", 0)]
    assert quoted == ["AAPL", "SPY", "TSLA"]


def test_what_is_older_than_a_fed_market_keeps_is_the_newest_value_and_nothing_else(settings, monkeypatch):
    old, kept = trade("2024-01-24 10:00", "10", 5), trade("2024-01-25 00:00", "11", 5)
    take_in(trades=[("AAPL", old), ("AAPL", replace(old, price=Decimal(12), number=1))])
    while build_bars(at=new_york("2024-01-25 10:00")):
        pass
    keep_days(new_york("2024-02-29").date())
    settings.MARKET_SOURCE = "alpaca"
    monkeypatch.setattr(clock, "real_now", lambda: new_york("2024-02-29 10:00"))

    taken = take_in(
        trades=[("AAPL", old), ("TSLA", old), ("TSLA", kept)], quotes=[quote("SPY", "2024-02-21 10:00", "1", "2")]
    )

    waiting = BarToBuild.objects.values_list("symbol", "at")
    assert (taken.trades, taken.quotes, taken.moved) == (1, 0, 2)
    assert list(waiting) == [("TSLA", kept.at)]
    assert not StoredTrade.objects.filter(symbol="AAPL").exists()
    assert (MinuteBar.objects.get().volume, DailyBar.objects.get().volume) == (10, 10)
    assert set(LatestValue.objects.values_list("symbol", flat=True)) == {"AAPL", "SPY", "TSLA"}


def test_trouble_stands_until_the_source_answers_again():
    take_in(heard_at=new_york("2024-01-24 10:00"))
    note_trouble("the vendor refuses the key")
    said = MarketStanding.objects.get()
    take_in(heard_at=new_york("2024-01-24 09:59"))
    after = MarketStanding.objects.get()

    assert (said.heard_at, said.trouble) == (new_york("2024-01-24 10:00"), "the vendor refuses the key")
    assert (after.heard_at, after.trouble) == (new_york("2024-01-24 10:00"), "")


# --- Bars ----------------------------------------------------------------------------------------


def test_bars_follow_the_trades_and_are_built_again_for_a_late_one():
    made = [trade("2024-01-24 10:00:05", "10", 1, 1), trade("2024-01-24 10:00:50", "12", 3, 2)]
    take_in(trades=[("AAPL", one) for one in made])
    build_bars(at=new_york("2024-01-24 10:01"))
    before = MinuteBar.objects.get()

    take_in(trades=[("AAPL", trade("2024-01-24 10:00:01", "9", 4, 0))])
    build_bars(at=new_york("2024-01-24 10:02"))

    after = MinuteBar.objects.get()
    assert (before.open, before.high, before.low, before.close, before.volume, before.trades) == (10, 12, 10, 12, 4, 2)
    assert (after.open, after.high, after.low, after.close, after.volume, after.trades) == (9, 12, 9, 12, 8, 3)
    assert (before.vwap, after.vwap) == (Decimal("11.5"), Decimal("10.25"))


def test_a_day_is_built_once_it_is_over():
    made = trade("2024-01-24 09:30", "10", 2), trade("2024-01-24 15:59:59", "8", 2)
    take_in(trades=[("AAPL", one) for one in made])
    while build_bars(at=new_york("2024-01-24 15:59:59")):
        pass
    early = DailyBar.objects.count()

    while build_bars(at=new_york("2024-01-24 16:00")):
        pass

    day = DailyBar.objects.get()
    assert (early, day.date, day.open, day.low, day.close, day.volume) == (0, date(2024, 1, 24), 10, 8, 8, 4)
    assert not BarToBuild.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_trade_that_comes_while_its_minute_is_built_is_not_lost():
    """Nobody sees it before it is committed: so its minute has to be built once more."""
    take_in(trades=[("AAPL", trade("2024-01-24 10:00:05", "10", 1, 1))])
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO options_storedtrade SELECT symbol, at, 2, 11, 1, 'N', '' FROM options_storedtrade;"
                "INSERT INTO options_bartobuild SELECT * FROM options_bartobuild"
                " ON CONFLICT (symbol, at, is_daily) DO UPDATE SET is_daily = false"
            )
            meanwhile, waits = build_minutes(), find_waiting(at=new_york("2024-01-24 10:01"))
            cursor.execute("COMMIT")
    finally:
        other.close()

    assert (meanwhile, waits) == (0, True)
    assert build_minutes() == 1
    assert not find_waiting(at=new_york("2024-01-24 15:59"))
    assert find_waiting(at=new_york("2024-01-24 16:00"))
    assert MinuteBar.objects.get().volume == 2
    with connection.cursor() as cursor:  # what is flushed after a test keeps its days
        for kind in ("storedquote", "storedtrade", "minutebar"):
            cursor.execute("SELECT drop_market_days(%s, '2100-01-01')", [f"options_{kind}"])


# --- Days ----------------------------------------------------------------------------------------


def test_a_day_is_made_once_in_three_tables_by_a_role_that_owns_none():
    with runtime_role():
        made = make_days([date(2024, 1, 24)]), make_days([date(2024, 1, 24)])

    assert made == (3, 0)
    assert parts("options_storedtrade") == ["options_storedtrade_20240124"]


def test_a_day_begins_at_midnight_in_new_york_on_both_sides_of_summer_time():
    moments = ["2024-03-10 00:00", "2024-03-10 23:59:59", "2024-11-03 00:00", "2024-11-03 23:59:59"]

    take_in(quotes=[quote("AAPL", at, "1", "2") for at in moments])

    assert parts("options_storedquote") == ["options_storedquote_20240310", "options_storedquote_20241103"]
    assert StoredQuote.objects.count() == 4


def test_old_days_go_and_each_kind_is_kept_for_as_long_as_it_says(settings):
    take_in(
        quotes=[quote("AAPL", f"2024-01-{day} 10:00", "1", "2") for day in (16, 17)],
        trades=[("AAPL", trade("2024-01-16 10:00", "1"))],
    )

    with runtime_role():
        dropped = keep_days(date(2024, 1, 24))

    assert dropped == 1
    assert [one.at for one in StoredQuote.objects.all()] == [new_york("2024-01-17 10:00")]
    assert StoredTrade.objects.count() == 1
    assert "options_storedquote_20240127" in parts("options_storedquote")  # days to come


def test_nothing_else_can_be_dropped_so():
    with pytest.raises(DatabaseError, match="is not cut by day"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT drop_market_days('trading_posting', '2100-01-01')")
