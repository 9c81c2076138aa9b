"""What `columns` computes, for one instrument at one moment in plain floats.

Arrays pay off from some dozen elements on. An order looks at one quote, and waits for it: here it
takes a tenth of the time. A property test compares the two.
"""

import math

from options.choices import Right
from options.market.columns import SECONDS_A_YEAR, TICK_CENTS
from options.market.history import Quoted
from options.market.paths import Path, path_of, sessions_since_anchor
from options.market.prints import MICROSECOND, Prints, newest_before
from options.market.values import (
    BETWEEN,
    BID,
    CENT,
    CURVATURE,
    EPSILON,
    LEAST_PREMIUM,
    SKEW,
    STEP_CHANGE_CENTS,
    UNITS,
)
from options.market.volumes import TURN, UNEVENNESS
from options.rules.expirations import stops_trading_at

_MASK = 2**64 - 1


def quoted(seed: str, prints: Prints, passed: int, share: float, given: float | None) -> Quoted:
    """Answer how an instrument is quoted so many microseconds after the open.

    `share` is the part of the day's volume that has traded by then, `given` a price of the
    underlying that stands in for the market's own.
    """
    bid, ask, _, _ = _sides(seed, prints, passed, given)
    k = _made_by(prints, passed, share)
    if k:
        return Quoted(bid, ask, _price(seed, prints, k, given), _traded(prints, k))
    older = newest_before(seed, prints.instrument, prints.session.date)
    return Quoted(bid, ask, _price(seed, older, older.count, given) if older else 0, 0)


def _chance(prints: Prints, k: int) -> int:
    mixed = (prints.dice + k * 0x9E3779B97F4A7C15) & _MASK
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
    return mixed ^ mixed >> 31


def _passed(prints: Prints, k: int) -> int:
    if k in (1, prints.count):
        return 0 if k == 1 else prints.length
    share = (k - 1 + (_chance(prints, k) & 0xFFFF) / 65_536) / prints.count
    return int((share - UNEVENNESS * math.sin(TURN * share) / TURN) * prints.length)


def _traded(prints: Prints, k: int) -> int:
    if k >= prints.count:
        return prints.volume
    chance = (_chance(prints, k) >> 16 & 0xFFFF) / 65_536
    return k + math.floor((prints.volume - prints.count) * ((k - chance) / prints.count))


def _made_by(prints: Prints, passed: int, share: float) -> int:
    if not prints.count or passed >= prints.length:
        return prints.count
    made = min(max(int(share * prints.count), 1), prints.count - 1)
    made -= _passed(prints, made) > passed
    return made + (_passed(prints, made + 1) <= passed)


def _price(seed: str, prints: Prints, k: int, given: float | None) -> int:
    bid, ask, fair, least = _sides(seed, prints, _passed(prints, k), given)
    side = BETWEEN if k in (1, prints.count) else (_chance(prints, k) >> 32 & 0xFF) % 3
    if side == BETWEEN:
        return fair
    return max(bid, least) if side == BID and bid else ask


def _sides(seed: str, prints: Prints, passed: int, given: float | None) -> tuple[int, int, int, int]:
    instrument, terms = prints.instrument, prints.instrument.terms
    path = path_of(seed, instrument.underlying_symbol)
    spot = path.at(sessions_since_anchor(prints.session.date) + passed / prints.length)
    if terms is None:
        return _share_sides(spot)
    below, above = TICK_CENTS[instrument.tick_class]
    left = (stops_trading_at(terms.expiration_date) - prints.session.opens_at) // MICROSECOND - passed
    strike, sign = float(terms.strike_price), 1 if terms.right is Right.CALL else -1
    delivered = instrument.deliverable / instrument.multiplier
    far = _far_side(spot, sign, is_closed=passed >= prints.length) if given is None else given
    exercise = max(sign * (far * delivered - strike), 0.0)
    unit = (spot if given is None else given) * delivered
    value = _value(strike, sign, unit, path, max(left / 1_000_000, 0.0) / SECONDS_A_YEAR)
    return _contract_sides(max(value, exercise) * 100, exercise * 100, below, above)


def _far_side(spot: float, sign: int, *, is_closed: bool) -> float:
    bid, ask, fair, _ = _share_sides(spot)
    return (fair if is_closed else ask if sign > 0 else bid) / UNITS


def _contract_sides(value: float, exercise: float, below: int, above: int) -> tuple[int, int, int, int]:

    def down(price: float) -> int:
        tick = below if price < STEP_CHANGE_CENTS else above
        return math.floor(price / tick + EPSILON) * tick

    def up(price: float) -> int:
        tick = below if price < STEP_CHANGE_CENTS else above
        return math.ceil(price / tick - EPSILON) * tick

    least = exercise + LEAST_PREMIUM
    cents = max(value, least)
    half = min(max((below if cents < STEP_CHANGE_CENTS else above) / 2, cents * 0.01), 25.0)
    ask = up(cents + half)
    bid = max(down(cents - half), up(2 * least - ask), 0)
    return bid * CENT, ask * CENT, up(max(value, 0.5)) * CENT, up(max(exercise, 0.5)) * CENT


def _share_sides(value: float) -> tuple[int, int, int, int]:
    if value < 1:
        small = max(round(value * UNITS) - 1, 1)
        return small, small + 2, round(value * UNITS), 0
    cents, half = value * 100, max(0.5, value * 0.01)
    bid, ask = math.floor(cents - half + EPSILON), math.ceil(cents + half - EPSILON)
    return bid * CENT, ask * CENT, round(cents) * CENT, 0


def _value(strike: float, sign: int, spot: float, path: Path, years: float) -> float:
    intrinsic = max(sign * (spot - strike), 0.0)
    spread = path.volatility * math.sqrt(years)
    if spread <= 0:
        return intrinsic
    distance = math.log(spot / strike)
    away = max(-3.0, min(3.0, -distance / spread))
    spread *= 1 + SKEW * away + CURVATURE * away * away
    d1 = distance / spread + spread / 2
    return max(sign * (spot * _normal(sign * d1) - strike * _normal(sign * (d1 - spread))), intrinsic)


def _normal(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))
