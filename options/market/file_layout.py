"""What a file of market data looks like: its kinds, their columns, and what a row of each may not say.

The layout is documented in docs/market-data-file.md. Columns are arrow arrays; faults are found for
a batch of rows at once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from brokerage.market_calendar import NEW_YORK, days_to_live_in

PRICE, AVERAGE = pa.decimal128(18, 4), pa.decimal128(20, 6)
COUNT, BIG_COUNT, TEXT, DAY = pa.int32(), pa.int64(), pa.string(), pa.date32()
MOMENT = pa.timestamp("us", "UTC")
Columns = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of file: what its header tells it by, where it goes, and what it holds.

    `defaults` names the columns that may be left out, `nullable` those that may be empty.
    """

    name: str
    table: str
    columns: Mapping[str, pa.DataType]
    faults: Callable[[Columns], Iterator[tuple[Any, str]]]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    nullable: frozenset[str] = frozenset()

    @property
    def time(self) -> str:
        """Answer the name of the column that says when."""
        return "date" if "date" in self.columns else "at"

    @property
    def key(self) -> tuple[str, ...]:
        """Answer the columns that tell rows apart."""
        return ("symbol", "at", "number") if "number" in self.columns else ("symbol", self.time)


def _quote_faults(columns: Columns) -> Iterator[tuple[Any, str]]:
    bid, ask = columns["bid_price"], columns["ask_price"]
    yield pc.greater(bid, ask), "the quote is crossed: its bid is above its ask"
    yield pc.or_kleene(_below(bid, 0), _below(ask, 0)), "a price is negative"
    yield pc.or_(_below(columns["bid_size"], 0), _below(columns["ask_size"], 0)), "a size is negative"


def _trade_faults(columns: Columns) -> Iterator[tuple[Any, str]]:
    yield pc.invert(pc.greater(columns["price"], pa.scalar(0, PRICE))), "the price is not above zero"
    yield _below(columns["size"], 1), "the size is not above zero"


def _bar_faults(columns: Columns) -> Iterator[tuple[Any, str]]:
    low, high = columns["low"], columns["high"]
    outside = [
        test for name in ("open", "close") for test in (pc.less(columns[name], low), pc.greater(columns[name], high))
    ]
    yield pc.or_(pc.or_(*outside[:2]), pc.or_(*outside[2:])), "open and close do not lie between low and high"
    yield pc.invert(pc.greater(low, pa.scalar(0, PRICE))), "the low is not above zero"
    yield pc.or_(_below(columns["volume"], 1), _below(columns["trades"], 0)), "the volume is not above zero"


def _minute_faults(columns: Columns) -> Iterator[tuple[Any, str]]:
    yield pc.not_equal(pc.floor_temporal(columns["at"], unit="minute"), columns["at"]), "the time is not a full minute"
    yield from _bar_faults(columns)


def _below(column: Any, least: int) -> Any:
    return pc.less(column, pa.scalar(least, column.type))


_BAR = {
    **dict.fromkeys(("open", "high", "low", "close"), PRICE),
    "volume": BIG_COUNT,
    "trades": COUNT,
    "vwap": AVERAGE,
}
_SIDES = ("bid", "ask")
QUOTES = Kind(
    "quotes",
    "options_storedquote",
    {"symbol": TEXT, "at": MOMENT}
    | {f"{side}_{name}": kind for side in _SIDES for name, kind in (("price", PRICE), ("size", COUNT))}
    | {"bid_exchange": TEXT, "ask_exchange": TEXT, "condition": TEXT},
    _quote_faults,
    {"bid_exchange": "", "ask_exchange": "", "condition": "", "bid_size": 0, "ask_size": 0},
    frozenset({"bid_price", "ask_price"}),
)
TRADES = Kind(
    "trades",
    "options_storedtrade",
    {"symbol": TEXT, "at": MOMENT, "number": BIG_COUNT, "price": PRICE, "size": COUNT}
    | {"exchange": TEXT, "condition": TEXT},
    _trade_faults,
    {"number": 0, "exchange": "", "condition": ""},
)
MINUTE_BARS = Kind(
    "minute bars",
    "options_minutebar",
    {"symbol": TEXT, "at": MOMENT} | _BAR,
    _minute_faults,
    {"trades": 0, "vwap": "close"},
)
DAILY_BARS = Kind(
    "daily bars",
    "options_dailybar",
    {"symbol": TEXT, "date": DAY} | _BAR,
    _bar_faults,
    {"trades": 0, "vwap": "close"},
)
KINDS = (QUOTES, TRADES, MINUTE_BARS, DAILY_BARS)
LENGTHS = {"symbol": 32, "bid_exchange": 1, "ask_exchange": 1, "exchange": 1, "condition": 8}


def kind_of(header: list[str]) -> Kind | None:
    """Answer the kind of file that has these columns: all that it needs, each once, and none that it does not know."""
    named = set(header)
    if len(named) < len(header):
        return None
    return next((kind for kind in KINDS if kind.columns.keys() - kind.defaults <= named <= kind.columns.keys()), None)


def day_of(time: datetime | date) -> date:
    """Answer the day in New York of a moment, and a day itself as it is."""
    return time.astimezone(NEW_YORK).date() if isinstance(time, datetime) else time


def known_days() -> tuple[Any, Any, Any, Any]:
    """Answer the first and the last moment and day that the market calendar knows."""
    first, last = days_to_live_in()
    return _midnight(first), _midnight(last), pa.scalar(first, DAY), pa.scalar(last, DAY)


def _midnight(day: date) -> Any:
    return pa.scalar(datetime.combine(day, datetime.min.time(), NEW_YORK).astimezone(UTC), MOMENT)
