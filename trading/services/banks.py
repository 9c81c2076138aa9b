"""Link banks to an account and let go of them: by ACH, and to wire to (contract/accounts.md 5.1)."""

import hmac
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.acting import give_reason
from accounts.choices import AccountStatus, UserKind
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.rules.decisions import require_reason
from accounts.sealing import seal
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.events import record_events
from brokerage.mode import is_sandbox
from trading.choices import AchStatus, BankStatus
from trading.funding_errors import (
    AchRelationshipExists,
    AchRelationshipNotFound,
    BankExists,
    BankNotFound,
    FundingNotPermitted,
    LinkInUse,
    ProcessorTokenNotOffered,
    TransferDecidedByMaker,
)
from trading.models import AchRelationship, Bank
from trading.rules.bank_details import AchDetails, BankDetails, last_four, review_ach, review_bank
from trading.rules.funding import ACTIVE_ACH, ACTIVE_BANK, UNDER_WAY, require_ach_move, require_bank_move
from trading.services.funding_steps import link_event

MAY_LINK = (AccountStatus.APPROVED, AccountStatus.ACTIVE, AccountStatus.ACCOUNT_UPDATED)


@transaction.atomic(durable=True)
def link_ach(*, actor: User, account_id: UUID, details: AchDetails) -> AchRelationship:
    """Link a bank account by ACH, queued until the bank confirms it; one at a time.

    Raises `AccountNotFound`, `BankDetailsInvalid`, `FundingNotPermitted`, `AchRelationshipExists`
    or `ProcessorTokenNotOffered`.
    """
    actor.require(Permission.TRANSFER_FUNDS)
    account = lock_account(actor, account_id)
    review_ach(details)
    _require_may_link(account)
    if details.processor_token and not is_sandbox():
        raise ProcessorTokenNotOffered
    if AchRelationship.objects.filter(account=account, status__in=ACTIVE_ACH).exists():
        raise AchRelationshipExists

    now = clock.now()
    relationship = AchRelationship(
        account=account,
        # A processor says whose account its token stands for; the sandbox takes the holder's.
        account_owner_name=details.account_owner_name.strip() or account.name,
        bank_account_type=details.bank_account_type,
        bank_account_number_sealed=seal(details.bank_account_number.encode(), account_id=account.pk),
        bank_account_last_four=last_four(details.bank_account_number),
        bank_routing_number=details.bank_routing_number,
        nickname=details.nickname.strip(),
        processor_token_digest=_digest(details.processor_token) if details.processor_token else "",
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    relationship.save(force_insert=True)
    record_events([link_event(relationship, "", now)])
    return relationship


@transaction.atomic(durable=True)
def link_bank(*, actor: User, account_id: UUID, details: BankDetails) -> Bank:
    """Link a bank to wire to, queued until it is confirmed.

    Raises `AccountNotFound`, `BankDetailsInvalid`, `FundingNotPermitted` or `BankExists`.
    """
    actor.require(Permission.TRANSFER_FUNDS)
    account = lock_account(actor, account_id)
    review_bank(details)
    _require_may_link(account)
    digest = _digest(details.account_number)
    same = Bank.objects.filter(account=account, bank_code=details.bank_code, account_number_digest=digest)
    if same.filter(status__in=ACTIVE_BANK).exists():
        raise BankExists

    now = clock.now()
    bank = Bank(
        account=account,
        name=details.name.strip(),
        bank_code=details.bank_code,
        bank_code_type=details.bank_code_type,
        account_number_sealed=seal(details.account_number.encode(), account_id=account.pk),
        account_number_digest=digest,
        account_number_last_four=last_four(details.account_number),
        country=details.country.strip(),
        state_province=details.state_province.strip(),
        postal_code=details.postal_code.strip(),
        city=details.city.strip(),
        street_address=details.street_address.strip(),
        extra_fields=dict(details.extra_fields),
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    bank.save(force_insert=True)
    record_events([link_event(bank, "", now)])
    return bank


@transaction.atomic(durable=True)
def unlink_ach(*, actor: User, account_id: UUID, relationship_id: UUID) -> None:
    """Let go of an ACH relationship: at once where the bank never heard of it, else as it confirms.

    Letting go of it again changes nothing. Raises `AccountNotFound`, `AchRelationshipNotFound`,
    `LinkInUse` while transfers over it are under way.
    """
    actor.require(Permission.TRANSFER_FUNDS)
    relationship = _get_ach(lock_account(actor, account_id), relationship_id)
    if relationship.status in (AchStatus.CANCEL_REQUESTED, AchStatus.CANCELED):
        return
    _require_unused(relationship)
    asks_bank = is_sandbox() and relationship.status != AchStatus.QUEUED
    if relationship.status == AchStatus.QUEUED or asks_bank:
        _move_link(relationship, AchStatus.CANCEL_REQUESTED if asks_bank else AchStatus.CANCELED, clock.now())
        return
    now = clock.now()  # No rail that could confirm it: both steps at once.
    _move_link(relationship, AchStatus.CANCEL_REQUESTED, now)
    _move_link(relationship, AchStatus.CANCELED, now)


@transaction.atomic(durable=True)
def unlink_bank(*, actor: User, account_id: UUID, bank_id: UUID) -> None:
    """Let go of a bank. Letting go of it again changes nothing.

    Raises `AccountNotFound`, `BankNotFound`, `LinkInUse` while wires to it are under way.
    """
    actor.require(Permission.TRANSFER_FUNDS)
    bank = _get_bank(lock_account(actor, account_id), bank_id)
    if bank.status == BankStatus.CANCELED:
        return
    _require_unused(bank)
    _move_link(bank, BankStatus.CANCELED, clock.now())


@transaction.atomic(durable=True)
def decide_ach(*, actor: User, account_id: UUID, relationship_id: UUID, approve: bool, reason: str) -> AchRelationship:
    """Confirm or reject an ACH relationship as a person who did not enter it (AA-21); where no rail does.

    Raises `ReasonTooShort`, `AchRelationshipNotFound`, `TransferDecidedByMaker` or `FundingMoveImpossible`.
    """
    said = _require_checker(actor, reason)
    relationship = _get_ach(lock_account(actor, account_id), relationship_id)
    _decide(actor, relationship, AchStatus.APPROVED if approve else AchStatus.REJECTED, said)
    return relationship


@transaction.atomic(durable=True)
def decide_bank(*, actor: User, account_id: UUID, bank_id: UUID, approve: bool, reason: str) -> Bank:
    """Confirm or reject a bank to wire to as a person who did not enter it (AA-21); where no rail does.

    Raises `ReasonTooShort`, `BankNotFound`, `TransferDecidedByMaker` or `FundingMoveImpossible`.
    """
    said = _require_checker(actor, reason)
    bank = _get_bank(lock_account(actor, account_id), bank_id)
    _decide(actor, bank, BankStatus.APPROVED if approve else BankStatus.REJECTED, said)
    return bank


def _require_checker(actor: User, reason: str) -> str:
    actor.require(Permission.TRANSFER_FUNDS)
    if actor.kind != UserKind.STAFF:
        raise NotPermitted(permission=Permission.TRANSFER_FUNDS.value)
    return require_reason(reason)


def _decide(actor: User, link: AchRelationship | Bank, to: AchStatus | BankStatus, reason: str) -> None:
    if link.created_by_id == actor.pk:
        raise TransferDecidedByMaker
    give_reason(reason)
    _move_link(link, to, clock.now())


def _move_link(link: AchRelationship | Bank, to: AchStatus | BankStatus, at: datetime) -> None:
    """Move a bank link on, save and announce it."""
    before = str(link.status)
    if isinstance(link, Bank):
        link.status = require_bank_move(before, BankStatus(to))
    else:
        link.status = require_ach_move(before, AchStatus(to))
    link.updated_at = at
    link.save(update_fields=["status", "updated_at"])
    record_events([link_event(link, before, at)])


def _get_ach(account: Account, relationship_id: UUID) -> AchRelationship:
    found = AchRelationship.objects.filter(account=account, pk=relationship_id).first()
    if found is None:
        raise AchRelationshipNotFound
    found.account = account
    return found


def _get_bank(account: Account, bank_id: UUID) -> Bank:
    found = Bank.objects.filter(account=account, pk=bank_id).first()
    if found is None:
        raise BankNotFound
    found.account = account
    return found


def _require_may_link(account: Account) -> None:
    if account.account_blocked or account.transfers_blocked:
        raise FundingNotPermitted(status="blocked")
    if account.status not in MAY_LINK:
        raise FundingNotPermitted(status=account.status)


def _require_unused(link: AchRelationship | Bank) -> None:
    count = link.transfers.filter(status__in=UNDER_WAY).count()
    if count:
        raise LinkInUse(count=count)


def _digest(number: str) -> str:
    """Answer what a number is compared by; nobody without the key can compute it (RK-10)."""
    return hmac.new(b64decode(settings.LOOKUP_KEY), f"bank:{number}".encode(), sha256).hexdigest()
