"""Which types of activities may be asked for: all that are published (contract/trading.md 5.5)."""

from collections.abc import Iterable

from trading.choices import ActivityType
from trading.order_errors import InvalidActivityType

ELSEWHERE = frozenset(
    {
        *("ACATC", "CFEE", "CGD", "CIL", "DIVCGL", "DIVCGS", "DIVNRA", "DIVROC", "DIVTXEX", "DIVWH", "EXTRD", "FOPT"),
        *("FXTRD", "INTPNL", "MA", "MEM", "NC", "OCT", "OPCA", "PTC", "REORG", "SPIN", "SPLIT", "SWP", "VOF", "WH"),
    }
)
PUBLISHED = ELSEWHERE | frozenset(ActivityType.values)
DEPOSITS = (ActivityType.CSD, ActivityType.CSW)
# Words that no activity has, for several types at once.
GROUPS: dict[str, tuple[str, ...]] = {
    "TRD": (ActivityType.FILL,),
    "TRANS": DEPOSITS,
    "MISC": tuple(sorted(PUBLISHED - {*DEPOSITS, ActivityType.FILL, ActivityType.DIV})),
}


def types_asked(words: Iterable[str]) -> tuple[str, ...]:
    """Answer the types that a filter's words stand for, or raise `InvalidActivityType`.

    A type that is published and does not occur here is no mistake: it matches nothing.
    """
    wanted: list[str] = []
    for word in words:
        if word not in PUBLISHED and word not in GROUPS:
            raise InvalidActivityType(activity_type=word)
        wanted.extend(GROUPS.get(word, (word,)))
    return tuple(wanted)
