"""Whom assignments fall to: all of it, to nobody more than they are short, fairly, and the same again."""

import json
from datetime import date, timedelta
from time import perf_counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import AllocationMethod
from trading.assignment_errors import AssignedBeyondShort
from trading.rules.allocation import (
    Allocation,
    Candidate,
    Opened,
    allocate,
    candidates_of,
    re_run,
    result_of,
    write_work_paper,
)

RANDOM, FIFO = AllocationMethod.RANDOM, AllocationMethod.FIRST_IN_FIRST_OUT
FIRST_DAY = date(2026, 1, 5)


def candidate(number, *opened):
    """Answer an account with that number; `opened` are days after the first and contracts."""
    parts = tuple(
        Opened(FIRST_DAY + timedelta(days=day), f"{number:04d}-{place}", contracts)
        for place, (day, contracts) in enumerate(opened)
    )
    return Candidate(UUID(int=number), parts)


def shares(allocations):
    return {one.account_id.int: one.quantity for one in allocations}


books = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), min_size=1, max_size=3), min_size=1, max_size=8
).map(lambda rows: [candidate(number, *row) for number, row in enumerate(rows, start=1)])


@given(books, st.data(), st.sampled_from([RANDOM, FIFO]), st.text(max_size=8))
def test_all_is_allocated_and_nobody_gets_more_than_they_are_short(candidates, data, method, seed):
    short = {one.account_id.int: one.quantity for one in candidates}
    quantity = data.draw(st.integers(1, sum(short.values())))

    found = allocate(candidates, quantity, method=method, seed=seed)

    assert sum(one.quantity for one in found) == quantity
    assert all(0 < got <= short[number] for number, got in shares(found).items())
    assert found == allocate(reversed(candidates), quantity, method=method, seed=seed)
    assert [one.account_id for one in found] == sorted(one.account_id for one in found)


@given(books, st.data(), st.sampled_from([RANDOM, FIFO]), st.text(max_size=8))
def test_the_work_paper_has_all_that_the_result_is_made_from(candidates, data, method, seed):
    quantity = data.draw(st.integers(1, sum(one.quantity for one in candidates)))
    found = allocate(candidates, quantity, method=method, seed=seed)
    paper = write_work_paper(candidates, found, quantity=quantity, method=method, seed=seed, symbol="X")

    kept = json.loads(json.dumps(paper))

    assert re_run(kept) == result_of(kept) == found
    assert candidates_of(kept) == candidates


@pytest.mark.parametrize("method", [RANDOM, FIFO])
def test_more_than_all_are_short_of_is_refused(method):
    candidates = [candidate(1, (0, 2)), candidate(2, (0, 3))]

    with pytest.raises(AssignedBeyondShort) as refusal:
        allocate(candidates, 6, method=method, seed="1")

    assert refusal.value.facts == {"needed": 6, "found": 5}
    assert shares(allocate(candidates, 5, method=method, seed="1")) == {1: 2, 2: 3}
    with pytest.raises(AssignedBeyondShort):
        allocate([], 1, method=method, seed="1")


def test_what_was_opened_first_is_assigned_first_whoever_opened_it():
    early_and_late, between = candidate(2, (0, 1), (3, 4)), candidate(1, (1, 2))

    taken = [shares(allocate([early_and_late, between], n, method=FIFO, seed="")) for n in (1, 2, 3, 4)]

    assert taken == [{2: 1}, {1: 1, 2: 1}, {1: 2, 2: 1}, {1: 2, 2: 2}]


def test_on_one_day_the_order_decides():
    second, first = Opened(FIRST_DAY, "b", 1), Opened(FIRST_DAY, "a", 1)
    candidates = [Candidate(UUID(int=1), (second,)), Candidate(UUID(int=2), (first,))]

    assert allocate(candidates, 1, method=FIFO, seed="") == [Allocation(UUID(int=2), 1)]


def chi_square(counts, expected):
    return sum((found - wanted) ** 2 / wanted for found, wanted in zip(counts, expected, strict=True))


@pytest.mark.parametrize("quantity", [1, 30])
def test_a_short_of_ten_has_ten_times_the_chance_of_a_short_of_one(quantity):
    """Drawn or spared: over 4,000 fixed seeds the shares are those of the tickets, within the bound of 1 in 1,000."""
    sizes = [1, 2, 3, 5, 10, 10]
    candidates = [candidate(number, (0, size)) for number, size in enumerate(sizes, start=1)]
    odd_one = [0] * len(sizes)
    for seed in range(4000):
        got = shares(allocate(candidates, quantity, method=RANDOM, seed=f"fair-{seed}"))
        for place, size in enumerate(sizes):
            share = got.get(place + 1, 0)
            odd_one[place] += share if quantity == 1 else size - share

    assert sum(odd_one) == 4000
    assert chi_square(odd_one, [4000 * size / 31 for size in sizes]) < 20.5  # five degrees of freedom, 0.1 %


def test_every_pair_is_as_likely_as_every_other():
    candidates = [candidate(number, (0, 1)) for number in range(1, 6)]
    pairs = {}
    for seed in range(3000):
        pair = tuple(shares(allocate(candidates, 2, method=RANDOM, seed=f"pair-{seed}")))
        pairs[pair] = pairs.get(pair, 0) + 1

    assert len(pairs) == 10
    assert chi_square(pairs.values(), [300] * 10) < 27.9  # nine degrees of freedom, 0.1 %


def test_the_draw_is_the_one_that_is_documented():
    """Whoever repeats an allocation elsewhere has this to compare with: it never changes."""
    candidates = [candidate(number, (0, number)) for number in range(1, 9)]

    found = shares(allocate(candidates, 7, method=RANDOM, seed="strikebook"))

    assert found == {2: 1, 3: 1, 5: 1, 7: 2, 8: 2}


def test_a_hundred_thousand_candidates_are_no_matter():
    candidates = [Candidate(UUID(int=n), (Opened(FIRST_DAY, f"{n:06d}", 1 + n % 10),)) for n in range(100_000)]

    started = perf_counter()
    found = allocate(candidates, 100_000, method=RANDOM, seed="many")

    assert sum(one.quantity for one in found) == 100_000
    assert perf_counter() - started < 20
