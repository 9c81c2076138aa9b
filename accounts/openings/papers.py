"""The forms of what is disclosed, signed and sent."""

from typing import Any, ClassVar

from django import forms

from accounts import choices
from accounts.choices import AgreementType, ContextType, DocumentType
from accounts.openings.fields import Instant, Lines, Text, Word, Words, YesNo, countries
from accounts.openings.forms import EMAIL_HINTS, Group, SectionForm
from accounts.rules import applications as tickets
from accounts.rules.disclosures import FLAGS
from accounts.rules.documents import ACTIVE_REVISIONS

# The answer that asks for the details of a disclosure, and how the page calls what they are about.
CONTEXTS = {
    ContextType.CONTROLLED_FIRM: ("is_control_person", "Controlled firm"),
    ContextType.AFFILIATE_FIRM: ("is_affiliated_exchange_or_finra", "Affiliated firm"),
    ContextType.IMMEDIATE_FAMILY_EXPOSED: ("immediate_family_exposed", "Family member"),
}
AGREEMENTS = {
    AgreementType.CUSTOMER: "Customer agreement",
    AgreementType.ACCOUNT: "Account agreement",
    AgreementType.MARGIN: "Margin agreement",
    AgreementType.OPTIONS: "Options agreement",
}
COMPANY = ("company_name", "company_compliance_email", "company_street_address", "company_country")


class DisclosuresForm(SectionForm):
    """`disclosures`, without their details."""

    default_prefix = "disclosures"
    ticket = tickets.DisclosureDetails
    wide = needed = frozenset(FLAGS)
    groups = (
        Group("Work", ("employment_status",)),
        Group(
            "Employer",
            ("employer_name", "employment_position", "employer_address", "employment_sector"),
            shown_if="employed",
        ),
        Group(
            "Is the customer …",
            FLAGS,
            "Every question needs an answer. A yes sends the application to a person.",
        ),
    )

    employment_status = Word(
        [(word, word.capitalize()) for word in choices.EmploymentStatus.values], label="Employment status"
    )
    employer_name = Text(label="Employer")
    employment_position = Text(label="Position")
    employer_address = Text(label="Employer’s address")
    employment_sector = Word(choices.EmploymentSector.choices, label="Line of work")
    is_control_person = YesNo(
        label="A control person of a public company",
        help_text="A director, an officer, or the holder of 10% or more of its shares.",
    )
    is_affiliated_exchange_or_finra = YesNo(
        label="Affiliated with an exchange or FINRA", help_text="Works there, or at a member firm."
    )
    is_politically_exposed = YesNo(
        label="Politically exposed", help_text="Holds or held a prominent public office, in any country."
    )
    immediate_family_exposed = YesNo(
        label="Of a family with somebody politically exposed", help_text="A parent, sibling, spouse or child."
    )

    def to_ticket(self) -> tickets.DisclosureDetails:
        """Answer the disclosures; an employer counts for the employed."""
        if self.cleaned_data.get("employment_status") != choices.EmploymentStatus.EMPLOYED:
            names = ("employer_name", "employment_position", "employer_address", "employment_sector")
            self.cleaned_data |= dict.fromkeys(names, "")
        disclosures: tickets.DisclosureDetails = super().to_ticket()
        return disclosures


class ContextForm(SectionForm):
    """One of `disclosures.context`: the details of a yes."""

    ticket = tickets.DisclosureContext
    short = frozenset({"company_country", "company_city", "company_state"})
    wide = frozenset({"company_street_address"})

    company_name = Text(label="Company")
    company_compliance_email = Text(label="Its compliance department’s e-mail", hints=EMAIL_HINTS)
    company_street_address = Lines(label="Street address")
    company_country = Word(countries(), are_names=True, label="Country", initial="USA", empty="Choose one")
    company_city = Text(label="City")
    company_state = Text(label="State", hints={"list": "states"})
    given_name = Text(label="Given name")
    family_name = Text(label="Family name")

    def __init__(self, entries: Any, *, context_type: ContextType) -> None:
        super().__init__(entries, prefix=context_type.lower())
        self.context_type = context_type
        self.asked_by, self.owner = CONTEXTS[context_type]  # type: ignore[misc]  # one owner for each of the three
        is_family = context_type == ContextType.IMMEDIATE_FAMILY_EXPOSED
        names = ("given_name", "family_name") if is_family else (*COMPANY, "company_city", "company_state")
        self.fields = {name: self.fields[name] for name in names}
        self.needed = frozenset(names)  # type: ignore[misc]
        self.groups = (Group(self.owner, names, shown_if=self.asked_by),)  # type: ignore[misc]

    def to_ticket(self) -> tickets.DisclosureContext:
        """Answer the details, with what they are about."""
        self.cleaned_data = {
            "context_type": self.context_type,
            **{name: value for name, value in self.cleaned_data.items() if name in self.fields},
        }
        context: tickets.DisclosureContext = super().to_ticket()
        return context


