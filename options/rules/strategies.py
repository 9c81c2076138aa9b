"""Name the leg: what an order amounts to, decided on its effect and never on its side alone."""

from options.choices import Right, Strategy

OPENING: dict[tuple[Right, bool], Strategy] = {
    (Right.CALL, True): Strategy.LONG_CALL,
    (Right.PUT, True): Strategy.LONG_PUT,
    (Right.CALL, False): Strategy.COVERED_CALL,
    (Right.PUT, False): Strategy.CASH_SECURED_PUT,
}


def classify(right: Right | None, *, buys: bool, opens: bool) -> Strategy:
    """Answer the strategy of one leg; `right` is None for shares, which are never sold short here."""
    if not opens:
        return Strategy.CLOSING
    if right is None:
        return Strategy.LONG_SHARES
    return OPENING[right, buys]
