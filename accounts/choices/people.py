"""What is on file of a holder (contract/accounts.md 2.1), each word with its wire spelling."""

from django.db.models import TextChoices

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