class TermsForm(SectionForm):
    """What the account is and may trade: fields of the application itself."""

    default_prefix = "terms"
    ticket = tickets.AccountApplication
    wide = frozenset({"enabled_assets"})
    groups = (
        Group("The account", ("account_type", "enabled_assets")),
        Group("Retirement account", ("account_sub_type",), shown_if="ira"),
    )

    account_type = Word(
        [("trading", "Individual, taxable"), ("ira", "Retirement (IRA)")],
        label="Kind of account",
        initial="trading",
        empty=None,
    )
    account_sub_type = Word(choices.AccountSubType.choices, label="Kind of IRA")
    enabled_assets = Words(
        [(one.value, str(one.label)) for one in (choices.EnabledAsset.US_EQUITY, choices.EnabledAsset.US_OPTION)],
        label="May trade",
        initial=["us_equity"],
        help_text="Options need the suitability answers and the options agreement, and a request of their own.",
    )

    def terms(self) -> dict[str, Any]:
        """Answer what was chosen; the kind of IRA counts for an IRA."""
        is_ira = self.cleaned_data.get("account_type") == choices.AccountType.IRA
        return {name: value for name, value in self.cleaned_data.items() if is_ira or name != "account_sub_type"}


class AgreementForm(SectionForm):
    """One of `agreements`: signed or not, when, from where, and under which revision.

    Nothing is filled in for the customer: the clerk's own time and address are not the
    signature's. The revision in force is proposed, because that is what is handed out.
    """

    ticket = tickets.SignedAgreement
    needed = frozenset({"signed_at", "ip_address"})
    short = frozenset({"signed_at", "ip_address", "revision"})

    is_signed = forms.BooleanField(required=False, label="Signed by the customer")
    signed_at = Instant(label="Signed at")
    ip_address = Text(label="From IP address")
    revision = Text(label="Revision")

    def __init__(self, entries: Any, *, agreement: AgreementType) -> None:
        super().__init__(entries, prefix=agreement.value)
        self.agreement = agreement
        self.owner = AGREEMENTS[agreement]  # type: ignore[misc]
        self.fields["revision"].widget.attrs["placeholder"] = ACTIVE_REVISIONS[agreement]

    @property
    def is_signed_now(self) -> bool:
        """Say whether it is marked as signed."""
        return bool(self.cleaned_data.get("is_signed"))

    def to_ticket(self) -> tickets.SignedAgreement:
        """Answer the signature."""
        self.cleaned_data["agreement"] = self.agreement.value
        signed: tickets.SignedAgreement = super().to_ticket()
        return signed


class DocumentForm(forms.Form):
    """One of `documents`: what it proves, and its file."""

    use_required_attribute = False
    KINDS: ClassVar = (
        DocumentType.IDENTITY_VERIFICATION,
        DocumentType.ADDRESS_VERIFICATION,
        DocumentType.DATE_OF_BIRTH_VERIFICATION,
        DocumentType.TAX_ID_VERIFICATION,
        DocumentType.W9,
        DocumentType.W8BEN,
        DocumentType.LIMITED_TRADING_AUTHORIZATION,
        DocumentType.PEP_DECLARATION_FORM,
        DocumentType.OTHER,
    )

    document_type = Word([(kind.value, kind.label) for kind in KINDS], label="What it shows", empty="Choose one")
    document_sub_type = Text(label="Kind of document", help_text="Such as passport, or utility bill.")
    content = forms.FileField(
        label="File",
        required=False,
        allow_empty_file=True,
        help_text="PDF, PNG or JPEG, at most 10 MB.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )
