"""Reads of banks and transfers. Each starts from an account that the actor may see."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.listing import get_listed_account
from accounts.models import Account, User
from brokerage.keyset import Page, read_page
from trading.choices import BankStatus
from trading.funding_errors import AchRelationshipNotFound, BankNotFound, TransferNotFound
from trading.models import AchRelationship, Bank, Transfer
from trading.rules.funding import ACTIVE_ACH, ACTIVE_BANK

INACTIVE_BANK = (BankStatus.CANCELED, BankStatus.REJECTED)
MOST_LINKS = 500


@dataclass(frozen=True)
class TransferFilter:
    """Which transfers to list, newest first (contract/accounts.md 5.2)."""

    direction: str = ""
    limit: int = 100
    offset: int = 0


def list_transfers(actor: User, account_id: UUID, wanted: TransferFilter) -> list[Transfer]:
    """Answer transfers of an account that the actor may see, or raise `AccountNotFound`."""
    account = get_listed_account(actor, account_id)
    rows = transfers_of(account)
    if wanted.direction:
        rows = rows.filter(direction=wanted.direction)
    return list(rows.order_by("-created_at", "-pk")[wanted.offset : wanted.offset + wanted.limit])


def transfers_of(account: Account) -> QuerySet[Transfer]:
    """Answer the account's transfers with the banks that they go over."""
    return Transfer.objects.filter(account=account).select_related("relationship", "bank", "created_by")


def find_transfer(account: Account, transfer_id: UUID) -> Transfer:
    """Answer one transfer of the account, or raise `TransferNotFound`."""
    found = transfers_of(account).filter(pk=transfer_id).first()
    if found is None:
        raise TransferNotFound
    return found


def find_ach(account: Account, relationship_id: UUID) -> AchRelationship:
    """Answer one ACH relationship of the account, or raise `AchRelationshipNotFound`."""
    found = AchRelationship.objects.filter(account=account, pk=relationship_id).select_related("created_by").first()
    if found is None:
        raise AchRelationshipNotFound
    return found


def find_bank(account: Account, bank_id: UUID) -> Bank:
    """Answer one bank of the account, or raise `BankNotFound`."""
    found = Bank.objects.filter(account=account, pk=bank_id).select_related("created_by").first()
    if found is None:
        raise BankNotFound
    return found


def page_transfers(account: Account, *, size: int, after: str = "", before: str = "") -> Page[Transfer]:
    """Answer a page of the account's transfers, newest first."""
    return read_page(transfers_of(account), ("-created_at", "-id"), size=size, after=after, before=before)


def list_ach_relationships(actor: User, account_id: UUID, statuses: Collection[str] = ()) -> list[AchRelationship]:
    """Answer the account's ACH relationships, newest first: the active ones, or those in `statuses`."""
    account = get_listed_account(actor, account_id)
    rows = AchRelationship.objects.filter(account=account, status__in=statuses or ACTIVE_ACH)
    return list(rows.order_by("-created_at", "-pk")[:MOST_LINKS])


def list_banks(actor: User, account_id: UUID, *, is_active: bool = True, name: str = "") -> list[Bank]:
    """Answer the account's banks, newest first: the active ones, or those that were let go of or rejected."""
    account = get_listed_account(actor, account_id)
    rows = Bank.objects.filter(account=account, status__in=ACTIVE_BANK if is_active else INACTIVE_BANK)
    if name:
        rows = rows.filter(name__iexact=name)
    return list(rows.order_by("-created_at", "-pk")[:MOST_LINKS])


def links_shown(account: Account) -> tuple[list[AchRelationship], list[Bank]]:
    """Answer what a page shows of the account's banks: all that are in force or on their way out."""
    relationships = AchRelationship.objects.filter(account=account, status__in=(*ACTIVE_ACH, "CANCEL_REQUESTED"))
    banks = Bank.objects.filter(account=account, status__in=ACTIVE_BANK)
    return list(relationships.order_by("-created_at", "-pk")), list(banks.order_by("-created_at", "-pk")[:MOST_LINKS])
