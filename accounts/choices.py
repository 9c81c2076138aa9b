"""The words of the account side (contract/accounts.md 2), each with its wire spelling."""

from django.db.models import IntegerChoices, TextChoices


class UserKind(TextChoices):
    """What stands behind a user."""

    STAFF = "staff"
    CUSTOMER = "customer"
    API_KEY = "api_key"
    SYSTEM = "system"


class Role(TextChoices):
    """What a user is there to do; `permissions.PERMISSIONS` says what each may."""

    VIEWER = "viewer"
    OPERATIONS = "operations"
    ROP = "rop", "Registered options principal"
    COMPLIANCE = "compliance"
    ADMIN = "admin"
    CUSTOMER = "customer"
    API = "api", "API"
    SYSTEM = "system"


STAFF_ROLES = (Role.VIEWER, Role.OPERATIONS, Role.ROP, Role.COMPLIANCE, Role.ADMIN)


class AccountKind(TextChoices):
    """Whose account it is: a customer's, or the correspondent's own (contract 1.2)."""

    CUSTOMER = "customer"
    FIRM = "firm"


class AccountStatus(TextChoices):
    """Where an account is in its life (contract 2.6); moves are in `rules/onboarding.py`."""

    INACTIVE = "INACTIVE"
    ONBOARDING = "ONBOARDING"
    SUBMITTED = "SUBMITTED"
    SUBMISSION_FAILED = "SUBMISSION_FAILED"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    ACTIVE = "ACTIVE"
    ACCOUNT_UPDATED = "ACCOUNT_UPDATED"
    DISABLED = "DISABLED"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"


# Known to clients of the wire, never reached here: asking for them lists nothing.
FOREIGN_STATUSES = frozenset(
    {
        *("AML_REVIEW", "DISABLE_PENDING", "EDITED", "KYC_SUBMITTED", "LIMITED", "PAPER_ONLY"),
        *("REAPPROVAL_PENDING", "RESUBMITTED", "SIGNED_UP"),
    }
)


class AccountType(TextChoices):
    """The account's legal form."""

    TRADING = "trading"
    CUSTODIAL = "custodial"
    DONOR_ADVISED = "donor_advised"
    IRA = "ira", "IRA"
    HSA = "hsa", "HSA"


class AccountSubType(TextChoices):
    """The kind of retirement account."""

    TRADITIONAL = "traditional"
    ROTH = "roth"


class EnabledAsset(TextChoices):
    """An asset class that the account asked to trade."""

    US_EQUITY = "us_equity", "US equities"
    US_OPTION = "us_option", "US options"
    CRYPTO = "crypto"
    IPO = "ipo", "IPO"


class OptionsLevel(IntegerChoices):
    """What kinds of option trades are permitted (contract 2.8)."""

    DISABLED = 0, "Options trading is disabled"
    COVERED = 1, "Covered calls and cash-secured puts"
    LONG = 2, "Covered calls, cash-secured puts, buying calls and puts"
    SPREADS = 3, "Level 2, and spreads"


class TradeConfirmEmail(TextChoices):
    """Whether confirmations go out by e-mail."""

    ALL = "all"
    NONE = "none"


# The schemes of tax ids (contract 2.1.2); name and wire spelling are the same.
TaxIdType = TextChoices(
    "TaxIdType",
    "USA_SSN USA_ITIN ARG_AR_CUIT AUS_TFN AUS_ABN BOL_NIT BRA_CPF CHL_RUT COL_NIT CRI_NITE DEU_TAX_ID DOM_RNC "
    "ECU_RUC FRA_SPI GBR_UTR GBR_NINO GTM_NIT HND_RTN HUN_TIN IDN_KTP IND_PAN ISR_TAX_ID ITA_TAX_ID JPN_TAX_ID "
    "MEX_RFC NIC_RUC NLD_TIN PAN_RUC PER_RUC PRY_RUC SGP_NRIC SGP_FIN SGP_ASGD SGP_ITR SLV_NIT SWE_TAX_ID URY_RUT "
    "VEN_RIF NATIONAL_ID PASSPORT PERMANENT_RESIDENT DRIVER_LICENSE OTHER_GOV_ID NOT_SPECIFIED",
)


class VisaType(TextChoices):
    """The visa of a resident of the USA who is not a citizen."""

    B1 = "B1"
    B2 = "B2"
    DACA = "DACA"
    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    F1 = "F1"
    G4 = "G4"
    H1B = "H1B"
    J1 = "J1"
    L1 = "L1"
    OTHER = "OTHER"
    O1 = "O1"
    TN1 = "TN1"


class FundingSource(TextChoices):
    """Where the customer's money comes from."""

    EMPLOYMENT_INCOME = "employment_income"
    INVESTMENTS = "investments"
    INHERITANCE = "inheritance"
    BUSINESS_INCOME = "business_income"
    SAVINGS = "savings"
    FAMILY = "family"


