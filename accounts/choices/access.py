"""Who acts, what a key may reach, and what the audit trail records."""

from django.db.models import TextChoices


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


class KeyScope(TextChoices):
    """A part of the API that a key may be let into (contract/accounts.md 1.1)."""

    ACCOUNTS = "accounts"
    FUNDING = "funding"
    TRADING = "trading"
    JOURNALING = "journaling"
    DATA = "data"
    EVENTS = "events"
    REPORTING = "reporting"


class ScopeAccess(TextChoices):
    """How far a key may go in a scope."""

    NONE = "none"
    READ = "read"
    WRITE = "write"


class AuditAct(TextChoices):
    """What an audit entry records."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"
    REVEALED = "revealed"
    EXPORTED = "exported"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
