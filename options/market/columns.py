"""The trades of the made-up market, computed in arrays: one element for each trade.

Trade k of N is made where (k - 1 + chance) / N of the day's volume has traded, the first at the open
and the last at the close, and how much has traded by then is a function of k too: so the newest
trade of any moment, and the volume until then, are found without listing the day. It is made at the
bid, at the offer or between, as both are at that very moment.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from options.choices import Right
from options.market.interface import NO_SPOTS, Trade
from options.market.paths import path_of, sessions_since_anchor
from options.market.prints import MICROSECOND, Prints
from options.market.values import (
    BETWEEN,
    UNITS,
    Floats,
    Whole,
    contract_sides,
    contract_values,
    dollars,
    exercise_values,
    fair_contract_prices,
    paid,
    share_prices,
)
from options.market.volumes import TURN, UNEVENNESS, share_of_day
from options.rules.expirations import stops_trading_at
from options.rules.increments import TICKS

SECONDS_A_YEAR = 365 * 86_400

TICK_CENTS = {name: (int(below * 100), int(above * 100)) for name, (below, above) in TICKS.items()}


class Sides(NamedTuple):
    """What is bid, asked, fair, and what exercising brings, in ten-thousandths."""

    bid: Whole
    ask: Whole
    fair: Whole
    least: Whole


class Columns:
    """The trades of some instruments in some sessions. Rows are places in `prints`, k counts a row's trades from 1."""

    def __init__(self, seed: str, prints: Sequence[Prints], spots: Mapping[str, Decimal] = NO_SPOTS) -> None:
        self.seed, self.prints, self.spots = seed, prints, spots
        self.dice = np.array([one.dice for one in prints], np.uint64)
        whole = np.array([(one.volume, one.count, one.length) for one in prints], np.int64).reshape(-1, 3)
        self.volume, self.count, self.length = whole.T
        underlyings: dict[str, int] = {}
        self.path = np.array(
            [underlyings.setdefault(one.instrument.underlying_symbol, len(underlyings)) for one in prints], np.intp
        )
        paths = [path_of(seed, symbol) for symbol in underlyings]
        self.base, self.volatility, self.start = np.array(
            [(one.base, one.volatility, one.start) for one in paths], np.float64
        ).T
        self.waves = np.array([one.waves for one in paths], np.float64).transpose(1, 2, 0)  # Wave, fact, path.
        self.given = np.array([float(spots.get(symbol) or "nan") for symbol in underlyings], np.float64)
        self.elapsed = np.array([sessions_since_anchor(one.session.date) for one in prints], np.float64)
        self.is_share = np.array([one.instrument.terms is None for one in prints], np.bool_)
        self.facts = np.array([_facts(one) for one in prints], np.float64).reshape(-1, 6).T

    # --- When, and how much ----------------------------------------------------------------------

    def chances(self, rows: NDArray[np.intp], k: Whole) -> NDArray[np.uint64]:
        """Answer 64 bits of chance for each trade, always the same (the finalizer of SplitMix64)."""
        mixed = self.dice[rows] + k.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        return mixed ^ mixed >> np.uint64(31)

    def passed(self, rows: NDArray[np.intp], k: Whole) -> Whole:
        """Answer how many microseconds after the open each trade is made."""
        count, length = self.count[rows], self.length[rows]
        chance = (self.chances(rows, k) & np.uint64(0xFFFF)).astype(np.float64) / 65_536
        share = (k - 1 + chance) / count
        made = (share - UNEVENNESS * np.sin(TURN * share) / TURN) * length
        return np.where(k == 1, 0, np.where(k == count, length, made.astype(np.int64)))

    def traded(self, rows: NDArray[np.intp], k: Whole) -> Whole:
        """Answer how much is traded with the first k trades of the day: at least one with each."""
        volume, count = self.volume[rows], self.count[rows]
        chance = (self.chances(rows, k) >> np.uint64(16) & np.uint64(0xFFFF)).astype(np.float64) / 65_536
        cut = k + np.floor((volume - count) * ((k - chance) / count)).astype(np.int64)
        return np.where(k <= 0, 0, np.where(k >= count, volume, cut))

    def made_by(self, passed: int, share: float) -> Whole:
        """Answer how many trades of each row were made so many microseconds after the open.

        `share` is the part of the day's volume that has traded by then.
        """
        rows = np.flatnonzero((self.count > 0) & (passed < self.length))
        made = np.where(passed < self.length, 0, self.count)
        if passed >= 0 and len(rows):
            count = self.count[rows]
            guess = np.clip((share * count).astype(np.int64), 1, count - 1)
            guess -= self.passed(rows, guess) > passed
            guess += self.passed(rows, guess + 1) <= passed
            made[rows] = guess
        return made

    def first_since(self, rows: NDArray[np.intp], k: Whole, passed: Whole) -> Whole:
        """Answer each row's first trade so many microseconds after the open, not many before trade `k`."""
        first, going = k.copy(), np.arange(len(k))
        while len(going):
            before = first[going] - 1
            going = going[(before > 0) & (self.passed(rows[going], before) >= passed[going])]
            first[going] -= 1
        return first

    # --- For what --------------------------------------------------------------------------------

    def sides(self, rows: NDArray[np.intp], passed: Whole) -> Sides:
        """Answer what each row is quoted at, so many microseconds after the open."""
        spot, volatility = self._spots(rows, passed)
        bid, ask, fair = share_prices(spot)
        least = np.zeros(len(rows), np.int64)
        at = np.flatnonzero(~self.is_share[rows])
        if len(at):
            strike, sign, delivered, below, above, left = self.facts[:, rows[at]]
            years = np.maximum((left - passed[at]) / 1_000_000, 0.0) / SECONDS_A_YEAR
            # What a contract delivers and what its strike extends by part ways once a corporate
            # action adjusts it (domain rule SY-5).
            is_closed = passed[at] >= self.length[rows[at]]
            far = np.where(is_closed, fair[at], np.where(sign > 0, ask[at], bid[at])) / UNITS
            if self.spots:
                far = np.where(np.isnan(self.given[self.path[rows[at]]]), far, spot[at])
            exercise = exercise_values(strike, sign, far * delivered)
            value = contract_values(strike, sign, spot[at] * delivered, volatility[at], years)
            value = np.maximum(value, exercise)
            bid[at], ask[at] = contract_sides(value, exercise, below, above)
            fair[at], least[at] = (fair_contract_prices(one, below, above) for one in (value, exercise))
        return Sides(bid, ask, fair, least)

    def prices(self, rows: NDArray[np.intp], k: Whole, passed: Whole) -> Whole:
        """Answer what is paid in each trade, made so many microseconds after the open, in ten-thousandths."""
        side = (self.chances(rows, k) >> np.uint64(32) & np.uint64(0xFF)).astype(np.int64) % 3
        side = np.where((k == 1) | (k == self.count[rows]), BETWEEN, side)
        quoted = self.sides(rows, passed)
        return paid(quoted.bid, quoted.ask, quoted.fair, quoted.least, side)

    def _spots(self, rows: NDArray[np.intp], passed: Whole) -> tuple[Floats, Floats]:
        # One share is the common case: its facts are then one number instead of as many as there are rows.
        path = self.path[rows] if len(self.base) > 1 else np.intp(0)
        sessions = self.elapsed[rows] + passed / self.length[rows]
        wander = np.full(len(rows), -self.start[path])
        for height, speed, phase in self.waves:
            wander += height[path] * np.sin(speed[path] * sessions + phase[path])
        price = np.rint(self.base[path] * np.exp(self.volatility[path] * wander) * 10_000) / 10_000
        given = np.where(self.is_share[rows], np.nan, self.given[path])
        volatility = np.broadcast_to(self.volatility[path], price.shape)
        return np.where(np.isnan(given), price, given), volatility

    # --- As trades -------------------------------------------------------------------------------

    def trades(self, rows: NDArray[np.intp], k: Whole) -> Iterator[Trade]:
        """Yield the trades in the order they are asked for."""
        passed = self.passed(rows, k)
        columns = (
            rows,
            k,
            passed,
            self.prices(rows, k, passed),
            self.traded(rows, k) - self.traded(rows, k - 1),
            self.chances(rows, k),
        )
        first = [one.first_number for one in self.prints]
        for row, number, micros, price, size, chance in zip(*(one.tolist() for one in columns), strict=True):
            prints = self.prints[row]
            at = prints.session.opens_at + timedelta(microseconds=micros)
            exchange, condition = prints.codes(number, chance)
            yield Trade(at, dollars(price), size, exchange, condition, first[row] + number)


def made_by(seed: str, prints: Prints, at: datetime) -> int:
    """Answer how many of the trades were made by then."""
    passed = (at - prints.session.opens_at) // MICROSECOND
    if passed < 0:
        return 0
    if passed >= prints.length:
        return prints.count
    return int(Columns(seed, [prints]).made_by(passed, share_of_day(passed / prints.length))[0])


def _facts(prints: Prints) -> tuple[float, float, float, float, float, float]:
    """Answer strike, sign, what a unit delivers, the two ticks, and how long it still runs; of a share none."""
    instrument, terms = prints.instrument, prints.instrument.terms
    if terms is None:
        return 1.0, 1.0, 1.0, 1.0, 1.0, 0.0
    sign = 1.0 if terms.right is Right.CALL else -1.0
    left = (stops_trading_at(terms.expiration_date) - prints.session.opens_at) // MICROSECOND
    below, above = TICK_CENTS[instrument.tick_class]
    return float(terms.strike_price), sign, instrument.deliverable / instrument.multiplier, below, above, left
