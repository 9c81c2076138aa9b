"""Who acts: staff, customers, API keys and the system share one type (house style 1)."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.choices import STAFF_ROLES, Role, UserKind
from accounts.permissions import Permission, may
from brokerage import clock
from brokerage.errors import NotPermitted


class UserManager(BaseUserManager["User"]):
    """Builds users with a hashed password, or with none that could ever match."""

    def create_user(self, email: str, *, password: str | None = None, **columns: Any) -> "User":
        """Insert a user; without a password nobody can sign in as it."""
        user = self.model(email=email.lower(), **({"created_at": clock.now()} | columns))
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the user who signs in as `username`, in any case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody or something that acts. Its role says what it may do, its correspondent what it sees."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=10, choices=UserKind)
    role = models.CharField(max_length=12, choices=Role)
    correspondent = models.ForeignKey("accounts.Correspondent", models.PROTECT, null=True, related_name="users")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=UserKind.STAFF, role__in=STAFF_ROLES)
                | Q(kind=UserKind.CUSTOMER, role=Role.CUSTOMER)
                | Q(kind=UserKind.API_KEY, role=Role.API)
                | Q(kind=UserKind.SYSTEM, role=Role.SYSTEM),
                name="a_role_belongs_to_its_kind_of_user",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[UserKind.API_KEY, UserKind.CUSTOMER]) | Q(correspondent__isnull=False),
                name="a_key_or_customer_has_a_correspondent",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind=UserKind.SYSTEM), name="there_is_one_system_user"
            ),
        ]
        triggers = [Audited(account="", correspondent="correspondent_id", hidden=["password"], left_out=["last_login"])]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def sees_every_correspondent(self) -> bool:
        """Say whether this is the system or staff of the broker itself (FD-3)."""
        return self.kind == UserKind.SYSTEM or (self.kind == UserKind.STAFF and self.correspondent_id is None)

    def may(self, permission: Permission) -> bool:
        """Say whether this user's role carries `permission`."""
        return self.is_active and may(Role(self.role), permission)

    def require(self, permission: Permission) -> None:
        """Raise `NotPermitted` unless this user's role carries `permission`."""
        if not self.may(permission):
            raise NotPermitted(permission=permission.value)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """API keys, by who may see them and whether they work."""

    def visible_to(self, actor: User) -> "ApiKeyQuerySet":
        """Keep those of the actor's correspondent; the broker's staff sees all."""
        if actor.sees_every_correspondent:
            return self
        return self.filter(user__correspondent_id=actor.correspondent_id)

    def in_force(self, at: datetime) -> "ApiKeyQuerySet":
        """Keep those that are neither revoked nor expired."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True)


class ApiKey(models.Model):
    """A correspondent's key, or with `account` a key of that one account. Its secret is kept only as a hash.

    `scopes` maps each `KeyScope` to a `ScopeAccess`; one that is absent is none. Where
    `allowed_networks` is empty the key works from everywhere.
    """

    key_id = models.CharField(max_length=20, unique=True)
    secret_hash = models.CharField(max_length=64)
    user = models.OneToOneField(User, models.PROTECT, related_name="api_key")
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="api_keys")
    name = models.CharField(max_length=60, blank=True)
    scopes = models.JSONField(default=dict)
    allowed_networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        triggers = [
            Audited(
                account="",
                correspondent="user_id",
                through="accounts_user",
                hidden=["secret_hash"],
                left_out=["last_used_at", "last_used_from"],
            )
        ]

    def __str__(self) -> str:
        return self.key_id

    def is_in_force(self, at: datetime) -> bool:
        """Say whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)
