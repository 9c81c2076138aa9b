"""How much trades in the made-up market, in how many trades and when: most at the open and the close.

A day's total is settled by dice and by the price of the share at the open, and a part of it has
traded by now, so that a volume only grows while a session lasts and is the same for everybody.
Contracts trade near the money and near the end.
"""

import math

from options.rules.contracts import ContractTerms

SHARES_A_DAY = 12_000_000
CONTRACTS_A_DAY = 6_000  # Of a contract at the money that is about to expire.
UNEVENNESS = 0.6  # How far the middle of the day falls behind its ends: 0 is evenly, 1 is not at all at noon.
FALLS_OFF_WITHIN = 0.04  # A strike this far away, as a fraction of the price, is traded a third as much,
WIDER_A_DAY = 0.002  # and further away, the longer it runs.
HALVES_AFTER_DAYS = 20
SHARE_TRADES = 0.4  # Of the square root of a day's volume: a bigger day has more trades and bigger ones.
CONTRACT_TRADES = 1.0
FEWEST_TRADES = 2  # One at the open and one at the close, or none.

TURN = 2 * math.pi


def moment_of(share: float) -> float:
    """Answer which part of the session has passed once that part of the day's volume has traded."""
    return share - UNEVENNESS * math.sin(TURN * share) / TURN


def share_of_day(passed: float) -> float:
    """Answer which part of a day's volume has traded once that part of the session has passed."""
    if passed <= 0 or passed >= 1:
        return min(max(passed, 0.0), 1.0)
    low, high = 0.0, 1.0
    share = passed
    for _ in range(64):  # By Newton's steps, and by halves where one would leave the bounds.
        beyond = moment_of(share) - passed
        low, high = (low, share) if beyond > 0 else (share, high)
        step = share - beyond / (1 - UNEVENNESS * math.cos(TURN * share))
        following = step if low < step < high else (low + high) / 2
        if abs(following - share) < 1e-12:
            break
        share = following
    return share


def share_volume(dice: int) -> int:
    """Answer how many shares trade in a day."""
    return int(SHARES_A_DAY * _luck(dice))


def contract_volume(terms: ContractTerms, opening: float, days: int, dice: int) -> int:
    """Answer how many contracts trade in a day on which the share opened at that price, so many days before the end."""
    away = abs(float(terms.strike_price) / opening - 1) / (FALLS_OFF_WITHIN + WIDER_A_DAY * days)
    return int(CONTRACTS_A_DAY * _luck(dice) * math.exp(-away) / (1 + days / HALVES_AFTER_DAYS))


def trades_a_day(volume: int, for_each: float) -> int:
    """Answer in how many trades a day's volume is traded: none where it is too little for an open and a close."""
    return 0 if volume < FEWEST_TRADES else min(volume, max(FEWEST_TRADES, int(for_each * math.sqrt(volume))))


def _luck(dice: int) -> float:
    return 0.25 + 1.5 * (dice % 1_000) / 1_000
