"""Where an order can go from where it is (contract/trading.md 2.5)."""

from trading.choices import OrderStatus as S
from trading.order_errors import (
    OrderAlreadyFinal,
    OrderMoveImpossible,
)

# What only a venue says of an order that it has: that it does not work it now, or no more today.
AT_THE_VENUE = frozenset(
    {
        *(S.ACCEPTED_FOR_BIDDING, S.PENDING_REVIEW, S.HELD, S.STOPPED, S.SUSPENDED),
        *(S.DONE_FOR_DAY, S.CALCULATED),
    }
)
REPORTABLE = AT_THE_VENUE | {S.NEW, S.PENDING_NEW}  # by itself; the rest comes with reports of its own
ENDS_UNFILLED = frozenset({S.CANCELED, S.EXPIRED, S.REJECTED})

TRANSITIONS: dict[S, frozenset[S]] = {
    # Accepted outside the session, not yet routed: it may be cancelled, or lapse unrouted.
    S.ACCEPTED: frozenset({S.PENDING_NEW, S.NEW, S.PARTIALLY_FILLED, S.FILLED}) | AT_THE_VENUE | ENDS_UNFILLED,
    # The venue may fill before it acknowledges.
    S.PENDING_NEW: frozenset({S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL}) | AT_THE_VENUE | ENDS_UNFILLED,
    S.NEW: frozenset({S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL, S.PENDING_REPLACE})
    | AT_THE_VENUE
    | ENDS_UNFILLED,
    # What filled in part is new again once the only execution of it was busted (domain rule OR-9).
    S.PARTIALLY_FILLED: frozenset(
        {S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL, S.PENDING_REPLACE, S.CANCELED, S.EXPIRED}
    )
    | AT_THE_VENUE,
    # The venue works it again, or what it had executed is reported late, or it ends.
    **{
        status: frozenset({S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL})
        | (AT_THE_VENUE - {status})
        | ENDS_UNFILLED
        for status in AT_THE_VENUE
    },
    # A cancel is a request: the order is live until it is confirmed (domain rule OR-10), and goes on where
    # it was if it is not. The session may end it first.
    S.PENDING_CANCEL: frozenset({S.CANCELED, S.PARTIALLY_FILLED, S.FILLED, S.EXPIRED, S.NEW}),
    # So is a replacement: until it is confirmed the order is live, goes on where it was if it is
    # not, and cannot be canceled meanwhile (contract/trading.md 2.5).
    S.PENDING_REPLACE: frozenset({S.REPLACED, S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.CANCELED, S.EXPIRED}),
    # A bust lowers what an ended order has filled; the order stays ended (domain rule OR-9).
    S.FILLED: frozenset(),
    S.CANCELED: frozenset(),
    S.EXPIRED: frozenset(),
    S.REPLACED: frozenset(),
    S.REJECTED: frozenset(),
}
OPEN_STATUSES = sorted(status for status, moves in TRANSITIONS.items() if moves)
REPLACEABLE = (S.NEW, S.PARTIALLY_FILLED)
UNDER_REQUEST = (S.PENDING_CANCEL, S.PENDING_REPLACE)
CLOSED_STATUSES = sorted(status for status, moves in TRANSITIONS.items() if not moves)


def require_move(status: str, to: S) -> S:
    """Answer `to` where the table has that move; raise `OrderAlreadyFinal` or `OrderMoveImpossible`."""
    current = S(status)
    if to in TRANSITIONS[current]:
        return to
    if not TRANSITIONS[current]:
        raise OrderAlreadyFinal(status=current.value)
    raise OrderMoveImpossible(status=current.value, to=to.value)


def ending_of(status: str, *, has_filled: bool) -> S:
    """Answer how an order ends that its venue executes no more of: rejected, where it never worked.

    Once it filled in part, or was asked to be canceled or replaced, it is canceled.
    """
    return S.CANCELED if has_filled or S.REJECTED not in TRANSITIONS[S(status)] else S.REJECTED


def at_work(status: str, *, has_filled: bool) -> S:
    """Answer where an order goes on after a request that came to nothing, or an execution that did not stand.

    Where it was: working, filled in part or not at all.
    """
    return require_move(status, S.PARTIALLY_FILLED if has_filled else S.NEW)
