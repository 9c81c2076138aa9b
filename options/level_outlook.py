"""What stands between an account and each level, as its holder reads it, and what mends it."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.choices import AgreementType, EnabledAsset
from accounts.models import Account
from brokerage import clock
from options.applicant_files import policy_in_force, read_applicant, rules_under
from options.rules.applicants import QUESTIONS
from options.rules.approval import what_would_make
from options.rules.approval_rules import LEVELS
from options.rules.approval_terms import Effect, Reason, RuleSet
from options.services.applications import READY

AGREEMENT_RULES = ("agreement_missing", "agreement_stale")
DOCUMENT_RULES = ("document_not_delivered", "document_stale")
OFFERED = tuple(sorted(LEVELS))


@dataclass(frozen=True)
class Todo:
    """Something that is missing, and where it is mended; without `act`, by whoever keeps the account."""

    text: str
    url: str = ""
    act: str = ""


@dataclass(frozen=True)
class Outlook:
    """What would become of a request for `level` as the file is now; all empty where it would be approved."""

    level: int
    missing: tuple[Todo, ...]
    refused: tuple[str, ...]
    person: tuple[str, ...]
    withheld: tuple[str, ...]
    supported: int

    @property
    def reasons(self) -> tuple[str, ...]:
        """Answer what stands against the level besides what is missing, in the order in which it counts."""
        return (*self.refused, *self.person, *self.withheld)

    @property
    def can_be_asked(self) -> bool:
        """Say whether a request would be taken and not be refused outright."""
        return not self.missing and not self.refused

    @property
    def summary(self) -> str:
        """Answer in a sentence what would become of a request."""
        if self.missing:
            return "Cannot be asked for yet: something is missing."
        if self.refused:
            return "Would be refused."
        if self.person:
            return "A person would look at the request and decide."
        if self.withheld:
            return (
                f"The answers support level {self.supported}." if self.supported else "The answers do not support it."
            )
        return "Would be approved at once: the answers support it."


def read_outlooks(account: Account) -> tuple[Outlook, ...]:
    """Answer the outlook on each level above the approved one, the lowest first."""
    wanted = [level for level in OFFERED if level > account.options_approved_level]
    if not wanted:
        return ()
    policy = policy_in_force(account)
    rules, applicant = rules_under(policy), read_applicant(account, policy, now=clock.now())
    reasons = {level: what_would_make(level, applicant, rules) for level in OFFERED}
    return tuple(_outlook(account, level, reasons, rules) for level in wanted)


def blockers(account: Account) -> tuple[Todo, ...]:
    """Answer what keeps an account from any request, whatever the answers are."""
    firm, own = account.correspondent, f"/accounts/{account.pk}"
    if not firm.options_enabled:
        return (Todo(f"{firm.name} does not offer options."),)
    if account.status not in READY:
        return (Todo("A level can be asked for once the account is active."),)
    signed = account.agreements.filter(agreement=AgreementType.OPTIONS)
    # The first signature after the opening enables options; one that came with it does not.
    is_stuck = signed.exists() and not signed.filter(recorded_at__gt=account.created_at).exists()
    if EnabledAsset.US_OPTION not in account.enabled_assets and is_stuck:
        said = "Options are not among the assets that the account was opened for."
        return (Todo(said, f"{own}/profile/enabled_assets?edit=1", "Enable options"),)
    return ()


def sentence(text: str) -> str:
    """Answer a reason of the rules as a sentence: it begins with a capital and ends with a period."""
    said = text[:1].upper() + text[1:]
    return said if said.endswith((".", "?", "!")) else f"{said}."


def _outlook(account: Account, level: int, reasons: dict[int, tuple[Reason, ...]], rules: RuleSet) -> Outlook:
    found = reasons[level]
    withholding = {one: _said(reasons[one], rules, Effect.WITHHOLDS_LEVEL) for one in OFFERED}
    supported = max((one for one in OFFERED if one < level and not withholding[one]), default=0)
    return Outlook(
        level=level,
        missing=_missing(account, [one for one in found if rules.rule(one.rule).effect is Effect.INCOMPLETE]),
        refused=_said(found, rules, Effect.REFUSES),
        person=_said(found, rules, Effect.ASKS_A_PERSON),
        withheld=withholding[level],
        supported=supported,
    )


def _said(reasons: Iterable[Reason], rules: RuleSet, effect: Effect) -> tuple[str, ...]:
    return tuple(sentence(one.text) for one in reasons if rules.rule(one.rule).effect is effect)


def _missing(account: Account, reasons: list[Reason]) -> tuple[Todo, ...]:
    """Answer what is missing as things to do: all questions together, the agreement, the document."""
    own = f"/accounts/{account.pk}/options"
    questions = [QUESTIONS[name] for name in (one.rule.removeprefix("answer_") for one in reasons) if name in QUESTIONS]
    rules = {one.rule for one in reasons}
    todos = []
    if questions:
        todos.append(Todo(f"Not answered yet: {', '.join(questions)}.", f"{own}/answers", "Answer"))
    if "agreement_stale" in rules:
        todos.append(Todo("The options agreement was signed under an older text.", f"{own}/agreement", "Read and sign"))
    if "agreement_missing" in rules:
        todos.append(Todo("The options agreement is not signed.", f"{own}/agreement", "Read and sign"))
    if rules.intersection(DOCUMENT_RULES) and not rules.intersection(AGREEMENT_RULES):
        todos.append(Todo("The options disclosure document has to be delivered in its newest edition."))
    known = {*AGREEMENT_RULES, *DOCUMENT_RULES, *(f"answer_{name}" for name in QUESTIONS)}
    return (*todos, *(Todo(sentence(one.text)) for one in reasons if one.rule not in known))
