"""Where an order can go from where it is (contract/trading.md 2.5)."""

from trading.choices import OrderStatus as S
from trading.order_errors import (
    OrderAlreadyFinal,
    OrderMoveImpossible,
)

TRANSITIONS: dict[S, frozenset[S]] = {
    # Accepted outside the session, not yet routed: it may be cancelled, or lapse unrouted.
    S.ACCEPTED: frozenset({S.PENDING_NEW, S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED}),
    # The venue may fill before it acknowledges.
    S.PENDING_NEW: frozenset(
        {S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL, S.CANCELED, S.EXPIRED, S.REJECTED}
    ),
    S.NEW: frozenset(
        {S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL, S.PENDING_REPLACE, S.CANCELED, S.EXPIRED, S.REJECTED}
    ),
    S.PARTIALLY_FILLED: frozenset(
        {S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL, S.PENDING_REPLACE, S.CANCELED, S.EXPIRED}
    ),
    # A cancel is a request: the order is live until it is confirmed (domain rule OR-10).
    S.PENDING_CANCEL: frozenset({S.CANCELED, S.PARTIALLY_FILLED, S.FILLED, S.EXPIRED, S.NEW}),
    # So is a replacement: until it is confirmed the order is live, goes on where it was if it is
    # not, and cannot be canceled meanwhile (contract/trading.md 2.5).
    S.PENDING_REPLACE: frozenset({S.REPLACED, S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.CANCELED, S.EXPIRED}),
    S.FILLED: frozenset(),
    S.CANCELED: frozenset(),
    S.EXPIRED: frozenset(),
    S.REPLACED: frozenset(),
    S.REJECTED: frozenset(),
}
OPEN_STATUSES = sorted(status for status, moves in TRANSITIONS.items() if moves)
REPLACEABLE = (S.NEW, S.PARTIALLY_FILLED)
CLOSED_STATUSES = sorted(status for status, moves in TRANSITIONS.items() if not moves)


def require_move(status: str, to: S) -> S:
    """Answer `to` where the table has that move; raise `OrderAlreadyFinal` or `OrderMoveImpossible`."""
    current = S(status)
    if to in TRANSITIONS[current]:
        return to
    if not TRANSITIONS[current]:
        raise OrderAlreadyFinal(status=current.value)
    raise OrderMoveImpossible(status=current.value, to=to.value)
