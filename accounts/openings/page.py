"""What the page of a step shows: its inputs with their sentences, and where one is among the steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils.safestring import SafeString

from accounts.choices import OpeningStep
from accounts.models import OpeningDraft
from accounts.openings.application import AGREEMENT_ORDER, Fault, Opening, anchor_of, is_filled
from accounts.openings.forms import Group, SectionForm
from accounts.openings.papers import AgreementForm
from accounts.rules.places import USA_STATES
from brokerage import clock
from brokerage.market_calendar import NEW_YORK

STEPS = list(OpeningStep)
TITLES = {
    OpeningStep.CONTACT: "Contact",
    OpeningStep.IDENTITY: "Identity",
    OpeningStep.SUITABILITY: "Suitability",
    OpeningStep.DISCLOSURES: "Disclosures",
    OpeningStep.AGREEMENTS: "Agreements",
    OpeningStep.DOCUMENTS: "Documents",
    OpeningStep.REVIEW: "Review",
}
# Where one begins to mend a fault that no single input is at.
FIRST_OF = {"agreements": f"{AGREEMENT_ORDER[0].value}-is_signed"}
SHORTEST_TO_SHOW = 8  # the last four of a shorter tax id would tell most of it


@dataclass(frozen=True)
class Entry:
    """One input with its label, and what is wrong with it."""

    field: BoundField
    said: tuple[str, ...]
    size: str
    is_needed: bool
    is_first: bool = False
    note: str = ""

    @property
    def kind(self) -> str:
        """Answer how it is drawn: a control, a group of choices, or one box to tick."""
        widget = self.field.field.widget
        if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
            return "choices"
        return "tick" if isinstance(widget, CheckboxInput) else "control"

    @property
    def anchor(self) -> str:
        """Answer the id that a link to it leads to."""
        return anchor_of(self.field)

    @property
    def control(self) -> SafeString:
        """Answer the input, told apart for those who hear the page."""
        described = [f"{self.field.auto_id}_said"]
        described += [f"{self.field.auto_id}_help"] if self.field.help_text or self.note else []
        attributes: dict[str, Any] = {"aria-describedby": " ".join(described)}
        attributes |= {"aria-required": "true"} if self.is_needed else {}
        attributes |= {"aria-invalid": "true"} if self.said else {}
        attributes |= {"autofocus": True} if self.is_first else {}
        return self.field.as_widget(attrs=attributes)


@dataclass(frozen=True)
class EntryGroup:
    """Inputs under a heading."""

    group: Group
    anchor: str
    entries: tuple[Entry, ...]

    @property
    def is_open(self) -> bool:
        """Say whether a folded group has something to show."""
        return any(entry.said or is_filled(entry.field) for entry in self.entries if entry.field.name != "country")


@dataclass(frozen=True)
class StepLink:
    """A step in the row of steps; `state` is `done`, `faulty`, or empty where nobody was yet."""

    step: OpeningStep
    title: str
    number: int
    state: str
    is_shown: bool


def next_step(step: OpeningStep) -> OpeningStep:
    """Answer the step after this one."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def step_context(
    draft: OpeningDraft, step: OpeningStep, opening: Opening, faults: Sequence[Fault], *, is_refused: bool
) -> dict[str, Any]:
    """Answer what the page of a step shows. `is_refused` says every fault, and takes the eye to the first."""
    has_been_passed = STEPS.index(OpeningStep(draft.step)) > STEPS.index(step)
    here = [fault for fault in faults if fault.step == step]
    given = {field.html_name for form in opening.forms(step) for field in form if is_filled(field)}
    shown = [one for one in here if is_refused or has_been_passed or one.name in given]
    inputs = [fault.name for fault in here] if is_refused and here else _inputs(opening, step)
    first = FIRST_OF.get(inputs[0], inputs[0]) if inputs else ""
    return frame_context(draft, step, faults) | {
        "groups": _groups(opening, step, shown, first),
        "agreements": _agreements(opening, step, shown, first),
        "faults": here if is_refused else [],
        "general": [fault for fault in shown if fault.name == fault.anchor],
        "states": USA_STATES.items() if step in (OpeningStep.CONTACT, OpeningStep.DISCLOSURES) else (),
    }


