"""Accounts: whose, in which status, of which form, and what they may trade."""

from django.db.models import IntegerChoices, TextChoices


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


class OpeningStep(TextChoices):
    """The steps of opening an account in the browser, in their order."""

    CONTACT = "contact"
    IDENTITY = "identity"
    SUITABILITY = "suitability"
    DISCLOSURES = "disclosures"
    AGREEMENTS = "agreements"
    DOCUMENTS = "documents"
    REVIEW = "review"


class Review(TextChoices):
    """Who decides: the rules by themselves, or a person every time."""

    AUTOMATIC = "automatic"
    PERSON = "person"


class AllocationMethod(TextChoices):
    """How assignments are allocated to customers (AS-2)."""

    RANDOM = "random"
    FIRST_IN_FIRST_OUT = "fifo", "First in, first out"
