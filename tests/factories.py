"""Make what a test needs, through services where one exists."""

import json
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from accounts.api.serializers import read_application
from accounts.choices import AccountStatus, Role, UserKind
from accounts.models import Account, ApiKey, Correspondent, User
from accounts.rules.applications import AccountApplication
from accounts.second_factor import REQUIRED_OF
from accounts.services.onboarding import advance_opening, open_account
from accounts.services.users import create_correspondent_records, issue_api_key, system_user
from brokerage import clock

PASSWORD = "correct horse battery staple"
SAMPLE_APPLICATION: dict[str, Any] = json.loads(
    (Path(__file__).parent / "samples" / "account_application.json").read_text(encoding="utf-8")
)
_numbers = count(1)


def make_correspondent(name: str = "Acme Securities", code: str = "ACME") -> Correspondent:
    """Make a correspondent with its firm account, without cash."""
    with transaction.atomic():
        return create_correspondent_records(name=name, code=code)[0]


def make_api_key(correspondent: Correspondent) -> tuple[ApiKey, str]:
    """Make an API key and answer it with its secret."""
    with transaction.atomic():
        return issue_api_key(correspondent=correspondent)


def make_account_key(account: Account, **columns: Any) -> tuple[str, str]:
    """Make a key of one account and answer its id and its secret."""
    with transaction.atomic():
        key, secret = issue_api_key(correspondent=account.correspondent, account=account, **columns)
    return key.key_id, secret


def make_staff(role: Role, correspondent: Correspondent | None, *, email: str = "", enrolled: bool = True) -> User:
    """Make a member of staff, of the broker itself where no correspondent is given.

    Those whose role needs a second factor have an authenticator app, unless told otherwise.
    """
    firm = correspondent.code.lower() if correspondent else "broker"
    member = User.objects.create_user(
        email or f"{role}@{firm}.example",
        password=PASSWORD,
        name=f"{role.label} {firm}",
        kind=UserKind.STAFF,
        role=role,
        correspondent=correspondent,
        created_at=clock.now(),
    )
    if enrolled and role in REQUIRED_OF:
        enroll(member)
    return member


def enroll(user: User) -> str:
    """Give the user an authenticator app, and answer its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def make_customer(correspondent: Correspondent, *, email: str = "") -> User:
    """Make a customer who can sign in."""
    return User.objects.create_user(
        email or f"customer{next(_numbers)}@example.com",
        password=PASSWORD,
        kind=UserKind.CUSTOMER,
        role=Role.CUSTOMER,
        correspondent=correspondent,
    )


def application_body(changes: dict[str, Any] | None = None, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Answer the overview's sample application with `changes` by dotted path, and `without` some fields.

    Every call has an e-mail address of its own, unless one is given.
    """
    body = deepcopy(SAMPLE_APPLICATION)
    _put(body, "contact.email_address", f"john.doe{next(_numbers)}@example.com")
    for path, value in (changes or {}).items():
        _put(body, path, value)
    for path in without:
        parent, name = _parent_of(body, path)
        del parent[name]
    return body


def make_application(changes: dict[str, Any] | None = None, *, without: tuple[str, ...] = ()) -> AccountApplication:
    """Answer the ticket of `application_body`."""
    return read_application(application_body(changes, without=without))


def make_account(
    correspondent: Correspondent,
    *,
    status: AccountStatus = AccountStatus.ACTIVE,
    opened_by: User | None = None,
    changes: dict[str, Any] | None = None,
    **columns: Any,
) -> Account:
    """Open an account with the sample's holder and bring it to `status`; then set `columns` on its row."""
    actor = opened_by or api_user(correspondent)
    changes = dict(changes or {})
    if status not in (AccountStatus.SUBMITTED, AccountStatus.APPROVED, AccountStatus.ACTIVE):
        changes["additional_information"] = f"/fixtures/status={status}/fixtures/"
    account = open_account(actor=actor, application=make_application(changes))
    while account.status != status:
        account = advance_opening(actor=system_user(), account_id=account.pk)
    if columns:
        change_row(account, **columns)
    return Account.objects.select_related("correspondent").get(pk=account.pk)


def change_row(account: Account, **columns: Any) -> None:
    """Write `columns` on the account's row past the services; a closed account says since when."""
    if "status" in columns:
        is_closed = columns["status"] == AccountStatus.ACCOUNT_CLOSED
        columns = {"closed_at": clock.now() if is_closed else None, **columns}
    Account.objects.filter(pk=account.pk).update(**columns)


def api_user(correspondent: Correspondent) -> User:
    """Answer the user of the correspondent's first API key, made where it has none."""
    found = User.objects.filter(correspondent=correspondent, kind=UserKind.API_KEY).order_by("id").first()
    return found or make_api_key(correspondent)[0].user


def nowhere() -> UUID:
    """Answer the id of an account that does not exist."""
    return UUID("00000000-0000-4000-8000-000000000000")


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    parent, name = _parent_of(body, path)
    parent[name] = value


def _parent_of(body: Any, path: str) -> tuple[Any, Any]:
    *steps, last = path.split(".")
    for step in steps:
        body = body[int(step)] if isinstance(body, list) else body[step]
    return body, int(last) if isinstance(body, list) else last
