"""Keep what the holder sends, and make the record that the holder gets (contract/accounts.md 2.7, RK-5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import orjson
from django.db import transaction

from accounts.choices import AccountDocumentType, AccountStatus
from accounts.documents.application_pdf import account_record_pdf
from accounts.documents.storing import files_follow_the_commit, store_sealed
from accounts.errors import AccountClosed, FirmAccountHasNoHolder
from accounts.locking import lock_account
from accounts.models import Account, AccountDocument, AccountTerms, OwnerDocument, User
from accounts.permissions import Permission
from accounts.record_errors import DocumentsInvalid
from accounts.rules.applications import UploadedDocument
from accounts.rules.documents import documents_faults, format_of
from accounts.rules.onboarding import by_field
from accounts.selectors import get_account
from brokerage import clock
from brokerage.events import record_event
from brokerage.ids import time_ordered_id
from brokerage.market_calendar import NEW_YORK

# How long a record that could not be made waits, so that it holds up no other.
TRIED_AGAIN_AFTER = timedelta(hours=1)


@files_follow_the_commit()
def upload_documents(*, actor: User, account_id: UUID, documents: Sequence[UploadedDocument]) -> list[OwnerDocument]:
    """Keep up to ten documents of an account's holder, sealed; all of them or none.

    They are in the storage, which may be far away, before the account is locked: nothing of it
    waits for them. Raises `AccountNotFound`, `AccountClosed`, `FirmAccountHasNoHolder`, or
    `DocumentsInvalid` naming each fault by the document's place in the list.
    """
    actor.require(Permission.EDIT_ACCOUNTS)
    account = get_account(actor, account_id)
    _require_holder(account)
    faults = by_field(documents_faults(documents))
    if faults:
        raise DocumentsInvalid(faults)
    if not documents:
        return []

    now = clock.now()
    return _insert_documents(actor, account_id, [_stored(account, document, now) for document in documents], now)


@transaction.atomic(durable=True)
def _insert_documents(actor: User, account_id: UUID, rows: list[OwnerDocument], now: datetime) -> list[OwnerDocument]:
    account = lock_account(actor, account_id)
    terms = _require_holder(account)
    for row in rows:
        row.save(force_insert=True)
    terms.makers = sorted({*terms.makers, actor.pk})
    terms.save(update_fields=["makers"])
    record_event("account.documents_added", account=account, subject=account, at=now, payload={"count": len(rows)})
    return rows


def _require_holder(account: Account) -> AccountTerms:
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise AccountClosed(account_number=account.account_number)
    terms = AccountTerms.objects.filter(account=account).first()
    if terms is None:
        raise FirmAccountHasNoHolder(account_number=account.account_number)
    return terms


def keep_documents(account: Account, documents: Sequence[UploadedDocument], *, now: datetime) -> list[OwnerDocument]:
    """Seal documents into the storage and insert their rows, as a step of a service whose files follow its commit."""
    rows = [_stored(account, document, now) for document in documents]
    for row in rows:
        row.save(force_insert=True)
    return rows


def _stored(account: Account, document: UploadedDocument, now: datetime) -> OwnerDocument:
    """Seal a document into the storage, and answer its row, which is not inserted yet."""
    content = document.content if document.content is not None else orjson.dumps(document.content_data, default=str)
    row = OwnerDocument(
        id=time_ordered_id(),  # in the order in which they were sent
        account=account,
        document_type=document.document_type,
        document_sub_type=document.document_sub_type,
        mime_type=format_of(document),
        content_size=len(content),
        content_digest=sha256(content).hexdigest(),
        created_at=now,
    )
    store_sealed(row.content, content, sealed_for=account.pk, name=str(row.pk))
    return row


@files_follow_the_commit()
@transaction.atomic(durable=True)
def make_account_record(*, actor: User, account_id: UUID) -> AccountDocument | None:
    """Make the account record that is due, and announce it; None where none is due.

    Safe to run twice: what is due is read and cleared under the account's lock.
    """
    actor.require(Permission.ADVANCE_OPENINGS)
    account = lock_account(actor, account_id)
    terms = AccountTerms.objects.filter(account=account, record_due_at__isnull=False).first()
    if terms is None:
        return None
    now = clock.now()
    content = account_record_pdf(get_account(actor, account_id), now)
    record = AccountDocument(
        account=account,
        document_type=AccountDocumentType.ACCOUNT_APPLICATION,
        name="Account record",
        date=now.astimezone(NEW_YORK).date(),
        content_size=len(content),
        content_digest=sha256(content).hexdigest(),
        created_at=now,
    )
    store_sealed(record.content, content, sealed_for=account.pk, name=str(record.pk))
    record.save(force_insert=True)
    terms.record_due_at = None
    terms.save(update_fields=["record_due_at"])
    record_event("account.document_added", account=account, subject=record, at=now)
    return record


@transaction.atomic(durable=True)
def put_off_account_record(*, actor: User, account_id: UUID) -> None:
    """Let a record that could not be made wait an hour; one that was made meanwhile stays made."""
    actor.require(Permission.ADVANCE_OPENINGS)
    account = lock_account(actor, account_id)
    due = AccountTerms.objects.filter(account=account, record_due_at__isnull=False)
    due.update(record_due_at=clock.now() + TRIED_AGAIN_AFTER)
