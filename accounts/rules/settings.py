"""A correspondent's settings: what may be in them, and which change of one loosens it (AA-21, FD-4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum
from typing import Any

from accounts.choices import Review
from accounts.rules.text import Fault

MOST_DOLLARS = Decimal("1e15")
MOST_REQUESTS = 100_000


class Looser(Enum):
    """In which direction a setting holds less back."""

    HIGHER = "higher"
    LOWER = "lower"
    AUTOMATIC = "automatic"
    NEVER = "never"


@dataclass(frozen=True)
class Setting:
    """How a setting is called, and when it is looser than before; `None` is what no value means."""

    label: str
    looser: Looser
    absent: str = ""


SETTINGS: dict[str, Setting] = {
    "opening_review": Setting("Account openings", Looser.AUTOMATIC),
    "options_review": Setting("Options requests", Looser.AUTOMATIC),
    "principals_for_level_2": Setting("Principals for level 2", Looser.LOWER),
    "reviewers": Setting("Reviewers", Looser.NEVER, "every principal"),
    "journal_limit_amount": Setting("Most in one journal", Looser.HIGHER, "no limit"),
    "journal_daily_limit_amount": Setting("Most in journals a day", Looser.HIGHER, "no limit"),
    "daily_transfer_limit_amount": Setting("Most in transfers a day", Looser.HIGHER, "no limit"),
    "least_deposit_amount": Setting("Least deposit", Looser.LOWER),
    "least_withdrawal_amount": Setting("Least withdrawal", Looser.LOWER),
    "requests_per_minute": Setting("API requests a minute", Looser.HIGHER, "the broker’s"),
}
LIMITS = ("journal_limit_amount", "journal_daily_limit_amount", "daily_transfer_limit_amount")
LEASTS = ("least_deposit_amount", "least_withdrawal_amount")


@dataclass(frozen=True, kw_only=True)
class CorrespondentSettings:
    """Every setting that a correspondent's administrator sees; a limit of None is none."""

    opening_review: str
    options_review: str
    principals_for_level_2: int
    reviewers: tuple[int, ...]
    journal_limit_amount: Decimal | None
    journal_daily_limit_amount: Decimal | None
    daily_transfer_limit_amount: Decimal | None
    least_deposit_amount: Decimal
    least_withdrawal_amount: Decimal
    requests_per_minute: int | None

    def differing(self, other: "CorrespondentSettings") -> list[str]:
        """Answer the settings that the other has otherwise, in their order."""
        return [one.name for one in fields(self) if getattr(self, one.name) != getattr(other, one.name)]


def settings_faults(wanted: CorrespondentSettings) -> Iterator[Fault]:
    """Answer every fault of settings, by field."""
    for name in ("opening_review", "options_review"):
        if getattr(wanted, name) not in set(Review):
            yield name, f"must be {' or '.join(Review)}"
    if wanted.principals_for_level_2 not in (1, 2):
        yield "principals_for_level_2", "must be 1 or 2"
    for name in (*LIMITS, *LEASTS):
        amount = getattr(wanted, name)
        if amount is not None and not 0 <= amount <= MOST_DOLLARS:
            yield name, "must be dollars from 0"
    if wanted.requests_per_minute is not None and not 1 <= wanted.requests_per_minute <= MOST_REQUESTS:
        yield "requests_per_minute", f"must be 1 to {MOST_REQUESTS:,}"


def loosens(name: str, before: Any, after: Any, *, absent: Any = None) -> bool:
    """Say whether a setting holds less back after a change; `absent` is what None comes to, where not to no limit."""
    match SETTINGS[name].looser:
        case Looser.AUTOMATIC:
            return bool(after == Review.AUTOMATIC and before != Review.AUTOMATIC)
        case Looser.LOWER:
            return bool(after < before)
        case Looser.HIGHER:
            most = Decimal("Infinity") if absent is None else absent
            return bool((most if after is None else after) > (most if before is None else before))
    return False


def as_json(settings: CorrespondentSettings, names: Any = None) -> dict[str, Any]:
    """Answer settings as JSON holds them: amounts are strings."""
    return {name: json_value(getattr(settings, name)) for name in (names or [one.name for one in fields(settings)])}


def json_value(value: Any) -> Any:
    """Answer one value as JSON holds it."""
    if isinstance(value, tuple):
        return list(value)
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def from_json(kept: Mapping[str, Any]) -> CorrespondentSettings:
    """Answer the settings that `as_json` wrote. Raises ValueError, KeyError or TypeError where they are not that."""
    read = {name: read_value(name, kept[name]) for name in SETTINGS}
    return CorrespondentSettings(**read)


def read_value(name: str, value: Any) -> Any:
    """Answer one value from JSON."""
    if name == "reviewers":
        return tuple(sorted(int(one) for one in value))
    if name in (*LIMITS, *LEASTS):
        return None if value is None else Decimal(str(value))
    return value


def in_words(name: str, value: Any) -> str:
    """Answer a value as a sentence says it; reviewers by how many they are."""
    if value is None or value == () or value == []:
        return SETTINGS[name].absent or "nothing"
    if name in ("opening_review", "options_review"):
        return Review(value).label
    if name in (*LIMITS, *LEASTS):
        return f"${Decimal(str(value)):,.2f}"
    if name == "reviewers":
        return f"{len(value)} of them"
    return f"{value:,}"