class LiquidityNeeds(TextChoices):
    """How soon the customer needs the money back."""

    VERY_IMPORTANT = "very_important"
    IMPORTANT = "important"
    SOMEWHAT_IMPORTANT = "somewhat_important"
    DOES_NOT_MATTER = "does_not_matter"


class Experience(TextChoices):
    """Years of investing in one kind of instrument."""

    NONE = "none"
    ONE_TO_FIVE_YEARS = "1_to_5_years", "1 to 5 years"
    OVER_FIVE_YEARS = "over_5_years", "Over 5 years"


class RiskTolerance(TextChoices):
    """How much the customer can bear to lose."""

    CONSERVATIVE = "conservative"
    MODERATE = "moderate"
    SIGNIFICANT_RISK = "significant_risk"


class Objective(TextChoices):
    """What the customer invests for."""

    GENERATE_INCOME = "generate_income"
    PRESERVE_WEALTH = "preserve_wealth"
    MARKET_SPECULATION = "market_speculation"
    GROWTH = "growth"
    BALANCE = "balance_preserve_wealth_with_growth", "Balance preserving wealth with growth"


class TimeHorizon(TextChoices):
    """When the customer means to use the money."""

    LESS_THAN_ONE_YEAR = "less_than_1_year", "Less than 1 year"
    ONE_TO_TWO_YEARS = "1_to_2_years", "1 to 2 years"
    THREE_TO_FIVE_YEARS = "3_to_5_years", "3 to 5 years"
    SIX_TO_TEN_YEARS = "6_to_10_years", "6 to 10 years"
    MORE_THAN_TEN_YEARS = "more_than_10_years", "More than 10 years"


class MaritalStatus(TextChoices):
    """The customer's marital status."""

    SINGLE = "SINGLE"
    MARRIED = "MARRIED"
    DIVORCED = "DIVORCED"
    WIDOWED = "WIDOWED"


class EmploymentStatus(TextChoices):
    """Taken in either case, given in upper case: lower case breaks the client library (contract 2.1.3)."""

    UNEMPLOYED = "UNEMPLOYED"
    EMPLOYED = "EMPLOYED"
    STUDENT = "STUDENT"
    RETIRED = "RETIRED"


class EmploymentSector(TextChoices):
    """The line of work of the customer's employer."""

    AGRICULTURE = "agriculture"
    BUSINESS_MANAGEMENT = "business_management"
    COMPUTERS_AND_IT = "computers_and_it", "Computers and IT"
    CONSTRUCTION = "construction"
    EDUCATION = "education"
    FINANCE = "finance"
    GOVERNMENT = "government"
    HEALTHCARE = "healthcare"
    HOSPITALITY = "hospitality"
    MANUFACTURING = "manufacturing"
    MARKETING = "marketing"
    MEDIA = "media"
    OTHER = "other"
    SCIENCE = "science"
    SELF_EMPLOYED = "self_employed"
    TRANSPORTATION = "transportation"
    NOT_EMPLOYED = "not_employed"


class ContextType(TextChoices):
    """What a disclosure's details are about."""

    CONTROLLED_FIRM = "CONTROLLED_FIRM"
    AFFILIATE_FIRM = "AFFILIATE_FIRM"
    IMMEDIATE_FAMILY_EXPOSED = "IMMEDIATE_FAMILY_EXPOSED"


class AgreementType(TextChoices):
    """What the customer signed."""

    ACCOUNT = "account_agreement"
    CUSTOMER = "customer_agreement"
    MARGIN = "margin_agreement"
    CRYPTO = "crypto_agreement"
    OPTIONS = "options_agreement"
    CUSTODIAL_CUSTOMER = "custodial_customer_agreement"


class DocumentType(TextChoices):
    """What a document of the owner proves (contract 2.1.5, with the client library's own)."""

    ACCOUNT_APPROVAL_LETTER = "account_approval_letter"
    ADDRESS_VERIFICATION = "address_verification"
    CIP_RESULT = "cip_result", "CIP result"
    COMPANY_FORMATION = "company_formation"
    DATE_OF_BIRTH_VERIFICATION = "date_of_birth_verification"
    ENTITY_OPERATING_DOCUMENT = "entity_operating_document"
    ENTITY_REGISTRATION = "entity_registration"
    HIO_DECLARATION_FORM = "hio_declaration_form", "HIO declaration form"
    IDENTITY_VERIFICATION = "identity_verification"
    LIMITED_TRADING_AUTHORIZATION = "limited_trading_authorization"
    PEP_DECLARATION_FORM = "pep_declaration_form", "PEP declaration form"
    TAX_ID_VERIFICATION = "tax_id_verification"
    W8BEN = "w8ben", "W-8BEN"
    W9 = "w9", "W-9"
    SOCIAL_SECURITY_NUMBER_VERIFICATION = "social_security_number_verification"
    OTHER = "other"


class MimeType(TextChoices):
    """The formats that a document may come in."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    JSON = "application/json", "JSON"
