"""The words of the account side, each with its wire spelling."""

from accounts.choices.access import STAFF_ROLES, AuditAct, KeyScope, Role, ScopeAccess, UserKind
from accounts.choices.accounts import (
    FOREIGN_STATUSES,
    AccountKind,
    AccountStatus,
    AccountSubType,
    AccountType,
    AllocationMethod,
    EnabledAsset,
    OpeningStep,
    OptionsLevel,
    Review,
    TradeConfirmEmail,
)
from accounts.choices.people import ContextType, EmploymentSector, EmploymentStatus, FundingSource, TaxIdType, VisaType
from accounts.choices.records import AccountDocumentType, AgreementType, CipApproval, DocumentType, MimeType
from accounts.choices.suitability import (
    Experience,
    LiquidityNeeds,
    MaritalStatus,
    Objective,
    RiskTolerance,
    TimeHorizon,
)

__all__ = [
    "FOREIGN_STATUSES",
    "STAFF_ROLES",
    "AccountDocumentType",
    "AccountKind",
    "AccountStatus",
    "AccountSubType",
    "AccountType",
    "AgreementType",
    "AllocationMethod",
    "AuditAct",
    "CipApproval",
    "ContextType",
    "DocumentType",
    "EmploymentSector",
    "EmploymentStatus",
    "EnabledAsset",
    "Experience",
    "FundingSource",
    "KeyScope",
    "LiquidityNeeds",
    "MaritalStatus",
    "MimeType",
    "Objective",
    "OpeningStep",
    "OptionsLevel",
    "Review",
    "RiskTolerance",
    "Role",
    "ScopeAccess",
    "TaxIdType",
    "TimeHorizon",
    "TradeConfirmEmail",
    "UserKind",
    "VisaType",
]
