"""What may be kept of an application that somebody is still filling in, and what to look at twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.choices import AgreementType, EnabledAsset, OpeningStep
from accounts.rules.applications import AccountApplication
from accounts.rules.suitability import unanswered

Entries = Mapping[str, Sequence[str]]

LARGEST_STEP = 32 * 1024


@dataclass(frozen=True, kw_only=True)
class StepEntries:
    """What was entered in one step, as it was typed: faults and gaps too, so that nothing is lost.

    `revision` is the one that the page showed. `label` is who it is for, as far as is known, and
    `reached` the step that was led on to.
    """

    step: OpeningStep
    entries: Entries = field(repr=False)
    revision: int
    label: str = ""
    reached: OpeningStep = OpeningStep.CONTACT


def fit_in_a_step(entries: Entries) -> bool:
    """Say whether these are texts by field name, and no more of them than a step of the form holds."""
    texts = [*entries, *(text for several in entries.values() for text in several)]
    return all(isinstance(text, str) for text in texts) and sum(map(len, texts)) <= LARGEST_STEP


def furthest(*steps: str) -> OpeningStep:
    """Answer the latest of these steps."""
    return OpeningStep(max(steps, key=OpeningStep.values.index))


def doubts(application: AccountApplication) -> Iterator[tuple[OpeningStep, str]]:
    """Yield, by step, what is no fault and yet what a careful clerk asks about before opening (SU-2, SU-3, AA-9)."""
    answers = application.suitability
    for name, least, most in (
        ("annual income", answers.annual_income_min, answers.annual_income_max),
        ("net worth", answers.total_net_worth_min, answers.total_net_worth_max),
        ("liquid net worth", answers.liquid_net_worth_min, answers.liquid_net_worth_max),
    ):
        if least is not None and most is not None and least > most:
            yield OpeningStep.SUITABILITY, f"The {name} begins above where it ends."
    liquid, total = answers.liquid_net_worth_min, answers.total_net_worth_max
    if liquid is not None and total is not None and liquid > total:
        yield OpeningStep.SUITABILITY, "The liquid net worth is more than the whole net worth."
    if EnabledAsset.US_OPTION not in application.enabled_assets:
        return
    missing = len(unanswered(answers))
    if missing:
        yield (
            OpeningStep.SUITABILITY,
            f"Options are asked for, and {missing} of the suitability answers they need {_are(missing)} missing.",
        )
    if AgreementType.OPTIONS not in {signed.agreement for signed in application.agreements}:
        yield OpeningStep.AGREEMENTS, "Options are asked for, and the options agreement is not signed."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
