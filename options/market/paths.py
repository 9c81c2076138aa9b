"""Where the shares of the made-up market are at any moment: a sum of smooth waves over trading time.

Trading time stands still while the market is closed, so a price is continuous from one session
into the next, and the waves keep it within bounds. Each share has waves of its own.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b

from brokerage import market_calendar
from options.market.universe import UNIVERSE

ANCHOR = date(2024, 1, 24)  # At this day's open every share is at its base price.
WAVES = (0.37, 1.7, 6.1, 23.0, 71.0, 260.0)  # Periods, in sessions.
WAVE_HEIGHT = 0.3  # Of the move that chance would make in one period.
SESSIONS_A_YEAR = 252


@dataclass(frozen=True)
class Path:
    """How one share moves: its base, its volatility, and the waves of its logarithm."""

    base: float
    volatility: float
    waves: tuple[tuple[float, float, float], ...]  # Height, angular speed per session, phase.
    start: float  # What the waves are at the anchor.

    def at(self, sessions: float) -> float:
        """Answer the price after so many sessions since the anchor, to four places."""
        wander = -self.start
        for height, speed, phase in self.waves:
            wander += height * math.sin(speed * sessions + phase)
        return round(self.base * math.exp(self.volatility * wander) * 10_000) / 10_000


@lru_cache(maxsize=4096)
def path_of(seed: str, symbol: str) -> Path:
    """Answer how a share moves in the market of that seed."""
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
    start = sum(height * math.sin(phase) for height, _, phase in waves)
    return Path(base, volatility, tuple(waves), start)


def market_moment(at: datetime) -> datetime:
    """Answer the moment itself while the market is open, else its last close."""
    return at.astimezone(UTC) if market_calendar.is_open(at) else market_calendar.last_close(at)


def sessions_elapsed(moment: datetime) -> float:
    """Answer the trading time since the anchor, in sessions."""
    session = market_calendar.last_session(moment)
    length = (session.closes_at - session.opens_at).total_seconds()
    passed = (moment - session.opens_at).total_seconds()
    return sessions_since_anchor(session.date) + min(passed / length, 1.0)


@lru_cache(maxsize=4096)
def sessions_since_anchor(day: date) -> int:
    """Answer how many sessions lie between the anchor and the open of that day, negative before it."""
    first, last = min(day, ANCHOR), max(day, ANCHOR)
    count = sum(1 for session in market_calendar.sessions_between(first, last) if session.date < last)
    return count if day >= ANCHOR else -count
