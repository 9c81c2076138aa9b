"""The table of an instruction's states, every pair of it, of both kinds."""

from itertools import product

import pytest

from trading.choices import InstructionKind as K
from trading.choices import InstructionStatus as S
from trading.instruction_errors import InstructionMoveImpossible
from trading.rules.instruction_status import OPEN_STATUSES, STATUSES, TRANSITIONS, require_move


@pytest.mark.parametrize(("kind", "before", "after"), list(product(K, S, S)))
def test_every_pair_of_states_moves_or_is_refused(kind, before, after):
    if after in TRANSITIONS[kind].get(before, ()):
        assert require_move(kind, before, after) is after
    else:
        with pytest.raises(InstructionMoveImpossible):
            require_move(kind, before, after)


def test_every_state_belongs_to_one_kind():
    assert sorted([*STATUSES[K.EXERCISE], *STATUSES[K.DO_NOT_EXERCISE]]) == sorted(S)


def test_an_exercise_is_never_taken_back_and_what_ended_stays_so():
    assert {S.ACCEPTED, S.TENDERED, S.PROPOSED, S.IN_FORCE} == set(OPEN_STATUSES)
    with pytest.raises(InstructionMoveImpossible, match="an instruction that is accepted cannot become withdrawn"):
        require_move("exercise", "accepted", S.WITHDRAWN)
