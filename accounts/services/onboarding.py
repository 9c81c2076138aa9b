"""Open an account, move its opening on, configure it (contract/accounts.md 2)."""

from dataclasses import fields, replace
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from accounts import acting
from accounts.choices import AccountKind, AccountStatus, Review, UserKind
from accounts.documents.storing import files_follow_the_commit
from accounts.errors import (
    AccountClosed,
    AccountInputInvalid,
    AccountNotFound,
    FixturesNotOffered,
    PrimaryHolderNotFound,
)
from accounts.locking import lock_account
from accounts.models import Account, Correspondent, User
from accounts.permissions import Permission
from accounts.rules.applications import AccountApplication, ConfigurationChanges, IdentityDetails
from accounts.rules.configuration import configuration_faults
from accounts.rules.editing import require_unchanged
from accounts.rules.onboarding import by_field, review_application, sandbox_step, status_fixture
from accounts.services.sections import application_on_file, tax_id_on_file, write_sections
from accounts.services.steps import (
    advance_soon,
    change_status,
    copy_holder,
    make_record_soon,
    save_under_its_email,
)
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.events import record_event
from brokerage.mode import is_sandbox

# What customers set of their own account's configuration (contract 6): the cap on their options level.
CUSTOMERS_OWN = frozenset({"max_options_trading_level"})


@files_follow_the_commit()
@transaction.atomic(durable=True)
def open_account(*, actor: User, application: AccountApplication) -> Account:
    """Open an account in SUBMITTED and announce it; the worker moves it on in the sandbox.

    A status fixture opens it in that status instead, and pins it there. Raises
    `AccountInputInvalid` naming every field at fault, `EmailTaken`, `FixturesNotOffered`,
    `UnknownStatusFixture`, `PrimaryHolderHasSections` or `PrimaryHolderNotFound`; `NotPermitted`
    to staff of the broker, whose accounts are opened by a draft that says for whom.
    """
    actor.require(Permission.OPEN_ACCOUNTS)
    if actor.correspondent is None:
        raise NotPermitted(permission=Permission.OPEN_ACCOUNTS.value)
    acting.claim(actor)
    return open_for(actor.correspondent, actor=actor, application=application)


def open_for(correspondent: Correspondent, *, actor: User, application: AccountApplication) -> Account:
    """Open an account of `correspondent`: the step that the API and the application pages share."""
    review_application(application, today=clock.today())
    fixture = _status_fixture(application.additional_information)
    application = _with_primarys_sections(actor, application)

    now = clock.now()
    account = Account(correspondent=correspondent, opened_by=actor, created_at=now, is_status_pinned=bool(fixture))
    _insert_account(account, application, fixture or AccountStatus.SUBMITTED)
    write_sections(account, application, actor=actor, now=now)
    record_event("account.opened", account=account, subject=account, at=now, payload=_opened(account))
    if fixture is None and is_sandbox():
        advance_soon(account)
    make_record_soon(account)
    return account


@transaction.atomic(durable=True)
def advance_opening(*, actor: User, account_id: UUID) -> Account:
    """Move an account one step on its way to ACTIVE, as the sandbox does by itself; else leave it.

    Safe to run twice, and beside another: the step is decided under the account's lock. In
    production nothing moves by itself: there a person or an identity check decides.
    """
    actor.require(Permission.ADVANCE_OPENINGS)
    account = lock_account(actor, account_id)
    review = Review(account.correspondent.opening_review)
    step = sandbox_step(AccountStatus(account.status), is_pinned=account.is_status_pinned, review=review)
    if step is None or not is_sandbox():
        return account
    now = clock.now()
    payload = change_status(account, step)
    account.save(update_fields=["status"])
    record_event("account.status_changed", account=account, subject=account, at=now, payload=payload)
    return account


