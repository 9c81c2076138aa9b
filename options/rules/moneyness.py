"""What a contract is worth when it is exercised: the whole deliverable against the whole strike.

Of an adjusted contract the two do not come from one number: shares and cash follow the
deliverable, the strike follows the multiplier (domain rules SY-5, EX-10).
"""

from decimal import Decimal

from options.choices import Right

THRESHOLD_PRICE = Decimal("0.01")  # a share: OCC Rule 805 exercises from here on (domain rule EX-8)
ZERO = Decimal(0)


def deliverable_value(deliverable: int, deliverable_cash: Decimal, price: Decimal) -> Decimal:
    """Answer the dollars that the shares and the cash of one contract are worth, the underlying at `price`."""
    return price * deliverable + deliverable_cash


def exercise_value(
    right: Right, strike_price: Decimal, multiplier: int, deliverable: int, deliverable_cash: Decimal, price: Decimal
) -> Decimal:
    """Answer the dollars that exercising one contract brings its holder; below zero it is out of the money."""
    bought = deliverable_value(deliverable, deliverable_cash, price) - strike_price * multiplier
    return bought if right is Right.CALL else -bought


def intrinsic_value(
    right: Right, strike_price: Decimal, multiplier: int, deliverable: int, deliverable_cash: Decimal, price: Decimal
) -> Decimal:
    """Answer the dollars of one contract's value that are left without time: never below zero."""
    return max(exercise_value(right, strike_price, multiplier, deliverable, deliverable_cash, price), ZERO)


def is_in_the_money(
    right: Right, strike_price: Decimal, multiplier: int, deliverable: int, deliverable_cash: Decimal, price: Decimal
) -> bool:
    """Say whether the contract is in the money by a cent or more: for each share that the strike extends by.

    At the money, and less than a cent in, is not (domain rule EX-8).
    """
    value = exercise_value(right, strike_price, multiplier, deliverable, deliverable_cash, price)
    return value >= THRESHOLD_PRICE * multiplier


def time_value(intrinsic: Decimal, bid_price: Decimal, multiplier: int) -> Decimal:
    """Answer the dollars of one contract that who exercises it throws away: what a sale at the bid brings beyond
    its `intrinsic` value, and nothing where the bid is lower (domain rule EX-7).
    """
    return max(bid_price * multiplier - intrinsic, ZERO)
