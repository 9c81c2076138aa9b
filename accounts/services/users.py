"""Make the ones who act: correspondents, staff, API keys."""

import re
from collections.abc import Mapping
from hashlib import sha256
from secrets import choice, token_urlsafe
from string import ascii_uppercase, digits
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts import acting
from accounts.choices import STAFF_ROLES, AccountKind, AccountStatus, EnabledAsset, Role, UserKind
from accounts.errors import (
    CorrespondentCodeInvalid,
    CorrespondentCodeTaken,
    CorrespondentNameInvalid,
    CorrespondentNotFound,
    PasswordTooWeak,
    StaffEmailInvalid,
    StaffEmailTaken,
    StaffRoleUnknown,
)
from accounts.models import Account, ApiKey, Correspondent, User
from accounts.permissions import Permission
from accounts.rules.keys import FULL
from brokerage import clock
from brokerage.errors import NotPermitted

SYSTEM_EMAIL = "system@strikebook.invalid"
KEY_ALPHABET = ascii_uppercase + digits
KEY_LENGTH = 18


def system_user() -> User:
    """Answer the user that acts when nobody does. A migration made it; a flushed database gets it again."""
    found = User.objects.filter(kind=UserKind.SYSTEM).first()
    return found or User.objects.create_user(SYSTEM_EMAIL, name="System", kind=UserKind.SYSTEM, role=Role.SYSTEM)


def create_correspondent_records(*, name: str, code: str) -> tuple[Correspondent, Account]:
    """Insert a correspondent and its firm account, as one step of a service that also funds it.

    Raises `CorrespondentNameInvalid`, `CorrespondentCodeInvalid`, `CorrespondentCodeTaken`.
    """
    if not 1 <= len(name.strip()) <= 120 or "\x00" in name:
        raise CorrespondentNameInvalid
    if not re.fullmatch(r"[A-Z0-9]{1,4}", code):
        raise CorrespondentCodeInvalid(code=repr(code))
    if Correspondent.objects.filter(code=code).exists():
        raise CorrespondentCodeTaken(code=code)
    now = clock.now()
    correspondent = Correspondent.objects.create(name=name.strip(), code=code, created_at=now)
    firm = Account.objects.create(
        correspondent=correspondent,
        kind=AccountKind.FIRM,
        status=AccountStatus.ACTIVE,
        enabled_assets=[EnabledAsset.US_EQUITY],
        name=f"{correspondent.name} firm account"[:200],
        opened_by=system_user(),
        created_at=now,
    )
    correspondent.firm_account = firm
    correspondent.save(update_fields=["firm_account"])
    return correspondent, firm


@transaction.atomic(durable=True)
def create_staff(
    *, actor: User, email: str, role: str, password: str, name: str = "", correspondent_code: str | None = None
) -> User:
    """Add a member of staff: of a correspondent, or of the broker where no code is given.

    Raises `StaffRoleUnknown`, `StaffEmailInvalid`, `PasswordTooWeak`, `CorrespondentNotFound`
    or `StaffEmailTaken`.
    """
    actor.require(Permission.MANAGE_STAFF)
    acting.claim(actor)
    if role not in STAFF_ROLES:
        raise StaffRoleUnknown(role=role, roles=", ".join(STAFF_ROLES))
    email = read_email(email)
    user = User(email=email, name=name.strip(), kind=UserKind.STAFF, role=role, created_at=clock.now())
    _require_strong(password, user)
    if correspondent_code is not None:
        user.correspondent = get_correspondent(correspondent_code)
    if not actor.sees_every_correspondent and user.correspondent_id != actor.correspondent_id:
        raise NotPermitted(permission=Permission.MANAGE_STAFF.value)
    if User.objects.filter(email=email).exists():
        raise StaffEmailTaken(email=email)
    user.set_password(password)
    try:
        user.save(force_insert=True)
    except IntegrityError:
        raise StaffEmailTaken(email=email) from None
    return user


def get_correspondent(code: str) -> Correspondent:
    """Answer the correspondent with this code, or raise `CorrespondentNotFound`."""
    found = Correspondent.objects.filter(code=code).first()
    if found is None:
        raise CorrespondentNotFound(code=code)
    return found


def issue_api_key(
    *,
    correspondent: Correspondent,
    name: str = "First key",
    key_id: str = "",
    scopes: Mapping[str, str] = FULL,
    **columns: Any,
) -> tuple[ApiKey, str]:
    """Insert a key for a correspondent's system and answer it with its secret, as one step of a service.

    The secret is 32 random bytes that only the caller sees: what is kept is their SHA-256,
    which needs no salt or stretching because nobody can guess them. A key lives by the
    machine's time: moving the sandbox clock locks nobody out.
    """
    key_id = key_id or "CK" + "".join(choice(KEY_ALPHABET) for _ in range(KEY_LENGTH))
    secret = token_urlsafe(32)
    user = User.objects.create_user(
        f"{key_id}@keys.invalid",
        name=f"{correspondent.code} {name}",
        kind=UserKind.API_KEY,
        role=Role.API,
        correspondent=correspondent,
        created_at=clock.now(),
    )
    key = ApiKey.objects.create(
        key_id=key_id,
        secret_hash=hash_secret(secret),
        user=user,
        name=name,
        scopes=dict(scopes),
        created_at=clock.real_now(),
        **columns,
    )
    return key, secret


def hash_secret(secret: str) -> str:
    """Answer the form in which a secret is stored and compared."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def read_email(email: str) -> str:
    """Answer an e-mail address as it is kept, or raise `StaffEmailInvalid`."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise StaffEmailInvalid(email=repr(email)) from None
    return email


def _require_strong(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise PasswordTooWeak(detail=" ".join(weak.messages)) from None
