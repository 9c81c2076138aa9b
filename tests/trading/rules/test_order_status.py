"""The table of order states, every pair of it."""

from itertools import product

import pytest

from trading.choices import OrderStatus as S
from trading.order_errors import (
    OrderAlreadyFinal,
    OrderMoveImpossible,
)
from trading.rules.order_status import CLOSED_STATUSES, OPEN_STATUSES, TRANSITIONS, require_move

FINAL = {S.FILLED, S.CANCELED, S.EXPIRED, S.REPLACED, S.REJECTED}


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_every_pair_of_states_moves_or_is_refused(before, after):
    if after in TRANSITIONS[before]:
        assert require_move(before, after) is after
    else:
        with pytest.raises(OrderAlreadyFinal if before in FINAL else OrderMoveImpossible):
            require_move(before, after)


def test_every_state_is_open_or_closed_and_only_closed_ones_are_final():
    assert set(OPEN_STATUSES) | set(CLOSED_STATUSES) == set(S)
    assert set(CLOSED_STATUSES) == FINAL


def test_a_finished_order_says_its_state_in_the_published_words():
    with pytest.raises(OrderAlreadyFinal, match='order is already in "filled" state'):
        require_move("filled", S.CANCELED)


def test_what_waits_to_be_replaced_cannot_be_canceled():
    with pytest.raises(OrderMoveImpossible):
        require_move("pending_replace", S.PENDING_CANCEL)
