"""Reads of documents. Each starts from an account that the actor may see."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Value

from accounts import acting
from accounts.choices import DocumentType, UserKind
from accounts.documents.links import KINDS, SENT, Link
from accounts.documents.storing import open_sealed
from accounts.errors import AccountNotFound
from accounts.models import Account, AccountDocument, ApiKey, OwnerDocument, User
from accounts.permissions import Permission
from accounts.record_errors import DocumentNotFound
from brokerage import clock

MOST_DOCUMENTS = 1000


@dataclass(frozen=True, kw_only=True)
class DocumentSearch:
    """Which account documents to list (contract/accounts.md 2.7); both days are included."""

    start: date | None = None
    end: date | None = None
    document_type: str = ""


def list_account_documents(actor: User, account_id: UUID, search: DocumentSearch) -> list[AccountDocument]:
    """Answer what was made about an account, newest first, up to 1,000; or raise `AccountNotFound`."""
    actor.require(Permission.VIEW_ACCOUNTS)
    _require_account(actor, account_id)
    rows = AccountDocument.objects.filter(account_id=account_id)
    if search.start is not None:
        rows = rows.filter(date__gte=search.start)
    if search.end is not None:
        rows = rows.filter(date__lte=search.end)
    if search.document_type:
        rows = rows.filter(document_type=search.document_type)
    return list(rows[:MOST_DOCUMENTS])


def get_account_document(actor: User, account_id: UUID, document_id: UUID) -> AccountDocument:
    """Answer one document that was made about an account, or raise `DocumentNotFound`."""
    actor.require(Permission.VIEW_ACCOUNTS)
    return _get(actor, AccountDocument, account_id=account_id, pk=document_id)


def get_owner_document(actor: User, account_id: UUID, document_id: UUID) -> OwnerDocument:
    """Answer one document that the holder sent, or raise `DocumentNotFound`."""
    actor.require(Permission.READ_DOCUMENTS)
    return _get(actor, OwnerDocument, account_id=account_id, pk=document_id)


def get_w8ben(actor: User, account_id: UUID, document_id: UUID) -> OwnerDocument:
    """Answer the holder's W-8BEN, or raise `DocumentNotFound`."""
    actor.require(Permission.READ_DOCUMENTS)
    return _get(actor, OwnerDocument, account_id=account_id, pk=document_id, document_type=DocumentType.W8BEN)


def get_linked_document(link: Link) -> tuple[User, AccountDocument | OwnerDocument]:
    """Answer who a link was made for and its document; raise `DocumentNotFound` once they may not see it."""
    asked_for = User.objects.annotate(**acting.annotations(means=Value("link")))
    actor = asked_for.filter(pk=link.actor_id, is_active=True).select_related("correspondent").first()
    if actor is None or not _may_still_read(actor, link):
        raise DocumentNotFound
    return actor, _get(actor, KINDS[link.kind], pk=link.document_id)


def read_content(document: AccountDocument | OwnerDocument) -> bytes:
    """Open a document; the caller records the look."""
    return open_sealed(document.content, sealed_for=document.account_id)


def _may_still_read(actor: User, link: Link) -> bool:
    """Say whether who asked for the link may still read its document: by their role, and their key by its state."""
    needed = Permission.READ_DOCUMENTS if link.kind == SENT else Permission.VIEW_ACCOUNTS
    if actor.kind == UserKind.API_KEY:
        return actor.may(needed) and ApiKey.objects.in_force(clock.real_now()).filter(user=actor).exists()
    return actor.may(needed)


def _require_account(actor: User, account_id: UUID) -> None:
    if not Account.objects.visible_to(actor).filter(pk=account_id).exists():
        raise AccountNotFound


def _get(actor: User, model: Any, **found_by: Any) -> Any:
    visible = Account.objects.visible_to(actor)
    document = model.objects.filter(account__in=visible, **found_by).select_related("account").first()
    if document is None:
        raise DocumentNotFound
    return document
