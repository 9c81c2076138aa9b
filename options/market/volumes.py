"""How much trades in the made-up market: most at the open and the close, near the money and near the end.

A day's total is settled by dice and by the price of the share at the open, and a part of it has
traded by now, so that a volume only grows while a session lasts and is the same for everybody.
"""

import math

from options.rules.contracts import ContractTerms

SHARES_A_DAY = 12_000_000
CONTRACTS_A_DAY = 6_000  # Of a contract at the money that is about to expire.
EVENNESS = 0.6  # How far the middle of the day falls behind its ends: 0 is evenly, 1 is not at all at noon.
FALLS_OFF_WITHIN = 0.04  # A strike this far away, as a fraction of the price, is traded a third as much,
WIDER_A_DAY = 0.002  # and further away, the longer it runs.
HALVES_AFTER_DAYS = 20


def share_of_day(passed: float) -> float:
    """Answer which part of a day's volume has traded once that part of the session has passed."""
    passed = min(max(passed, 0.0), 1.0)
    return passed + EVENNESS * math.sin(2 * math.pi * passed) / (2 * math.pi)


def share_volume(dice: int) -> float:
    """Answer how many shares trade in a day."""
    return SHARES_A_DAY * _luck(dice)


def contract_volume(terms: ContractTerms, opening: float, days: int, dice: int) -> float:
    """Answer how many contracts trade in a day on which the share opened at that price, so many days before the end."""
    away = abs(float(terms.strike_price) / opening - 1) / (FALLS_OFF_WITHIN + WIDER_A_DAY * days)
    return CONTRACTS_A_DAY * _luck(dice) * math.exp(-away) / (1 + days / HALVES_AFTER_DAYS)


def _luck(dice: int) -> float:
    return 0.25 + 1.5 * (dice % 1_000) / 1_000
