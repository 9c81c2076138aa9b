"""The rows of the account side."""

from accounts.models.accounts import Account, Correspondent
from accounts.models.people import Contact, Disclosures, Identity, TrustedContact
from accounts.models.records import AccountTerms, Agreement, OwnerDocument
from accounts.models.suitability import Suitability
from accounts.models.users import ApiKey, User

__all__ = [
    "Account",
    "AccountTerms",
    "Agreement",
    "ApiKey",
    "Contact",
    "Correspondent",
    "Disclosures",
    "Identity",
    "OwnerDocument",
    "Suitability",
    "TrustedContact",
    "User",
]
