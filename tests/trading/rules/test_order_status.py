"""The table of order states, every pair of it."""

from itertools import product

import pytest

from trading.choices import OrderStatus as S
from trading.order_errors import (
    OrderAlreadyFinal,
    OrderMoveImpossible,
)
from trading.rules.order_status import (
    AT_THE_VENUE,
    CLOSED_STATUSES,
    OPEN_STATUSES,
    TRANSITIONS,
    at_work,
    ending_of,
    require_move,
)

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


def test_every_status_of_the_contract_is_known():
    published = (
        "pending_new accepted new partially_filled accepted_for_bidding stopped suspended held pending_review "
        "calculated done_for_day pending_cancel pending_replace filled canceled expired replaced rejected"
    )

    assert set(published.split()) == set(S.values)


def test_what_a_venue_does_not_work_is_open_can_be_canceled_and_works_again():
    for status in AT_THE_VENUE:
        assert status in OPEN_STATUSES
        assert {S.PENDING_CANCEL, S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.EXPIRED} <= TRANSITIONS[status]


@pytest.mark.parametrize(
    ("status", "has_filled", "goes_on"),
    [("pending_cancel", False, S.NEW), ("pending_replace", True, S.PARTIALLY_FILLED)],
)
def test_a_request_that_comes_to_nothing_leaves_the_order_where_it_was(status, has_filled, goes_on):
    assert at_work(status, has_filled=has_filled) is goes_on


@pytest.mark.parametrize(
    ("status", "has_filled", "ends"),
    [
        ("accepted", False, S.REJECTED),
        ("new", False, S.REJECTED),
        ("held", False, S.REJECTED),
        ("partially_filled", True, S.CANCELED),
        ("pending_cancel", False, S.CANCELED),
        ("pending_replace", False, S.CANCELED),
    ],
)
def test_what_a_venue_executes_no_more_of_is_rejected_or_canceled(status, has_filled, ends):
    assert ending_of(status, has_filled=has_filled) is ends