def frame_context(draft: OpeningDraft, step: OpeningStep, faults: Sequence[Fault]) -> dict[str, Any]:
    """Answer what every step's page shows: whose application it is, and the row of steps."""
    faulty = {fault.step for fault in faults}
    reached = STEPS.index(OpeningStep(draft.step))
    links = []
    for at, one in enumerate(STEPS):
        state = ("faulty" if one in faulty else "done") if at < reached else ""
        links.append(StepLink(one, TITLES[one], at + 1, state, one == step))
    shown = STEPS.index(step)
    return {
        "draft": draft,
        "saved": saved_at(draft),
        "step": step,
        "title": TITLES[step],
        "number": shown + 1,
        "steps": links,
        "previous": STEPS[shown - 1] if shown else None,
        "next_title": TITLES[next_step(step)],
    }


def checked(opening: Opening, step: OpeningStep, faults: Sequence[Fault], left: str) -> list[tuple[str, list[str]]]:
    """Answer what to say at which input after one was left: at that one, and at those that are filled in.

    An input that is empty and was not left yet is not blamed; one that is in order has nothing said.
    """
    said: dict[str, list[str]] = {}
    for fault in faults:
        said.setdefault(fault.name, []).append(fault.said)
    found = []
    for form in opening.forms(step):
        for field in form:
            sentences = said.get(field.html_name, [])
            if not sentences or field.html_name == left or is_filled(field):
                found.append((str(field.auto_id), sentences))
    return found


def last_four(tax_id: str) -> str:
    """Answer what may be shown of a tax id: its last four, where that leaves most of it out."""
    written = "".join(character for character in tax_id if character.isalnum())
    return f"··· {written[-4:]}" if len(written) >= SHORTEST_TO_SHOW else "entered" if written else ""


def saved_at(draft: OpeningDraft) -> str:
    """Answer when an application was last saved: the time, and the day where it is another."""
    if not draft.revision:
        return "Nothing saved yet"
    at = draft.updated_at.astimezone(NEW_YORK)
    day = "" if at.date() == clock.today() else f"{at:%b} {at.day}, {at.year} "
    return f"Saved {day}{at:%H:%M:%S} ET"


def _inputs(opening: Opening, step: OpeningStep) -> list[str]:
    return [form[name].html_name for form in opening.forms(step) for group in form.groups for name in group.names]


def _groups(opening: Opening, step: OpeningStep, faults: Sequence[Fault], first: str) -> list[EntryGroup]:
    found = []
    for form in opening.forms(step):
        for at, group in enumerate(form.groups):
            entries = tuple(_entry(opening, form, form[name], faults, first) for name in group.names)
            found.append(EntryGroup(group, f"{form.prefix}-{at}", entries))
    return found


def _agreements(opening: Opening, step: OpeningStep, faults: Sequence[Fault], first: str) -> list[dict[str, Any]]:
    forms = [form for form in opening.forms(step) if isinstance(form, AgreementForm)]
    return [
        {"form": form, "entries": {field.name: _entry(opening, form, field, faults, first) for field in form}}
        for form in forms
    ]


def _entry(opening: Opening, form: SectionForm, field: BoundField, faults: Sequence[Fault], first: str) -> Entry:
    size = "wide" if field.name in form.wide else "short" if field.name in form.short else ""
    held = last_four(str(opening.identity.cleaned_data.get("tax_id", ""))) if field.name == "tax_id" else ""
    return Entry(
        field=field,
        said=tuple(fault.said for fault in faults if fault.name == field.html_name),
        size=size,
        is_needed=field.name in form.needed,
        is_first=field.html_name == first,
        note=f"Entered: {held}. Leave this empty to keep it." if held else "",
    )
