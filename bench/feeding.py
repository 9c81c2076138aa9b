"""Feed the market of an installation as the lines say that come in. Runs within `manage.py shell`.

`flood SECONDS` takes in as many quotes as it can and answers how many a second; `floor SECONDS` copies the same
rows into a bare table; `load ROWS` loads a file of them; `quote SYMBOL PRICE` takes in one, and answers when it
began (`time.perf_counter`).
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psycopg
from django.db.models import Q

from bench import DATA
from bench.book import connect
from brokerage import clock
from brokerage.market_calendar import last_close
from options.market.computed import computed_prices
from options.market.interface import Quote, Trade
from options.models import Asset
from options.services.market import get_quotes
from options.services.market_intake import take_in
from options.services.market_loading import load_market_file

BATCH = 1_000
CENT = Decimal("0.01")
UNDERLYING = "SPY"
BARE = "CREATE TEMPORARY TABLE bare (LIKE options_storedquote INCLUDING INDEXES)"
COPY = (
    "COPY bare (symbol, at, bid_price, bid_size, bid_exchange, ask_price, ask_size, ask_exchange, condition) FROM STDIN"
)


class Feeding:
    """Quotes of a share and of every contract on it in turn, at the prices of the computed market."""

    def __init__(self) -> None:
        quoted = Q(symbol=UNDERLYING) | Q(contract__underlying__symbol=UNDERLYING, contract__retired_at=None)
        with computed_prices():
            quotes = get_quotes(Asset.objects.filter(quoted).order_by("symbol"), clock.real_now())
        self.quotes = sorted(quotes.values(), key=lambda one: one.symbol)
        self.turns = count()
        share = next(one for one in self.quotes if one.symbol == UNDERLYING)
        paid = Trade(clock.real_now(), share.mark or CENT, 100, "C", "", 1)
        take_in(trades=[(UNDERLYING, paid)])  # without it nobody knows what contracts on it imply

    def flood(self, seconds: str) -> float:
        """Take in batch after batch; answer quotes a second."""
        return _as_many(float(seconds), lambda: take_in(quotes=self._batch(), heard_at=clock.real_now()).quotes)

    def load(self, rows: str) -> float:
        """Load a file of so many quotes of the session before; answer rows a second."""
        with TemporaryDirectory() as directory:
            file = Path(directory) / "quotes.csv"
            self._write(file, int(rows))
            began = perf_counter()
            loaded = load_market_file(file=file)
            return loaded.rows / (perf_counter() - began)

    def _write(self, file: Path, rows: int) -> None:
        """Write quotes of each symbol in turn, a second apart, through a session."""
        closes_at = last_close(clock.real_now())
        with file.open("w") as output:
            output.write("symbol,at,bid_price,bid_size,ask_price,ask_size,bid_exchange,ask_exchange,condition\n")
            for turn in range(rows):
                one = self.quotes[turn % len(self.quotes)]
                at = closes_at - timedelta(seconds=6 * 3600 - turn // len(self.quotes))
                prices = f"{one.bid or 0},{one.bid_size},{one.ask or 0},{one.ask_size}"
                output.write(f"{one.symbol},{at.isoformat()},{prices},C,C,A\n")

    def floor(self, seconds: str) -> float:
        """Copy the same rows into one table with the same key, each batch in a commit; answer rows a second."""
        with connect(DATA) as connection:
            connection.execute(BARE)
            return _as_many(float(seconds), lambda: _copy(connection, self._batch()))

    def quote(self, symbol: str, price: str) -> float:
        """Take in one quote; answer when it began."""
        began = perf_counter()
        bid = Decimal(price)
        take_in(quotes=[Quote(symbol, bid, bid + CENT, 10, 10, None, clock.real_now(), None, "C", "C", "A")])
        return began

    def _batch(self) -> Iterator[Quote]:
        for _ in range(BATCH):
            turn = next(self.turns)
            known = self.quotes[turn % len(self.quotes)]
            yield replace(known, at=clock.real_now(), bid_size=turn % 50 + 1)


def _copy(connection: "psycopg.Connection[object]", quotes: Iterator[Quote]) -> int:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for one in quotes:
            bid = (one.bid, one.bid_size, one.bid_exchange)
            copy.write_row((one.symbol, one.at, *bid, one.ask, one.ask_size, one.ask_exchange, one.condition))
    return BATCH


def _as_many(seconds: float, act: Callable[[], int]) -> float:
    done, began = 0, perf_counter()
    while perf_counter() - began < seconds:
        done += act()
    return done / (perf_counter() - began)


def main() -> None:
    """Do what each line says, and answer each by one."""
    feeding = Feeding()
    acts: dict[str, Callable[..., float]] = {
        "flood": feeding.flood,
        "floor": feeding.floor,
        "load": feeding.load,
        "quote": feeding.quote,
    }
    for line in sys.stdin:
        name, *words = line.split()
        print(acts[name](*words), flush=True)
