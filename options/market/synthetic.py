"""A market made of arithmetic: the same seed, symbol and time always give the same price.

A share moves around its base price as a sum of smooth waves over trading time, which stands
still while the market is closed, so a price is continuous from one session into the next and
stays within bounds. An option is worth its Black-Scholes value on that share, with a
volatility smile and no interest: so no call or put is ever worth less than exercising it,
and early exercise gains nothing. This models a market; nobody's money is computed here, so
floats are right, and every price leaves as a Decimal on its tick.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

from brokerage import market_calendar
from options.choices import Right, TickClass
from options.market.interface import NO_SPOTS, Instrument, Quote
from options.market.universe import UNIVERSE
from options.market.volumes import contract_volume, share_of_day, share_volume
from options.rules.contracts import ContractTerms
from options.rules.expirations import stops_trading_at
from options.rules.increments import STEP_CHANGE, TICKS

ANCHOR = date(2024, 1, 24)  # At this day's open every share is at its base price.
WAVES = (0.37, 1.7, 6.1, 23.0, 71.0, 260.0)  # Periods, in sessions.
WAVE_HEIGHT = 0.3  # Of the move that chance would make in one period.
SESSIONS_A_YEAR = 252
SECONDS_A_YEAR = 365 * 86_400
SKEW, CURVATURE = -0.05, 0.02  # Of the smile, per standard deviation from the money.
EPSILON = 1e-9  # Of a cent: a price on its tick stays there despite the float.
SIZE_LASTS = 300  # Seconds until sizes change.

_TICK_CENTS = {name: (int(below * 100), int(above * 100)) for name, (below, above) in TICKS.items()}
_STEP_CHANGE_CENTS = int(STEP_CHANGE * 100)


@dataclass(frozen=True)
class _Path:
    """How one share moves: its base, its volatility, and the waves of its logarithm."""

    base: float
    volatility: float
    waves: tuple[tuple[float, float, float], ...]  # Height, angular speed per session, phase.

    def at(self, sessions: float) -> float:
        wander = sum(
            height * (math.sin(speed * sessions + phase) - math.sin(phase)) for height, speed, phase in self.waves
        )
        return self.base * math.exp(self.volatility * wander)


class SyntheticMarket:
    """The source of quotes of the sandbox (`options.market.interface.MarketSource`)."""

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def quotes(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Quote]:
        """Answer a quote for every share, and for every contract that has not expired by `at`."""
        moment = _market_moment(at)
        values = self._values(instruments, moment, spots, lambda expires_at: expires_at > at)
        bucket = int(moment.timestamp()) // SIZE_LASTS
        traded = self._volumes(moment)
        return {
            instrument.symbol: self._quote(instrument, value, bucket, moment, traded(instrument))
            for instrument, value in values
        }

    def closing_prices(self, instruments: Iterable[Instrument], session_date: date) -> dict[str, Decimal]:
        """Answer the last price of every instrument that traded at the close of that session."""
        session = market_calendar.session_on(session_date)
        if session is None:
            return {}
        close = session.closes_at
        values = self._values(instruments, close, NO_SPOTS, lambda expires_at: expires_at >= close)
        return {instrument.symbol: _last(instrument, value) for instrument, value in values}

    def spot(self, symbol: str, at: datetime) -> Decimal:
        """Answer the price that a share trades around as of `at`, to four places."""
        return _four_places(_path(self.seed, symbol).at(_sessions_elapsed(_market_moment(at))))

    def _values(
        self,
        instruments: Iterable[Instrument],
        moment: datetime,
        spots: Mapping[str, Decimal],
        is_live: Callable[[datetime], bool],
    ) -> Iterator[tuple[Instrument, float]]:
        known: dict[str, float] = {}
        for instrument in instruments:
            underlying = instrument.underlying_symbol
            if instrument.terms is None:
                yield instrument, float(self.spot(underlying, moment))
                continue
            expires_at = stops_trading_at(instrument.terms.expiration_date)
            if not is_live(expires_at):
                continue
            if underlying not in known:
                known[underlying] = float(spots.get(underlying) or self.spot(underlying, moment))
            years = max((expires_at - moment).total_seconds(), 0) / SECONDS_A_YEAR
            volatility = _path(self.seed, underlying).volatility
            # What a contract delivers and what its strike extends by part ways once a
            # corporate action adjusts it (domain rule SY-5).
            spot = known[underlying] * instrument.deliverable / instrument.multiplier
            yield instrument, contract_value(instrument.terms, spot, volatility, years)

    def _volumes(self, moment: datetime) -> Callable[[Instrument], int]:
        """Answer what says of an instrument how much of it has traded in the session of that moment."""
        session = market_calendar.last_session(moment)
        length = (session.closes_at - session.opens_at).total_seconds()
        passed = share_of_day((moment - session.opens_at).total_seconds() / length)
        elapsed = _sessions_elapsed(session.opens_at)
        opening: dict[str, float] = {}

        def traded(instrument: Instrument) -> int:
            dice = crc32(f"{self.seed} {instrument.symbol} {session.date}".encode())
            if instrument.terms is None:
                return int(share_volume(dice) * passed)
            symbol = instrument.underlying_symbol
            if symbol not in opening:
                opening[symbol] = _path(self.seed, symbol).at(elapsed)
            days = (instrument.terms.expiration_date - session.date).days
            return int(contract_volume(instrument.terms, opening[symbol], days, dice) * passed)

        return traded

    def _quote(self, instrument: Instrument, value: float, bucket: int, moment: datetime, volume: int) -> Quote:
        dice = crc32(f"{self.seed} {instrument.symbol} {bucket}".encode())
        bid_size, ask_size = 5 + dice % 96, 5 + dice // 96 % 96
        is_share = instrument.terms is None
        bid, ask = _share_sides(value) if is_share else _contract_sides(instrument.tick_class, value)
        last = _last(instrument, value)
        return Quote(instrument.symbol, bid, ask, bid_size if bid is not None else 0, ask_size, last, moment, volume)


# --- Shares --------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _path(seed: str, symbol: str) -> _Path:
    digest = blake2b(f"{seed}:{symbol}".encode(), digest_size=32).digest()
    fractions = [int.from_bytes(digest[i : i + 2]) / 65_536 for i in range(0, 32, 2)]
    known = UNIVERSE.get(symbol)
    base = known.base_price if known else round(10 * 30 ** fractions[0], 2)
    volatility = known.volatility if known else 0.20 + 0.40 * fractions[1]
    waves = []
    for place, period in enumerate(WAVES):
        period *= 0.85 + 0.30 * fractions[2 + place]
        height = WAVE_HEIGHT * math.sqrt(period / SESSIONS_A_YEAR)
        waves.append((height, 2 * math.pi / period, 2 * math.pi * fractions[8 + place]))
    return _Path(base, volatility, tuple(waves))


def _market_moment(at: datetime) -> datetime:
    return at.astimezone(UTC) if market_calendar.is_open(at) else market_calendar.last_close(at)


def _sessions_elapsed(moment: datetime) -> float:
    session = market_calendar.last_session(moment)
    length = (session.closes_at - session.opens_at).total_seconds()
    passed = (moment - session.opens_at).total_seconds()
    return _sessions_since_anchor(session.date) + min(passed / length, 1.0)


@lru_cache(maxsize=4096)
def _sessions_since_anchor(day: date) -> int:
    first, last = min(day, ANCHOR), max(day, ANCHOR)
    count = sum(1 for session in market_calendar.sessions_between(first, last) if session.date < last)
    return count if day >= ANCHOR else -count


def _share_sides(value: float) -> tuple[Decimal | None, Decimal]:
    if value < 1:
        places = round(value * 10_000)
        return Decimal(max(places - 1, 1)).scaleb(-4), Decimal(max(places - 1, 1) + 2).scaleb(-4)
    half = max(0.5, value * 0.01)  # In cents: a hundredth of a percent of the price.
    return _dollars(_floor(value * 100 - half, 1)), _dollars(_ceiling(value * 100 + half, 1))


# --- Contracts -----------------------------------------------------------------------------------


def contract_value(terms: ContractTerms, spot: float, volatility: float, years: float) -> float:
    """Answer what a contract is worth per unit of premium, `spot` being what one unit delivers."""
    strike, sign = float(terms.strike_price), 1 if terms.right is Right.CALL else -1
    intrinsic = max(sign * (spot - strike), 0.0)
    spread = volatility * math.sqrt(years)
    if spread <= 0:
        return intrinsic
    distance = math.log(spot / strike)
    away = max(-3.0, min(3.0, -distance / spread))
    spread *= 1 + SKEW * away + CURVATURE * away * away
    d1 = distance / spread + spread / 2
    value = sign * (spot * _normal(sign * d1) - strike * _normal(sign * (d1 - spread)))
    return max(value, intrinsic)


def _normal(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def _contract_sides(tick_class: TickClass, value: float) -> tuple[Decimal | None, Decimal]:
    cents = value * 100
    half = min(max(_tick(tick_class, cents) / 2, cents * 0.01), 25.0)
    bid = _floor(cents - half, _tick(tick_class, cents - half))
    ask = _ceiling(cents + half, _tick(tick_class, cents + half))
    return (_dollars(bid) if bid > 0 else None), _dollars(ask)


def _last(instrument: Instrument, value: float) -> Decimal:
    if instrument.terms is None:
        return _dollars(round(value * 100)) if value >= 1 else _four_places(value)
    cents = max(value * 100, 0.5)
    return _dollars(_ceiling(cents, _tick(instrument.tick_class, cents)))


def _tick(tick_class: TickClass, cents: float) -> int:
    below, above = _TICK_CENTS[tick_class]
    return below if cents < _STEP_CHANGE_CENTS else above


def _floor(cents: float, tick: int) -> int:
    return math.floor(cents / tick + EPSILON) * tick


def _ceiling(cents: float, tick: int) -> int:
    return math.ceil(cents / tick - EPSILON) * tick


@lru_cache(maxsize=65_536)
def _dollars(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _four_places(value: float) -> Decimal:
    return Decimal(round(value * 10_000)).scaleb(-4)
