"""The rows of the account side."""

from accounts.models.accounts import Account, BrokerPolicy, Correspondent
from accounts.models.audit import AuditCheck, AuditEntry, AuditSeal
from accounts.models.filters import SavedFilter
from accounts.models.notices import Notice
from accounts.models.opening import DraftDocument, OpeningDraft
from accounts.models.others import AuditedAuthenticator, AuditedClock, AuditedReviewer
from accounts.models.people import Contact, Disclosures, Identity, TrustedContact
from accounts.models.records import AccountDocument, AccountNote, AccountTerms, Agreement, CipRecord, OwnerDocument
from accounts.models.settings import SettingsProposal
from accounts.models.suitability import Suitability
from accounts.models.users import ApiKey, User

__all__ = [
    "Account",
    "AccountDocument",
    "AccountNote",
    "AccountTerms",
    "Agreement",
    "ApiKey",
    "AuditCheck",
    "AuditEntry",
    "AuditSeal",
    "AuditedAuthenticator",
    "AuditedClock",
    "AuditedReviewer",
    "BrokerPolicy",
    "CipRecord",
    "Contact",
    "Correspondent",
    "Disclosures",
    "DraftDocument",
    "Identity",
    "Notice",
    "OpeningDraft",
    "OwnerDocument",
    "SavedFilter",
    "SettingsProposal",
    "Suitability",
    "TrustedContact",
    "User",
]
