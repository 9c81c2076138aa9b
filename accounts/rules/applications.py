"""What is asked for when an account is opened, changed or configured: frozen tickets.

Absent is "" for text, None for everything else and () for lists; `review_application`
decides what may be absent. Serializers and forms build these from the same field names.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ContactDetails:
    """How the holder is reached (contract/accounts.md 2.1.1)."""

    email_address: str = ""
    phone_number: str = ""
    street_address: tuple[str, ...] = ()
    unit: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    local_street_address: str = ""
    local_unit: str = ""
    local_city: str = ""
    local_state: str = ""


@dataclass(frozen=True, kw_only=True)
class IdentityDetails:
    """Who the holder is (contract 2.1.2). Tax id and date of birth stay out of every printed form (RK-10)."""

    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    local_given_name: str = ""
    local_middle_name: str = ""
    local_family_name: str = ""
    date_of_birth: date | None = field(default=None, repr=False)
    tax_id: str = field(default="", repr=False)
    tax_id_type: str = ""
    country_of_citizenship: str = ""
    country_of_birth: str = ""
    country_of_tax_residence: str = ""
    visa_type: str = ""
    visa_expiration_date: date | None = None
    date_of_departure_from_usa: date | None = None
    permanent_resident: bool | None = None
    funding_source: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SuitabilityAnswers:
    """The ten answers that FINRA 2360(b)(16) asks a member to seek; absent is not answered (AA-6)."""

    annual_income_min: Decimal | None = None
    annual_income_max: Decimal | None = None
    total_net_worth_min: Decimal | None = None
    total_net_worth_max: Decimal | None = None
    liquid_net_worth_min: Decimal | None = None
    liquid_net_worth_max: Decimal | None = None
    liquidity_needs: str = ""
    investment_experience_with_stocks: str = ""
    investment_experience_with_options: str = ""
    risk_tolerance: str = ""
    investment_objective: str = ""
    investment_time_horizon: str = ""
    marital_status: str = ""
    number_of_dependents: int | None = None


@dataclass(frozen=True, kw_only=True)
class DisclosureContext:
    """The details of one disclosure."""

    context_type: str = ""
    company_name: str = ""
    company_street_address: tuple[str, ...] = ()
    company_city: str = ""
    company_state: str = ""
    company_country: str = ""
    company_compliance_email: str = ""
    given_name: str = ""
    family_name: str = ""


@dataclass(frozen=True, kw_only=True)
class DisclosureDetails:
    """What the holder discloses (contract 2.1.3)."""

    is_control_person: bool | None = None
    is_affiliated_exchange_or_finra: bool | None = None
    is_politically_exposed: bool | None = None
    immediate_family_exposed: bool | None = None
    employment_status: str = ""
    employer_name: str = ""
    employer_address: str = ""
    employment_position: str = ""
    employment_sector: str = ""
    context: tuple[DisclosureContext, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignedAgreement:
    """One signature (contract 2.1.4); an absent revision is the one in force."""

    agreement: str = ""
    signed_at: datetime | None = None
    ip_address: str = ""
    revision: str = ""


@dataclass(frozen=True, kw_only=True)
class UploadedDocument:
    """One document of the owner (contract 2.1.5): its bytes, or the fields of a W-8BEN."""

    document_type: str = ""
    document_sub_type: str = ""
    content: bytes | None = field(default=None, repr=False)
    content_data: dict[str, Any] | None = field(default=None, repr=False)
    mime_type: str = ""


@dataclass(frozen=True, kw_only=True)
class TrustedContactDetails:
    """Whom to ask when the holder cannot be reached (contract 2.1.6)."""

    given_name: str = ""
    family_name: str = ""
    email_address: str = ""
    phone_number: str = ""
    street_address: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class ConfigurationChanges:
    """What to change of an account's trading configuration; None leaves it as it is (contract 2.9)."""

    max_options_trading_level: int | None = None
    fractional_trading: bool | None = None
    max_margin_multiplier: str | None = None
    no_shorting: bool | None = None
    suspend_trade: bool | None = None
    trade_confirm_email: str | None = None
    ptp_no_exception_entry: bool | None = None
    disable_overnight_trading: bool | None = None

    def given(self) -> dict[str, Any]:
        """Answer what is to change, by field."""
        return {name: value for name, value in vars(self).items() if value is not None}


class Unchanged(Enum):
    """Stands for a value that a change leaves as it is, where None means that there is none."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, kw_only=True)
class RestrictionChanges:
    """What staff change of what an account may do; a limit or a cap of None is none."""

    is_disabled: bool | Unchanged = UNCHANGED
    account_blocked: bool | Unchanged = UNCHANGED
    trading_blocked: bool | Unchanged = UNCHANGED
    transfers_blocked: bool | Unchanged = UNCHANGED
    incoming_transfers_blocked: bool | Unchanged = UNCHANGED
    outgoing_transfers_blocked: bool | Unchanged = UNCHANGED
    daily_transfer_limit_amount: Decimal | Unchanged | None = UNCHANGED
    admin_max_options_trading_level: int | Unchanged | None = UNCHANGED

    def given(self) -> dict[str, Any]:
        """Answer what is to change, by field."""
        return {name: value for name, value in vars(self).items() if value is not UNCHANGED}


@dataclass(frozen=True, kw_only=True)
class AccountApplication:
    """The whole request to open an account (contract 2.1)."""

    contact: ContactDetails | None = None
    identity: IdentityDetails | None = None
    suitability: SuitabilityAnswers = SuitabilityAnswers()
    disclosures: DisclosureDetails | None = None
    agreements: tuple[SignedAgreement, ...] = ()
    documents: tuple[UploadedDocument, ...] = ()
    trusted_contact: TrustedContactDetails | None = None
    enabled_assets: tuple[str, ...] = ("us_equity",)
    account_type: str = "trading"
    account_sub_type: str = ""
    currency: str = "USD"
    trading_configurations: ConfigurationChanges = ConfigurationChanges()
    allow_instant_ach: bool = False
    additional_information: str = ""
    beneficiaries: tuple[dict[str, Any], ...] = ()
    cash_interest: dict[str, Any] | None = None
    fpsl: dict[str, Any] | None = None
    primary_account_holder_id: UUID | None = None
    custodial_account_type: str = ""
    minor_identity: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class AccountChanges:
    """What to change of an account (contract 2.5): by section, only the fields that were sent."""

    contact: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict, repr=False)
    suitability: dict[str, Any] = field(default_factory=dict)
    disclosures: dict[str, Any] = field(default_factory=dict)
    trusted_contact: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)
    agreements: tuple[SignedAgreement, ...] = ()
    enabled_assets: tuple[str, ...] = ()
