"""The forms of the steps; their fields are the contract's, under the names that the serializers read."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from accounts import choices
from accounts.openings.fields import (
    Amount,
    Day,
    Lines,
    Secret,
    Text,
    Whole,
    Word,
    Words,
    YesNo,
    countries,
    tax_id_types,
)
from accounts.rules import applications as tickets

EMAIL_HINTS = {"inputmode": "email", "autocapitalize": "off"}


@dataclass(frozen=True)
class Group:
    """Fields that stand together under a heading.

    `shown_if` names the answer that makes them worth asking; a `folded` group opens on demand.
    """

    heading: str
    names: tuple[str, ...]
    text: str = ""
    shown_if: str = ""
    folded: bool = False


class SectionForm(forms.Form):
    """A part of the application. `owner` is whom its labels are about where the page has them twice.

    `wide` and `short` say how much room a field takes: the whole line, or a third of it. `needed`
    marks what every application in the USA needs; the rules decide.
    """

    use_required_attribute = False
    owner: ClassVar[str] = ""
    groups: ClassVar[tuple[Group, ...]] = ()
    wide: ClassVar[frozenset[str]] = frozenset()
    short: ClassVar[frozenset[str]] = frozenset()
    needed: ClassVar[frozenset[str]] = frozenset()
    ticket: ClassVar[type[Any]]

    def __init__(self, entries: "MultiValueDict[str, str] | QueryDict | None", *, prefix: str = "") -> None:
        super().__init__(entries, prefix=prefix or self.default_prefix)
        self.full_clean()

    default_prefix: ClassVar[str] = ""

    @classmethod
    def defaults(cls, prefix: str = "") -> dict[str, list[str]]:
        """Answer what an untouched form already says, by the names of its inputs."""
        said = {name: field.initial for name, field in cls.base_fields.items() if field.initial is not None}
        listed = {name: value if isinstance(value, list) else [value] for name, value in said.items()}
        return {f"{prefix or cls.default_prefix}-{name}": value for name, value in listed.items()}

    def is_given(self) -> bool:
        """Say whether anything was entered."""
        return any(self[name].value() for name in self.fields)

    def to_ticket(self) -> Any:
        """Answer what could be read, as the ticket of this section."""
        known = {column.name for column in fields(self.ticket)}
        return self.ticket(**{name: value for name, value in self.cleaned_data.items() if name in known})


class ContactForm(SectionForm):
    """`contact`."""

    default_prefix = "contact"
    ticket = tickets.ContactDetails
    needed = frozenset({"email_address", "street_address", "city", "state", "postal_code"})
    wide = frozenset({"street_address", "local_street_address"})
    short = frozenset({"city", "state", "postal_code", "local_unit", "local_city", "local_state"})
    groups = (
        Group("Reach", ("email_address", "phone_number"), "One e-mail address opens one account."),
        Group(
            "Home address",
            ("street_address", "unit", "country", "city", "state", "postal_code"),
            "Where the customer lives; a P.O. box is not accepted.",
        ),
        Group(
            "In the customer’s own script",
            ("local_street_address", "local_unit", "local_city", "local_state"),
            folded=True,
        ),
    )

    email_address = Text(label="E-mail", hints=EMAIL_HINTS)
    phone_number = Text(label="Phone", hints={"inputmode": "tel"}, help_text="Such as +1 555 555 5555.")
    street_address = Lines(label="Street address", help_text="At most three lines.")
    unit = Text(label="Unit", help_text="Apartment, suite or floor.")
    city = Text(label="City")
    state = Text(label="State", hints={"list": "states"}, help_text="Code or name.")
    postal_code = Text(label="Postal code", hints={"inputmode": "numeric"})
    country = Word(countries(), are_names=True, label="Country", initial="USA", empty="Not said")
    local_street_address = Text(label="Street address, own script")
    local_unit = Text(label="Unit, own script")
    local_city = Text(label="City, own script")
    local_state = Text(label="State, own script")


class TrustedContactForm(SectionForm):
    """`trusted_contact`: whom to ask when the holder cannot be reached (FINRA 4512)."""

    default_prefix = "trusted_contact"
    owner = "Trusted contact"
    ticket = tickets.TrustedContactDetails
    wide = frozenset({"street_address"})
    short = frozenset({"city", "state", "postal_code"})
    groups = (
        Group(
            "Trusted contact",
            ("given_name", "family_name", "email_address", "phone_number"),
            "Whom to ask when the customer cannot be reached. Optional; a name and one way to reach the person.",
        ),
        Group("Trusted contact’s address", ("street_address", "country", "city", "state", "postal_code"), folded=True),
    )

    given_name = Text(label="Given name")
    family_name = Text(label="Family name")
    email_address = Text(label="E-mail", hints=EMAIL_HINTS)
    phone_number = Text(label="Phone", hints={"inputmode": "tel"})
    street_address = Lines(label="Street address")
    city = Text(label="City")
    state = Text(label="State", hints={"list": "states"})
    postal_code = Text(label="Postal code", hints={"inputmode": "numeric"})
    country = Word(countries(), are_names=True, label="Country", empty="Not said")


class IdentityForm(SectionForm):
    """`identity`, without the suitability answers."""

    default_prefix = "identity"
    ticket = tickets.IdentityDetails
    needed = frozenset(
        {
            *("given_name", "family_name", "date_of_birth", "tax_id_type", "tax_id"),
            *("country_of_tax_residence", "funding_source", "visa_expiration_date"),
        }
    )
    short = frozenset(
        {"given_name", "middle_name", "family_name", "local_given_name", "local_middle_name", "local_family_name"}
    )
    wide = frozenset({"funding_source"})
    groups = (
        Group("Name", ("given_name", "middle_name", "family_name"), "As on the identity document, without accents."),
        Group(
            "Name in the customer’s own script",
            ("local_given_name", "local_middle_name", "local_family_name"),
            folded=True,
        ),
        Group(
            "Birth and tax",
            ("date_of_birth", "country_of_birth", "tax_id_type", "tax_id", "country_of_tax_residence"),
            "The tax ID is kept encrypted and shown by its last four characters only.",
        ),
        Group("Citizenship", ("country_of_citizenship", "permanent_resident", "visa_type")),
        Group("Visa", ("visa_expiration_date", "date_of_departure_from_usa"), shown_if="visa_type"),
        Group("Money", ("funding_source",), "Where the money comes from that is invested here."),
    )

    given_name = Text(label="Given name")
    middle_name = Text(label="Middle name")
    family_name = Text(label="Family name")
    local_given_name = Text(label="Given name, own script")
    local_middle_name = Text(label="Middle name, own script")
    local_family_name = Text(label="Family name, own script")
    date_of_birth = Day(label="Date of birth")
    country_of_birth = Word(countries(), are_names=True, label="Country of birth", empty="Not said")
    tax_id_type = Word(tax_id_types(), are_names=True, label="Kind of tax ID", initial="USA_SSN", empty="Choose one")
    tax_id = Secret(label="Tax ID")
    country_of_tax_residence = Word(
        countries(), are_names=True, label="Country of tax residence", initial="USA", empty="Choose one"
    )
    country_of_citizenship = Word(countries(), are_names=True, label="Citizenship", initial="USA", empty="Not said")
    permanent_resident = YesNo(label="Permanent resident of the USA")
    visa_type = Word(choices.VisaType.choices, label="Visa", empty="None")
    visa_expiration_date = Day(label="Visa expires on")
    date_of_departure_from_usa = Day(label="Leaves the USA on", help_text="For B1 and B2 visas.")
    funding_source = Words(choices.FundingSource.choices, label="Source of funds")

    def to_ticket(self) -> tickets.IdentityDetails:
        """Answer the identity; what was typed of a visa counts where there is one."""
        if not self.cleaned_data.get("visa_type"):
            self.cleaned_data |= {"visa_expiration_date": None, "date_of_departure_from_usa": None}
        identity: tickets.IdentityDetails = super().to_ticket()
        return identity


class SuitabilityForm(SectionForm):
    """The ten suitability answers (FINRA 2360(b)(16))."""

    default_prefix = "suitability"
    ticket = tickets.SuitabilityAnswers
    groups = (
        Group("Annual income", ("annual_income_min", "annual_income_max"), "In dollars a year; a range is fine."),
        Group("Net worth", ("total_net_worth_min", "total_net_worth_max"), "Without the home the customer lives in."),
        Group(
            "Liquid net worth", ("liquid_net_worth_min", "liquid_net_worth_max"), "What can be turned into cash soon."
        ),
        Group("Experience", ("investment_experience_with_stocks", "investment_experience_with_options")),
        Group("Aims", ("investment_objective", "risk_tolerance", "investment_time_horizon", "liquidity_needs")),
        Group("Household", ("marital_status", "number_of_dependents")),
    )

    annual_income_min = Amount(label="Annual income, from")
    annual_income_max = Amount(label="Annual income, to")
    total_net_worth_min = Amount(label="Net worth, from")
    total_net_worth_max = Amount(label="Net worth, to")
    liquid_net_worth_min = Amount(label="Liquid net worth, from")
    liquid_net_worth_max = Amount(label="Liquid net worth, to")
    liquidity_needs = Word(
        choices.LiquidityNeeds.choices, label="Liquidity needs", help_text="How soon the money may be needed back."
    )
    investment_experience_with_stocks = Word(choices.Experience.choices, label="Experience with stocks")
    investment_experience_with_options = Word(choices.Experience.choices, label="Experience with options")
    risk_tolerance = Word(choices.RiskTolerance.choices, label="Risk tolerance")
    investment_objective = Word(choices.Objective.choices, label="Objective")
    investment_time_horizon = Word(choices.TimeHorizon.choices, label="Time horizon")
    marital_status = Word([(word, word.capitalize()) for word in choices.MaritalStatus.values], label="Marital status")
    number_of_dependents = Whole(label="Dependents", help_text="0 where there are none.")
