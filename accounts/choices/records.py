"""Agreements and documents (contract/accounts.md 2.1.4, 2.1.5, 2.7), in their wire spelling."""

from django.db.models import TextChoices


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


class AccountDocumentType(TextChoices):
    """What the broker makes about an account (contract 2.7)."""

    ACCOUNT_APPLICATION = "account_application"
    ACCOUNT_STATEMENT = "account_statement"
    TAX_STATEMENT = "tax_statement"
    TRADE_CONFIRMATION = "trade_confirmation"


class CipProvider(TextChoices):
    """Who checks identities for partners that do so themselves (contract 2.6)."""

    ALLOY = "alloy"
    TRULIOO = "trulioo"
    ONFIDO = "onfido"
    VERIFF = "veriff"
    JUMIO = "jumio"
    GETMATI = "getmati"


class CipResult(TextChoices):
    """What a check of an identity came to: in order, or to be looked at."""

    CLEAR = "clear"
    CONSIDER = "consider"


class CipStatus(TextChoices):
    """Whether a check was brought to its end."""

    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


class CipApproval(TextChoices):
    """What the partner decided on the identity of the holder (contract 2.6)."""

    APPROVED = "approved"
    REJECTED = "rejected"


class NoticeKind(TextChoices):
    """What an e-mail tells."""

    DECISION = "decision", "Decision on an options request"
    QUESTION = "question", "Question to the applicant"
    LEVEL = "level", "Change of the options level"
    VERIFICATION = "verification", "Your answers, to be verified"
    REMINDER = "reminder", "A fifteen-day clock runs out"
    REPORT = "report", "Compliance report"
    INSTRUCTION = "instruction", "Instruction about a position"
    EXPIRATION = "expiration", "A position expires"
    ASSIGNMENT = "assignment", "Contracts were assigned"
