"""What stands in the way of closing an account. Apps that hold something of an account say so here.

The accounts app knows neither positions nor cash: each app to its right registers, when it is
ready, a function that looks at a locked account in a constant number of queries.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from accounts.models import Account


@dataclass(frozen=True)
class Blocker:
    """One kind of thing that has to be gone first: how many, and what they are in words."""

    kind: str
    count: int
    detail: str

    def as_fact(self) -> dict[str, Any]:
        """Answer it as a refusal carries it."""
        return asdict(self)


FindBlockers = Callable[[Account], Iterable[Blocker]]
_registered: list[FindBlockers] = []


def register_blocker(find: FindBlockers) -> None:
    """Have `find` asked whenever an account is to be closed."""
    if find not in _registered:
        _registered.append(find)


def find_blockers(account: Account) -> list[Blocker]:
    """Answer everything that stands in the way of closing this account."""
    return [blocker for find in _registered for blocker in find(account)]
