"""The words that approval rules are written in: a rule is data, and this is all that reads it.

A rule strikes where all its conditions hold. A condition on what is not known does not hold: what
is missing is asked for by a rule of its own, and never judged as zero (domain rule AA-6).
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

Facts = Mapping[str, Any]
CENTS = -2
UNKNOWN, KNOWN = "is unknown", "is known"


class Effect(Enum):
    """What a rule that strikes does to a request."""

    INCOMPLETE = "cannot be asked yet"
    REFUSES = "refuses"
    ASKS_A_PERSON = "asks a person"
    WITHHOLDS_LEVEL = "withholds the level"


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is not": operator.ne,
    "below": operator.lt,
    "above": operator.gt,
    "at least": operator.ge,
    "in": lambda value, among: value in among,
    "not in": lambda value, among: value not in among,
}


@dataclass(frozen=True)
class Named:
    """The other side of a comparison, by its name: another fact, or a threshold."""

    name: str


@dataclass(frozen=True)
class Condition:
    """One comparison: `Condition("age", "below", Named("adult_age"))`."""

    fact: str
    compares: str
    than: Any = None

    def holds(self, facts: Facts) -> bool:
        """Say whether it holds; a comparison does not where either side is unknown."""
        found = facts[self.fact]
        if self.compares in (KNOWN, UNKNOWN):
            return (found is None) == (self.compares == UNKNOWN)
        than = facts[self.than.name] if isinstance(self.than, Named) else self.than
        if found is None or than is None:
            return False
        return OPERATORS[self.compares](found, than)


@dataclass(frozen=True)
class Rule:
    """One rule: where it comes from, what it does at which levels, when, and what it then says."""

    id: str
    source: str
    effect: Effect
    text: str
    when: tuple[Condition, ...]
    levels: tuple[int, ...] = (1, 2)
    field: str = ""


@dataclass(frozen=True)
class Reason:
    """Why, in a sentence, by which rule, and where that rule comes from."""

    rule: str
    source: str
    text: str


@dataclass(frozen=True)
class Threshold:
    """A number that rules compare with, and how far a correspondent may move it."""

    label: str
    value: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class RuleSet:
    """A version of the rules: once it has decided anything it is never changed, only followed by another."""

    version: str
    thresholds: Mapping[str, Threshold]
    rules: tuple[Rule, ...]

    def with_thresholds(self, moved: Mapping[str, Any]) -> "RuleSet":
        """Answer the same rules with some thresholds moved; `threshold_faults` says which may be."""
        values = {name: replace(self.thresholds[name], value=Decimal(value)) for name, value in moved.items()}
        return replace(self, thresholds={**self.thresholds, **values})

    def struck(self, facts: Facts, level: int, *effects: Effect) -> tuple[Reason, ...]:
        """Answer a reason for each rule of these effects that strikes at `level`, in the order of the rules."""
        known = {**{name: one.value for name, one in self.thresholds.items()}, **facts, "level": level}
        return tuple(
            Reason(rule.id, rule.source, rule.text.format_map(_Written(known)))
            for rule in self.rules
            if rule.effect in effects and level in rule.levels and all(one.holds(known) for one in rule.when)
        )

    def rule(self, rule_id: str) -> Rule:
        """Answer the rule with this id."""
        return next(rule for rule in self.rules if rule.id == rule_id)


class _Written(dict[str, Any]):
    """Facts as a sentence says them."""

    def __getitem__(self, name: str) -> str:
        return written(super().__getitem__(name))


def written(value: Any) -> str:
    """Answer a value as a sentence says it: 24,999.99, or 10,000 without its cents; words without underscores."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ").lower()
    return str(value)


def threshold_faults(rules: RuleSet, moved: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what is wrong with thresholds that a correspondent wants: unknown, no number, beyond the limits."""
    for name, value in moved.items():
        if name not in rules.thresholds:
            yield name, f"is not a threshold of the rules {rules.version}"
            continue
        allowed = rules.thresholds[name]
        number = _number(value)
        if number is None:
            yield name, "must be a number, written as text"
        elif not allowed.least <= number <= allowed.most:
            yield (
                name,
                f"must be from {written(allowed.least)} to {written(allowed.most)}, which are the broker's limits",
            )


def _number(value: Any) -> Decimal | None:
    if not isinstance(value, str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and int(number.as_tuple().exponent) >= CENTS else None
