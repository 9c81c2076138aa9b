from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from options.rules.bars import Bar, Trade, bars_of_trades, wider_bars
from options.rules.timeframes import DAY, MINUTE, Timeframe, Unit

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)

made = st.lists(
    st.tuples(st.integers(0, 9 * 86_400), st.integers(1, 500_000), st.integers(1, 10_000)), min_size=1, max_size=60
).map(lambda rows: [trade(passed, Decimal(cents) / 100, size) for passed, cents, size in sorted(rows)])


def trade(passed: int, price: Decimal, size: int) -> Trade:
    return Trade(OPEN + timedelta(seconds=passed), price, size, "C", "I", passed)


def test_a_bar_says_what_was_paid_first_most_least_and_last():
    trades = [
        trade(0, Decimal("2.00"), 1),
        trade(20, Decimal("2.50"), 2),
        trade(59, Decimal("1.90"), 3),
        trade(60, Decimal("2.10"), 4),
    ]

    first, second = bars_of_trades(trades, MINUTE)

    average = Decimal("2.116667")  # 12.70 for six.
    assert first == Bar(OPEN, Decimal("2.00"), Decimal("2.50"), Decimal("1.90"), Decimal("1.90"), 6, 3, average)
    assert (second.at, second.open, second.volume, second.vwap) == (
        OPEN + timedelta(minutes=1),
        trades[3].price,
        4,
        trades[3].price,
    )


def test_without_trades_there_are_no_bars():
    assert list(bars_of_trades([], DAY)) == list(wider_bars([], DAY)) == []


@given(made, st.sampled_from([MINUTE, Timeframe(1, Unit.HOUR), DAY]))
def test_bars_keep_every_trade(trades, timeframe):
    bars = list(bars_of_trades(trades, timeframe))

    assert sum(bar.volume for bar in bars) == sum(one.size for one in trades)
    assert sum(bar.trades for bar in bars) == len(trades)
    assert [bar.at for bar in bars] == sorted({timeframe.start_of(one.at) for one in trades})
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)
    assert all(bar.low <= bar.vwap <= bar.high for bar in bars)


@given(made, st.sampled_from([Timeframe(1, Unit.HOUR), DAY, Timeframe(1, Unit.WEEK)]))
def test_wider_bars_are_those_of_the_trades(trades, timeframe):
    wider = list(wider_bars(bars_of_trades(trades, MINUTE), timeframe))

    straight = list(bars_of_trades(trades, timeframe))
    assert [replace(bar, vwap=0) for bar in wider] == [replace(bar, vwap=0) for bar in straight]
    for one, other in zip(wider, straight, strict=True):
        assert abs(one.vwap - other.vwap) <= Decimal("0.000002")
