"""Whom an assignment falls to: by lot, or first in first out (FINRA 2360(b)(23)(C), domain rules AS-2 to AS-5).

Each contract that a customer is short is one ticket, numbered from 1 over the accounts in the order of
their ids. `random` draws tickets without replacement: a short of ten has ten times the chance of a
short of one. The draw is a Fisher-Yates shuffle, broken off when enough is drawn, fed by SHA-256 of
`seed:0`, `seed:1` …, each read as four numbers of 64 bits; a number that would favor low tickets is
thrown away. Nothing else goes in, so that anybody can repeat it from the work paper, in any language.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import accumulate, count
from typing import Any
from uuid import UUID

from accounts.choices import AllocationMethod
from trading.assignment_errors import AssignedBeyondShort

NUMBERS = 2**64
VERSION = "1"


@dataclass(frozen=True)
class Opened:
    """Contracts of a short that were opened together: on which day, and in which order within it."""

    on: date
    order: str
    quantity: int


@dataclass(frozen=True)
class Candidate:
    """An account that was short at the end of the day of exercise, and how it came to be."""

    account_id: UUID
    opened: tuple[Opened, ...]

    @property
    def quantity(self) -> int:
        """Answer how many contracts the account is short, and so how many tickets it holds."""
        return sum(part.quantity for part in self.opened)


@dataclass(frozen=True)
class Allocation:
    """How many contracts fall to one account."""

    account_id: UUID
    quantity: int


def allocate(
    candidates: Iterable[Candidate], quantity: int, *, method: AllocationMethod, seed: str
) -> list[Allocation]:
    """Answer whom `quantity` contracts fall to, in the order of the accounts' ids; the same input has the same answer.

    They come to `quantity`, and nobody gets more than they are short. The order of the candidates makes
    no difference. Raises `AssignedBeyondShort` where all of them together are short of less.
    """
    shorts = sorted(candidates, key=lambda one: one.account_id)
    found = sum(one.quantity for one in shorts)
    if quantity > found:
        raise AssignedBeyondShort(needed=quantity, found=found)
    if method == AllocationMethod.RANDOM:
        shares = _by_lot([one.quantity for one in shorts], quantity, seed)
    else:
        shares = _first_in_first_out(shorts, quantity)
    return [Allocation(one.account_id, share) for one, share in zip(shorts, shares, strict=True) if share]


def _by_lot(tickets: Sequence[int], quantity: int, seed: str) -> list[int]:
    """Answer how many tickets of each holder are drawn. Where most are, those that are spared are drawn instead."""
    held_to = list(accumulate(tickets))
    total = held_to[-1] if held_to else 0
    draws_spared = quantity * 2 > total
    drawn = [0] * len(tickets)
    for ticket in _draw(total, total - quantity if draws_spared else quantity, seed):
        drawn[bisect_right(held_to, ticket)] += 1
    return [all_ - spared for all_, spared in zip(tickets, drawn, strict=True)] if draws_spared else drawn


def _draw(total: int, wanted: int, seed: str) -> Iterator[int]:
    """Yield `wanted` different numbers below `total`, each choice of them as likely as any other."""
    numbers = _numbers(seed)
    moved: dict[int, int] = {}
    for place in range(wanted):
        other = place + _below(total - place, numbers)
        yield moved.get(other, other)
        moved[other] = moved.get(place, place)


def _below(bound: int, numbers: Iterator[int]) -> int:
    """Answer the next number below `bound`; one from the incomplete last round would favor the low ones."""
    usable = NUMBERS - NUMBERS % bound
    return next(number for number in numbers if number < usable) % bound


def _numbers(seed: str) -> Iterator[int]:
    for block in count():
        digest = sha256(f"{seed}:{block}".encode()).digest()
        for start in range(0, 32, 8):
            yield int.from_bytes(digest[start : start + 8], "big")


def _first_in_first_out(shorts: Sequence[Candidate], quantity: int) -> list[int]:
    """Answer how many contracts of each are among the first that were opened, over all accounts together."""
    queue = sorted(
        (part.on, part.order, place, part.quantity) for place, one in enumerate(shorts) for part in one.opened
    )
    shares = [0] * len(shorts)
    for _, _, place, opened in queue:
        taken = min(opened, quantity)
        shares[place] += taken
        quantity -= taken
        if not quantity:
            break
    return shares


def write_work_paper(
    candidates: Iterable[Candidate],
    allocations: Iterable[Allocation],
    *,
    quantity: int,
    method: AllocationMethod,
    seed: str,
    **facts: str,
) -> dict[str, Any]:
    """Answer, as JSON, what an allocation was made from and what came out (domain rule AS-4)."""
    shorts = sorted(candidates, key=lambda one: one.account_id)
    return {
        "version": VERSION,
        **facts,
        "quantity": quantity,
        "method": str(method),
        "seed": seed,
        "candidates": [
            [str(one.account_id), [[part.on.isoformat(), part.order, part.quantity] for part in one.opened]]
            for one in shorts
        ],
        "result": [[str(one.account_id), one.quantity] for one in allocations],
    }


def candidates_of(work_paper: dict[str, Any]) -> list[Candidate]:
    """Answer the candidates that a work paper names."""
    return [
        Candidate(
            UUID(account_id), tuple(Opened(date.fromisoformat(day), order, number) for day, order, number in opened)
        )
        for account_id, opened in work_paper["candidates"]
    ]


def result_of(work_paper: dict[str, Any]) -> list[Allocation]:
    """Answer the result that a work paper states."""
    return [Allocation(UUID(account_id), quantity) for account_id, quantity in work_paper["result"]]


def re_run(work_paper: dict[str, Any]) -> list[Allocation]:
    """Allocate again from what a work paper says went in: what comes out must be its `result_of`."""
    return allocate(
        candidates_of(work_paper),
        work_paper["quantity"],
        method=AllocationMethod(work_paper["method"]),
        seed=work_paper["seed"],
    )
