"""What the suitability answers can be, and which were given (FINRA 2360(b)(16))."""

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal

from accounts.rules.applications import SuitabilityAnswers
from accounts.rules.text import Fault

AMOUNTS = (
    "annual_income_min",
    "annual_income_max",
    "total_net_worth_min",
    "total_net_worth_max",
    "liquid_net_worth_min",
    "liquid_net_worth_max",
)
LARGEST_AMOUNT = Decimal("999999999999.99")
MOST_DEPENDENTS = 99


def suitability_faults(answers: SuitabilityAnswers) -> Iterator[Fault]:
    """Yield the answers that no applicant can mean.

    Answers that contradict each other, such as a minimum above its maximum, are no fault of
    form: they are kept as given and a person looks at them when options are requested (SU-2).
    """
    for name in AMOUNTS:
        amount = getattr(answers, name)
        if amount is not None and not 0 <= amount <= LARGEST_AMOUNT:
            yield name, "must be zero or more, and below a trillion dollars"
    dependents = answers.number_of_dependents
    if dependents is not None and not 0 <= dependents <= MOST_DEPENDENTS:
        yield "number_of_dependents", f"must be from 0 to {MOST_DEPENDENTS}"


def unanswered(answers: SuitabilityAnswers) -> tuple[str, ...]:
    """Answer the questions that have no answer yet, in their order; none means the file is complete."""
    return tuple(column.name for column in fields(answers) if getattr(answers, column.name) in (None, ""))
