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


class KeyLifetime(TextChoices):
    """How long a new key works (contract/accounts.md 1.1)."""

    NEVER = "never", "It does not expire"
    WEEK = "1w", "After 1 week"
    MONTH = "30d", "After 30 days"
    QUARTER = "90d", "After 90 days"
    HALF_YEAR = "6m", "After 6 months"
    YEAR = "1y", "After 1 year"
    CUSTOM = "custom", "On a day of your own"


class KeyGrace(TextChoices):
    """How long a key that was replaced goes on working."""

    NONE = "now", "At once"
    HOUR = "1h", "In 1 hour"
    DAY = "24h", "In 24 hours"
    WEEK = "7d", "In 7 days"


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
