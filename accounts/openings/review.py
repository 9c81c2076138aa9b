"""The application read back, section by section, as the customer can confirm it (SU-4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.forms import BoundField, ChoiceField

from accounts.choices import OpeningStep
from accounts.openings.application import Fault, Opening, anchor_of
from accounts.openings.fields import Secret
from accounts.openings.forms import SectionForm
from accounts.openings.page import last_four
from accounts.openings.papers import AGREEMENTS, ContextForm
from accounts.rules.documents import revision_of
from brokerage.market_calendar import NEW_YORK
from brokerage.templatetags.formats import money, when

S = OpeningStep


@dataclass(frozen=True)
class Line:
    """One answer: what it is about, what was entered, what is wrong with it, and the input to change it at."""

    label: str
    value: str
    said: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class ReviewSection:
    """Answers under a heading, and the step that they are changed on."""

    heading: str
    step: OpeningStep
    lines: tuple[Line, ...]
    absent: str = ""


def review_sections(opening: Opening, faults: Sequence[Fault]) -> list[ReviewSection]:
    """Answer everything that was entered, in the order of the steps; what was left out is left out here too."""
    trusted = tuple(_lines(opening.trusted_contact, faults)) if opening.trusted_contact.is_given() else ()
    disclosures = list(_lines(opening.disclosures, faults))
    for context in opening.contexts:
        if opening.disclosures.cleaned_data.get(context.asked_by):
            disclosures += _lines(context, faults)
    return [
        ReviewSection("Contact", S.CONTACT, tuple(_lines(opening.contact, faults))),
        ReviewSection("Trusted contact", S.CONTACT, trusted, "Nobody was named."),
        ReviewSection("Identity", S.IDENTITY, tuple(_lines(opening.identity, faults))),
        ReviewSection("Suitability", S.SUITABILITY, tuple(_lines(opening.suitability, faults)), "No answers yet."),
        ReviewSection("Disclosures", S.DISCLOSURES, tuple(disclosures)),
        ReviewSection("The account", S.AGREEMENTS, tuple(_lines(opening.terms, faults))),
        ReviewSection("Agreements", S.AGREEMENTS, tuple(_signatures(opening, faults)), "None is marked as signed."),
    ]


def _lines(form: SectionForm, faults: Sequence[Fault]) -> Iterator[Line]:
    said = {fault.name: fault.said for fault in reversed(faults)}
    for group in form.groups:
        for field in (form[name] for name in group.names):
            value, fault = _in_words(form, field), said.get(field.html_name, "")
            if value or fault:
                label = f"{form.owner}: {field.label}" if isinstance(form, ContextForm) else str(field.label)
                yield Line(label, value, fault, anchor_of(field))


def _signatures(opening: Opening, faults: Sequence[Fault]) -> Iterator[Line]:
    for form in opening.agreements:
        if not form.is_signed_now:
            continue
        signed = form.to_ticket()
        at = signed.signed_at.astimezone(NEW_YORK) if signed.signed_at else None
        parts = [f"{at:%b} {at.day}, {at:%Y %H:%M %Z}" if at else "", f"revision {revision_of(signed)}"]
        parts += [f"from {signed.ip_address}"] if signed.ip_address else []
        wrong = " ".join(fault.said for fault in faults if fault.name.startswith(f"{form.prefix}-"))
        yield Line(AGREEMENTS[form.agreement], ", ".join(filter(None, parts)), wrong, form["signed_at"].auto_id)


def _in_words(form: SectionForm, field: BoundField) -> str:
    """Answer an entry as people read it; what could not be read stands as it was typed."""
    if field.name not in form.cleaned_data:
        return str(field.value() or "")
    value: Any = form.cleaned_data[field.name]
    if isinstance(field.field, Secret):
        return last_four(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(field.field, ChoiceField):
        words = dict(field.field.choices)  # type: ignore[arg-type]
        chosen = value if isinstance(value, tuple) else (value,)
        return ", ".join(str(words[one]) for one in chosen if one)
    if isinstance(value, Decimal):
        return money(value, "$").removesuffix(".00")
    if isinstance(value, datetime | date):
        return str(when(value, "zone"))
    return "\n".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
