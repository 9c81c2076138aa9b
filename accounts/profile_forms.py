"""The forms that edit what is on file of a holder, section by section.

Fields carry the names of the tickets in `rules/applications.py`; what may be in them the rules
decide. Each form carries the mark of what it was filled in with (`rules/editing.py`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from accounts import choices
from accounts.form_fields import YES_OR_NO, AmountField, DayField, LinesField, text, word, yes_or_no
from accounts.rules.applications import AccountChanges, ConfigurationChanges, SignedAgreement
from accounts.rules.configuration import MULTIPLIERS
from accounts.rules.onboarding import MATERIAL_EDITS
from brokerage.market_calendar import NEW_YORK
from brokerage.templatetags.formats import sentence


class SectionForm(forms.Form):
    """One section of the profile. `seen` marks what was on file when the form was filled in."""

    section: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    note: ClassVar[str] = ""

    seen = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """Answer what was entered, by the names of the ticket."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def changes(self) -> AccountChanges:
        """Answer what was entered as a change of the account."""
        sections: dict[str, Any] = {self.section: self.values()}
        return AccountChanges(**sections)

    @classmethod
    def material(cls) -> list[str]:
        """Answer the labels of the fields whose change sends an active account to review (contract 2.5)."""
        labels = {name: field.label for name, field in cls.base_fields.items()}
        return [str(labels[name]) for name in labels if f"{cls.section}.{name}" in MATERIAL_EDITS]


class ContactForm(SectionForm):
    """How the holder is reached."""

    section, heading = "contact", "Contact"

    email_address = text("E-mail", widget=forms.EmailInput(attrs={"spellcheck": "false"}))
    phone_number = text("Phone", widget=forms.TextInput(attrs={"inputmode": "tel"}))
    street_address = LinesField("Street", help_text="Up to three lines, no P.O. box.")
    unit = text("Unit")
    city = text("City")
    state = text("State")
    postal_code = text("Postal code")
    country = text("Country", help_text="Three letters, such as USA.")
    local_street_address = text("Street, native script")
    local_unit = text("Unit, native script")
    local_city = text("City, native script")
    local_state = text("State, native script")


class IdentityForm(SectionForm):
    """Who the holder is, as far as that may change."""

    section, heading = "identity", "Identity"
    note = "Tax id, date of birth, tax residence and country of birth stay as they were when the account was opened."

    given_name = text("Given name")
    middle_name = text("Middle name")
    family_name = text("Family name")
    local_given_name = text("Given name, native script")
    local_middle_name = text("Middle name, native script")
    local_family_name = text("Family name, native script")
    country_of_citizenship = text("Citizenship", help_text="Three letters, such as USA.")
    visa_type = word("Visa", choices.VisaType.choices)
    visa_expiration_date = DayField("Visa expires")
    date_of_departure_from_usa = DayField("Leaves the USA")
    permanent_resident = forms.TypedChoiceField(
        label="Permanent resident",
        required=False,
        choices=[("", "—"), *YES_OR_NO],
        coerce=lambda said: said == "True",
        empty_value=None,
    )
    funding_source = forms.TypedMultipleChoiceField(
        label="Source of funds",
        required=False,
        choices=[(value, sentence(str(label))) for value, label in choices.FundingSource.choices],
        widget=forms.CheckboxSelectMultiple,
    )

    def values(self) -> dict[str, Any]:
        """Answer what was entered; the sources of funds as a tuple, as the ticket has them."""
        return super().values() | {"funding_source": tuple(self.cleaned_data["funding_source"])}


class SuitabilityForm(SectionForm):
    """The ten answers. Saving other ones makes a further revision; earlier ones stay."""

    section, heading = "suitability", "Suitability"
    note = "Saving makes a new revision. Earlier answers stay on file."

    annual_income_min = AmountField("Annual income, at least")
    annual_income_max = AmountField("Annual income, at most")
    total_net_worth_min = AmountField("Net worth, at least")
    total_net_worth_max = AmountField("Net worth, at most")
    liquid_net_worth_min = AmountField("Liquid net worth, at least")
    liquid_net_worth_max = AmountField("Liquid net worth, at most")
    liquidity_needs = word("Liquidity needs", choices.LiquidityNeeds.choices)
    investment_experience_with_stocks = word("Experience with stocks", choices.Experience.choices)
    investment_experience_with_options = word("Experience with options", choices.Experience.choices)
    risk_tolerance = word("Risk tolerance", choices.RiskTolerance.choices)
    investment_objective = word("Objective", choices.Objective.choices)
    investment_time_horizon = word("Time horizon", choices.TimeHorizon.choices)
    marital_status = word("Marital status", ((one, label.title()) for one, label in choices.MaritalStatus.choices))
    number_of_dependents = forms.IntegerField(
        label="Dependents", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )


