"""Where an instruction can go from where it is: an exercise, or a do-not-exercise."""

from trading.choices import InstructionKind as K
from trading.choices import InstructionStatus as S
from trading.instruction_errors import InstructionMoveImpossible

TRANSITIONS: dict[K, dict[S, frozenset[S]]] = {
    K.EXERCISE: {
        # Posted at once and never taken back; the clearing house may confirm what it was not seen to be given (EX-4).
        S.ACCEPTED: frozenset({S.TENDERED, S.CONFIRMED}),
        S.TENDERED: frozenset({S.CONFIRMED}),
        S.CONFIRMED: frozenset(),
    },
    K.DO_NOT_EXERCISE: {
        # Superseded where a later one is in force by the time it is confirmed: the last received counts (EX-15).
        S.PROPOSED: frozenset({S.IN_FORCE, S.SUPERSEDED, S.REJECTED, S.LAPSED}),
        S.IN_FORCE: frozenset({S.WITHDRAWN, S.SUPERSEDED, S.HONORED, S.LAPSED}),
        S.WITHDRAWN: frozenset(),
        S.SUPERSEDED: frozenset(),
        S.HONORED: frozenset(),
        # Nothing was left of the position, it was out of the money, or nobody confirmed it in time.
        S.LAPSED: frozenset(),
        S.REJECTED: frozenset(),
    },
}
STATUSES: dict[K, tuple[S, ...]] = {kind: tuple(moves) for kind, moves in TRANSITIONS.items()}
OPEN_STATUSES = sorted(status for moves in TRANSITIONS.values() for status, to in moves.items() if to)


def require_move(kind: str, status: str, to: S) -> S:
    """Answer `to` where the table has that move; raise `InstructionMoveImpossible`."""
    if to in TRANSITIONS[K(kind)].get(S(status), frozenset()):
        return to
    raise InstructionMoveImpossible(status=S(status).label.lower(), to=to.label.lower())
