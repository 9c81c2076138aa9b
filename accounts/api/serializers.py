"""The request bodies of the account side, parsed into the tickets of `rules/applications.py`."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts import choices
from accounts.api.sections import (
    Amount,
    Base64,
    Day,
    Flag,
    Instant,
    JsonObject,
    JsonObjects,
    Lines,
    Section,
    SectionError,
    Sections,
    Text,
    Whole,
    Word,
    Words,
)
from accounts.errors import AccountInputInvalid
from accounts.rules import applications as tickets
from accounts.rules.onboarding import application_faults
from brokerage import clock
from brokerage.api import field_errors

ANSWERS = tuple(column.name for column in fields(tickets.SuitabilityAnswers))
TOP_LEVEL_ANSWERS = ("liquidity_needs", "risk_tolerance", "investment_objective", "investment_time_horizon")


class ContactSection(Section):
    """`contact`."""

    email_address = Text()
    phone_number = Text()
    street_address = Lines()
    unit = Text()
    city = Text()
    state = Text()
    postal_code = Text()
    country = Text()
    local_street_address = Text()
    local_unit = Text()
    local_city = Text()
    local_state = Text()


class SuitabilitySection(Section):
    """The ten suitability answers, which travel inside `identity`."""

    annual_income_min = Amount()
    annual_income_max = Amount()
    total_net_worth_min = Amount()
    total_net_worth_max = Amount()
    liquid_net_worth_min = Amount()
    liquid_net_worth_max = Amount()
    liquidity_needs = Word(choices.LiquidityNeeds)
    investment_experience_with_stocks = Word(choices.Experience)
    investment_experience_with_options = Word(choices.Experience)
    risk_tolerance = Word(choices.RiskTolerance)
    investment_objective = Word(choices.Objective)
    investment_time_horizon = Word(choices.TimeHorizon)
    marital_status = Word(choices.MaritalStatus, upper=True)
    number_of_dependents = Whole()


class IdentitySection(SuitabilitySection):
    """`identity`."""

    given_name = Text()
    middle_name = Text()
    family_name = Text()
    local_given_name = Text()
    local_middle_name = Text()
    local_family_name = Text()
    date_of_birth = Day()
    tax_id = Text()
    tax_id_type = Word(choices.TaxIdType)
    country_of_citizenship = Text()
    country_of_birth = Text()
    country_of_tax_residence = Text()
    visa_type = Word(choices.VisaType)
    visa_expiration_date = Day()
    date_of_departure_from_usa = Day()
    permanent_resident = Flag()
    funding_source = Words(choices.FundingSource)


class ContextSection(Section):
    """One of `disclosures.context`."""

    context_type = Word(choices.ContextType)
    company_name = Text()
    company_street_address = Lines(or_one=True)
    company_city = Text()
    company_state = Text()
    company_country = Text()
    company_compliance_email = Text()
    given_name = Text()
    family_name = Text()


class DisclosuresSection(Section):
    """`disclosures`."""

    is_control_person = Flag()
    is_affiliated_exchange_or_finra = Flag()
    is_politically_exposed = Flag()
    immediate_family_exposed = Flag()
    employment_status = Word(choices.EmploymentStatus, upper=True)
    employer_name = Text()
    employer_address = Text()
    employment_position = Text()
    employment_sector = Word(choices.EmploymentSector)
    context = Sections(ContextSection())  # type: ignore[assignment]  # DRF keeps fields apart from its own `context`


class AgreementSection(Section):
    """One of `agreements`."""

    agreement = Word(choices.AgreementType)
    signed_at = Instant()
    ip_address = Text()
    revision = Text()


class DocumentSection(Section):
    """One of `documents`."""

    document_type = Word(choices.DocumentType)
    document_sub_type = Text()
    content = Base64()
    content_data = JsonObject()
    mime_type = Word(choices.MimeType)


class TrustedContactSection(Section):
    """`trusted_contact`."""

    given_name = Text()
    family_name = Text()
    email_address = Text()
    phone_number = Text()
    street_address = Lines(or_one=True)
    city = Text()
    state = Text()
    postal_code = Text()
    country = Text()


class ConfigurationSection(Section):
    """`trading_configurations`, and the body of the configuration endpoint (contract 2.9)."""

    max_options_trading_level = Whole()
    fractional_trading = Flag()
    max_margin_multiplier = Text()
    no_shorting = Flag()
    suspend_trade = Flag()
    trade_confirm_email = Word(choices.TradeConfirmEmail)
    ptp_no_exception_entry = Flag(or_word=True)
    disable_overnight_trading = Flag()


class ApplicationSection(Section):
    """The body of `POST /v1/accounts` (contract 2.1)."""

    contact = ContactSection(required=False)
    identity = IdentitySection(required=False)
    disclosures = DisclosuresSection(required=False)
    agreements = Sections(AgreementSection())
    documents = Sections(DocumentSection())
    trusted_contact = TrustedContactSection(required=False)
    enabled_assets = Words(choices.EnabledAsset)
    account_type = Word(choices.AccountType)
    account_sub_type = Word(choices.AccountSubType)
    currency = Text()
    liquidity_needs = Word(choices.LiquidityNeeds)
    risk_tolerance = Word(choices.RiskTolerance)
    investment_objective = Word(choices.Objective)
    investment_time_horizon = Word(choices.TimeHorizon)
    trading_configurations = ConfigurationSection(required=False)
    allow_instant_ach = Flag()
    additional_information = Text()
    beneficiaries = JsonObjects()
    cash_interest = JsonObject()
    fpsl = JsonObject()
    primary_account_holder_id = serializers.UUIDField(required=False)
    custodial_account_type = Text()
    minor_identity = JsonObject()


def read_application(body: Mapping[str, Any]) -> tickets.AccountApplication:
    """Parse a request to open an account.

    Where something cannot be read, raises `AccountInputInvalid` naming it together with
    whatever the rules find wrong in the rest, so that one answer names every field at fault.
    """
    try:
        return application_of(ApplicationSection().to_internal_value(body))
    except SectionError as fault:
        unread = field_errors(fault.detail)
        broken = application_faults(application_of(fault.read), today=clock.today())
        raise AccountInputInvalid({**broken, **unread}) from None


def application_of(read: Mapping[str, Any]) -> tickets.AccountApplication:
    """Build the ticket from what was read of the body."""
    identity = read.get("identity")
    answers = {name: identity[name] for name in ANSWERS if identity and name in identity}
    answers |= {name: read[name] for name in TOP_LEVEL_ANSWERS if read.get(name)}
    terms = {
        name: read[name]
        for name in (
            *("account_type", "account_sub_type", "currency", "enabled_assets", "additional_information"),
            *("allow_instant_ach", "beneficiaries", "cash_interest", "fpsl", "primary_account_holder_id"),
            *("custodial_account_type", "minor_identity"),
        )
        if read.get(name)
    }
    return tickets.AccountApplication(
        contact=_ticket(tickets.ContactDetails, read.get("contact")),
        identity=_ticket(tickets.IdentityDetails, identity),
        suitability=tickets.SuitabilityAnswers(**answers),
        disclosures=disclosures_of(read.get("disclosures")),
        agreements=tuple(tickets.SignedAgreement(**one) for one in read.get("agreements", ())),
        documents=tuple(tickets.UploadedDocument(**one) for one in read.get("documents", ())),
        trusted_contact=_ticket(tickets.TrustedContactDetails, read.get("trusted_contact")),
        trading_configurations=tickets.ConfigurationChanges(**read.get("trading_configurations", {})),
        **terms,
    )


def disclosures_of(read: Mapping[str, Any] | None) -> tickets.DisclosureDetails | None:
    """Build the disclosures, with their details, from what was read."""
    if read is None:
        return None
    context = tuple(tickets.DisclosureContext(**one) for one in read.get("context", ()))
    return tickets.DisclosureDetails(**{**read, "context": context})


def _ticket(kind: type[Any], read: Mapping[str, Any] | None) -> Any:
    if read is None:
        return None
    known = {column.name for column in fields(kind)}
    return kind(**{name: value for name, value in read.items() if name in known})


def read_configuration(body: Mapping[str, Any]) -> tickets.ConfigurationChanges:
    """Parse a request to configure an account; raises `ValidationError` naming every field at fault."""
    section = ConfigurationSection(data=body)
    try:
        return tickets.ConfigurationChanges(**section.to_internal_value(body))
    except SectionError as fault:
        raise ValidationError(fault.detail) from None