class DisclosuresForm(SectionForm):
    """What the holder discloses, and for whom they work."""

    section, heading = "disclosures", "Disclosures"

    is_control_person = yes_or_no("Control person of a public company")
    is_affiliated_exchange_or_finra = yes_or_no("Affiliated with an exchange or FINRA")
    is_politically_exposed = yes_or_no("Politically exposed")
    immediate_family_exposed = yes_or_no("Family politically exposed")
    employment_status = word("Employment", ((one, label.title()) for one, label in choices.EmploymentStatus.choices))
    employer_name = text("Employer")
    employer_address = text("Employer’s address")
    employment_position = text("Position")
    employment_sector = word("Sector", choices.EmploymentSector.choices)

    @classmethod
    def material(cls) -> list[str]:
        """Name what sends an active account to review; so does each of the four answers when it becomes yes."""
        return [*super().material(), "a disclosure that becomes yes"]


class TrustedContactForm(SectionForm):
    """Whom to ask when the holder cannot be reached."""

    section, heading = "trusted_contact", "Trusted contact"
    note = "A name, and at least one way to reach them."

    given_name = text("Given name")
    family_name = text("Family name")
    email_address = text("E-mail", widget=forms.EmailInput(attrs={"spellcheck": "false"}))
    phone_number = text("Phone", widget=forms.TextInput(attrs={"inputmode": "tel"}))
    street_address = LinesField("Street")
    city = text("City")
    state = text("State")
    postal_code = text("Postal code")
    country = text("Country", help_text="Three letters, such as USA.")


class AssetsForm(SectionForm):
    """The asset classes that the account may trade: they are switched on here, never off."""

    section, heading = "enabled_assets", "Enabled assets"
    note = "What is switched on stays on; options still need an approved level."

    enabled_assets = forms.MultipleChoiceField(
        label="Asset classes",
        required=False,
        choices=[(value, sentence(str(label))) for value, label in choices.EnabledAsset.choices],
        widget=forms.CheckboxSelectMultiple,
    )

    def changes(self) -> AccountChanges:
        """Answer the classes to switch on."""
        return AccountChanges(enabled_assets=tuple(self.cleaned_data["enabled_assets"]))


class ConfigurationForm(SectionForm):
    """How the account trades."""

    section, heading = "configuration", "Trading configuration"

    max_margin_multiplier = forms.ChoiceField(label="Margin multiplier", choices=[(one, one) for one in MULTIPLIERS])
    trade_confirm_email = forms.ChoiceField(
        label="Confirmations by e-mail", choices=[(v, sentence(str(n))) for v, n in choices.TradeConfirmEmail.choices]
    )
    fractional_trading = forms.BooleanField(label="Fractional trading", required=False)
    no_shorting = forms.BooleanField(label="No shorting", required=False)
    suspend_trade = forms.BooleanField(label="Trading suspended by the holder", required=False)
    ptp_no_exception_entry = forms.BooleanField(label="No partnership (PTP) entries", required=False)
    disable_overnight_trading = forms.BooleanField(label="No overnight trading", required=False)

    def configuration(self) -> ConfigurationChanges:
        """Answer what was entered as a change of the configuration."""
        return ConfigurationChanges(**self.values())


class AgreementForm(SectionForm):
    """A further signature of the holder."""

    section, heading = "agreements", "Agreements"

    agreement = word("Agreement", choices.AgreementType.choices)
    signed_at = forms.DateTimeField(
        label="Signed, New York time",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"required": "Say when it was signed."},
    )
    ip_address = text("From IP address", widget=forms.TextInput(attrs={"spellcheck": "false"}))
    revision = text("Revision", help_text="Such as 16.2021.05; left empty it is the one in force.")

    def clean_signed_at(self) -> datetime:
        """Read the time as New York's, where the desk is."""
        at: datetime = self.cleaned_data["signed_at"]
        return at.replace(tzinfo=NEW_YORK)

    def changes(self) -> AccountChanges:
        """Answer the signature as a change of the account."""
        return AccountChanges(agreements=(SignedAgreement(**self.values()),))


FORMS: Mapping[str, type[SectionForm]] = {
    form.section: form
    for form in (
        *(ContactForm, IdentityForm, SuitabilityForm, DisclosuresForm, TrustedContactForm),
        *(AssetsForm, ConfigurationForm, AgreementForm),
    )
}
CONFIGURING = ("configuration",)
