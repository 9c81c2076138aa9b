"""Everything entered in an application in progress: its forms, the ticket they come to, and every fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.forms import BoundField
from django.utils.datastructures import MultiValueDict

from accounts.choices import AgreementType, ContextType, OpeningStep
from accounts.openings.fields import YesNo
from accounts.openings.forms import ContactForm, IdentityForm, SectionForm, SuitabilityForm, TrustedContactForm
from accounts.openings.papers import AgreementForm, ContextForm, DisclosuresForm, TermsForm
from accounts.openings.sentences import in_words
from accounts.rules.applications import AccountApplication, UploadedDocument
from accounts.rules.onboarding import application_faults

S = OpeningStep
Sections = Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True)
class Fault:
    """One sentence about one input: where it stands, and which step it is on."""

    name: str
    step: OpeningStep
    said: str
    anchor: str


class Opening:
    """What was entered in the steps of one application; a step that nobody saved says its defaults."""

    def __init__(self, sections: Sections, *, documents: tuple[UploadedDocument, ...] = ()) -> None:
        contact, disclosures = _entries(sections, S.CONTACT), _entries(sections, S.DISCLOSURES)
        agreements = _entries(sections, S.AGREEMENTS)
        self.contact = ContactForm(contact)
        self.trusted_contact = TrustedContactForm(contact)
        self.identity = IdentityForm(_entries(sections, S.IDENTITY))
        self.suitability = SuitabilityForm(_entries(sections, S.SUITABILITY))
        self.disclosures = DisclosuresForm(disclosures)
        self.contexts = [ContextForm(disclosures, context_type=one) for one in ContextType]
        self.terms = TermsForm(agreements)
        self.agreements = [AgreementForm(agreements, agreement=one) for one in AGREEMENT_ORDER]
        self.documents = documents

    def forms(self, step: OpeningStep) -> list[SectionForm]:
        """Answer the forms of a step, as its page shows them."""
        of_steps: dict[OpeningStep, list[SectionForm]] = {
            S.CONTACT: [self.contact, self.trusted_contact],
            S.IDENTITY: [self.identity],
            S.SUITABILITY: [self.suitability],
            S.DISCLOSURES: [self.disclosures, *self.contexts],
            S.AGREEMENTS: [self.terms, *self.agreements],
        }
        return of_steps.get(step, [])

    @property
    def label(self) -> str:
        """Answer whom the application is for, as far as is known."""
        identity = self.identity.cleaned_data
        name = f"{identity.get('given_name', '')} {identity.get('family_name', '')}".strip()
        return name or str(self.contact.cleaned_data.get("email_address", ""))

    def application(self) -> AccountApplication:
        """Answer the ticket that these entries come to, with whatever of them can be read."""
        contexts, signed = self._contexts_asked_for(), self._signed()
        return AccountApplication(
            contact=self.contact.to_ticket(),
            identity=self.identity.to_ticket(),
            suitability=self.suitability.to_ticket(),
            disclosures=replace(self.disclosures.to_ticket(), context=tuple(one.to_ticket() for one in contexts)),
            agreements=tuple(one.to_ticket() for one in signed),
            documents=self.documents,
            trusted_contact=self.trusted_contact.to_ticket() if self.trusted_contact.is_given() else None,
            **self.terms.terms(),
        )

    def faults(self, *, today: date) -> list[Fault]:
        """Answer every fault of the whole application, in the order of the steps and their fields."""
        by_input = self._by_input(application_faults(self.application(), today=today))
        found: list[Fault] = []
        for step in OpeningStep:
            for form, field in self._fields(step):
                broken = by_input.pop(field.html_name, [])
                for said in list(form.errors.get(field.name) or ()) or broken:
                    found.append(Fault(field.html_name, step, _sentence(form, field, str(said)), anchor_of(field)))
        return found + [_elsewhere(name, said) for name, sentences in by_input.items() for said in sentences]

    def _by_input(self, faults: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Name faults by the inputs that they are about: the rules name them by their place in the ticket."""
        prefixes = {"contact": "contact", "trusted_contact": "trusted_contact", "disclosures": "disclosures"}
        prefixes |= {f"disclosures.context.{at}": str(one.prefix) for at, one in enumerate(self._contexts_asked_for())}
        prefixes |= {f"agreements.{at}": str(one.prefix) for at, one in enumerate(self._signed())}
        found = {}
        for place, said in faults.items():
            section, _, name = place.rpartition(".")
            if section == "identity":
                section = "identity" if name in self.identity.fields else "suitability"
            elif section == "" and name in self.terms.fields:
                section = "terms"
            found[f"{prefixes.get(section, section)}-{name}".lstrip("-")] = said
        return found

    def _fields(self, step: OpeningStep) -> Iterator[tuple[SectionForm, BoundField]]:
        for form in self.forms(step):
            if isinstance(form, ContextForm) and form not in self._contexts_asked_for():
                continue
            for group in form.groups or ():
                yield from ((form, form[name]) for name in group.names)
            if isinstance(form, AgreementForm) and form.is_signed_now:
                yield from ((form, form[name]) for name in form.fields)

    def _contexts_asked_for(self) -> list[ContextForm]:
        return [one for one in self.contexts if self.disclosures.cleaned_data.get(one.asked_by)]

    def _signed(self) -> list[AgreementForm]:
        return [one for one in self.agreements if one.is_signed_now]


AGREEMENT_ORDER = (AgreementType.CUSTOMER, AgreementType.ACCOUNT, AgreementType.MARGIN, AgreementType.OPTIONS)


def is_filled(field: BoundField) -> bool:
    """Say whether anything was entered in an input."""
    return field.value() not in (None, "", [], [""], False)


def anchor_of(field: BoundField) -> str:
    """Answer the id of the input that a link to a field leads to: the first of a group."""
    return f"{field.auto_id}_0" if field.use_fieldset else str(field.auto_id)


def _sentence(form: SectionForm, field: BoundField, said: str) -> str:
    if isinstance(field.field, YesNo) and said == "is required":
        return f"“{field.label}” needs a yes or a no."
    return in_words(str(field.label), said, owner=form.owner)


def _elsewhere(name: str, said: str) -> Fault:
    """Answer a fault that no single input is at: no agreement signed, a document that is none."""
    if name.startswith("agreements"):
        return Fault("agreements", S.AGREEMENTS, "Mark at least one agreement that the customer signed.", "agreements")
    if name.startswith("documents"):
        return Fault("documents", S.DOCUMENTS, in_words("A document", said), "documents")
    return Fault(name, S.CONTACT, in_words(name.replace("-", " ").replace("_", " "), said), "main")


def _entries(sections: Sections, step: OpeningStep) -> "MultiValueDict[str, str]":
    return MultiValueDict({name: list(texts) for name, texts in (sections.get(step) or DEFAULTS[step]).items()})


DEFAULTS: dict[str, dict[str, list[str]]] = {
    S.CONTACT: ContactForm.defaults() | TrustedContactForm.defaults(),
    S.IDENTITY: IdentityForm.defaults(),
    S.SUITABILITY: {},
    S.DISCLOSURES: {f"{one.lower()}-company_country": ["USA"] for one in ContextType},
    S.AGREEMENTS: TermsForm.defaults(),
}