@transaction.atomic(durable=True)
def configure_account(*, actor: User, account_id: UUID, changes: ConfigurationChanges, seen: str = "") -> Account:
    """Set an account's trading configuration: its cap on the options level, margin, suspension.

    What is None stays as it is. The approved level never changes here, so lowering the cap
    takes effect at once and raising it again needs no new approval (AA-13, contract 6). A
    customer sets the cap and nothing else: margin and suspension are the broker's.
    `seen` is the mark of the configuration that the person who edits it saw. Raises
    `AccountNotFound`, `NotPermitted`, `AccountClosed`, `ChangedMeanwhile` or `AccountInputInvalid`.
    """
    actor.require(Permission.CONFIGURE_ACCOUNTS)
    account = lock_account(actor, account_id, missing=AccountNotFound)
    if actor.kind == UserKind.CUSTOMER and changes.given().keys() - CUSTOMERS_OWN:
        raise NotPermitted(permission=Permission.CONFIGURE_ACCOUNTS.value)
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise AccountClosed(account_number=account.account_number)
    if seen:
        require_unchanged(seen, configuration_on_file(account))
    faults = by_field(configuration_faults(changes))
    if faults:
        raise AccountInputInvalid(faults)

    changed = {name: value for name, value in changes.given().items() if getattr(account, name) != value}
    is_first = bool(changes.given()) and not account.is_configured
    if not changed and not is_first:
        return account
    account.is_configured = True
    level = account.options_trading_level
    for name, value in changed.items():
        setattr(account, name, value)
    account.save(update_fields=["is_configured", *changed])
    payload = dict(changed)
    if account.options_trading_level != level:
        payload["options_trading_level"] = {"from": level, "to": account.options_trading_level}
    record_event("account.configured", account=account, subject=account, at=clock.now(), payload=payload)
    return account


def configuration_on_file(account: Account) -> ConfigurationChanges:
    """Answer an account's trading configuration, as the change that would set it again."""
    return ConfigurationChanges(
        **{column.name: getattr(account, column.name) for column in fields(ConfigurationChanges)}
    )


def _status_fixture(additional_information: str) -> AccountStatus | None:
    if "/fixtures/" in additional_information and not is_sandbox():
        raise FixturesNotOffered
    return status_fixture(additional_information)


def _with_primarys_sections(actor: User, application: AccountApplication) -> AccountApplication:
    """Take contact and identity from the first account of the same holder, where one is named."""
    primary_id = application.primary_account_holder_id
    if primary_id is None:
        return application
    primary = Account.objects.visible_to(actor).customers().filter(pk=primary_id).first()
    if primary is None or not hasattr(primary, "identity"):
        raise PrimaryHolderNotFound(account_id=primary_id)
    on_file = application_on_file(primary)
    identity = replace(cast(IdentityDetails, on_file.identity), tax_id=tax_id_on_file(primary))
    return replace(application, contact=on_file.contact, identity=identity)


def _insert_account(account: Account, application: AccountApplication, status: AccountStatus) -> None:
    account.kind = AccountKind.CUSTOMER
    account.status = status
    account.closed_at = account.created_at if status == AccountStatus.ACCOUNT_CLOSED else None
    account.account_type = application.account_type
    account.account_sub_type = application.account_sub_type
    account.enabled_assets = list(application.enabled_assets)
    for name, value in application.trading_configurations.given().items():
        setattr(account, name, value)
    account.is_configured = bool(application.trading_configurations.given())
    copy_holder(account, application)
    if application.primary_account_holder_id is not None:
        account.registered_email = ""
    save_under_its_email(account, force_insert=True)


def _opened(account: Account) -> dict[str, Any]:
    """Answer what the status stream says first of a new account (contract 4.3)."""
    return {
        "status_from": "",
        "status_to": account.status,
        "crypto_status_from": "",
        "crypto_status_to": account.crypto_status,
        "account_blocked": account.account_blocked,
        "trading_blocked": account.trading_blocked,
    }
