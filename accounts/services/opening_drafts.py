"""Fill in an application step by step, and open the account that it asks for (contract/accounts.md 2.1).

What was typed is kept sealed and as it was typed, with its faults: a draft is judged only when
it is opened, by the rules that judge an application from the API.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import transaction

from accounts import acting
from accounts.audit import record_look
from accounts.choices import OpeningStep
from accounts.documents.storing import files_follow_the_commit, open_sealed, store_sealed
from accounts.errors import AccountInputInvalid, ChangedMeanwhile
from accounts.models import Account, Correspondent, DraftDocument, OpeningDraft, User
from accounts.opening_errors import (
    CorrespondentNotChosen,
    DraftDocumentNotFound,
    DraftEntriesInvalid,
    DraftNotFound,
    DraftOpened,
    TooManyDocuments,
)
from accounts.permissions import Permission
from accounts.rules.applications import AccountApplication, UploadedDocument
from accounts.rules.documents import MOST_DOCUMENTS, document_faults, sniff
from accounts.rules.onboarding import by_field
from accounts.rules.openings import LARGEST_STEP, StepEntries, fit_in_a_step, furthest
from accounts.sealing import seal, unseal
from accounts.services.onboarding import open_for
from brokerage import clock

Sections = Mapping[str, Mapping[str, list[str]]]


@transaction.atomic(durable=True)
def start_draft(*, actor: User, draft_id: UUID, correspondent_id: UUID | None = None) -> OpeningDraft:
    """Start an application under an id that the page chose, so that a form posted twice starts one.

    Staff of a correspondent open accounts there; staff of the broker say where. Raises
    `CorrespondentNotChosen`, or `DraftNotFound` where the id is somebody else's.
    """
    actor.require(Permission.OPEN_ACCOUNTS)
    acting.claim(actor)
    wanted = actor.correspondent_id or correspondent_id
    if wanted is None or not Correspondent.objects.filter(pk=wanted).exists():
        raise CorrespondentNotChosen
    now = clock.now()
    draft = OpeningDraft(
        id=draft_id, correspondent_id=wanted, started_by=actor, created_at=now, updated_at=now, step=OpeningStep.CONTACT
    )
    OpeningDraft.objects.bulk_create([draft], ignore_conflicts=True)
    started = OpeningDraft.objects.visible_to(actor).filter(pk=draft_id, started_by=actor).first()
    if started is None:
        raise DraftNotFound
    return started


@transaction.atomic(durable=True)
def save_step(*, actor: User, draft_id: UUID, step: StepEntries) -> OpeningDraft:
    """Keep what was entered in a step, complete or not.

    The same entries again change nothing, whatever revision they come with. Other entries under
    a revision that is no longer the newest raise `ChangedMeanwhile`: a second window does not
    overwrite what it has not seen. Raises `DraftNotFound`, `DraftOpened`, `DraftEntriesInvalid`.
    """
    draft = _lock_draft(actor, draft_id)
    if not fit_in_a_step(step.entries):
        raise DraftEntriesInvalid(most=LARGEST_STEP)
    sections = sections_of(draft)
    entries = {name: list(texts) for name, texts in step.entries.items()}
    is_new = sections.get(step.step) != entries
    if is_new and draft.revision != step.revision:
        raise ChangedMeanwhile
    reached = furthest(draft.step, step.reached)
    if is_new or reached != draft.step:
        draft.sections_sealed = seal(orjson.dumps({**sections, step.step.value: entries}), account_id=draft.pk)
        draft.label = step.label[:200].replace("\x00", "") if is_new else draft.label
        draft.step = reached
        _touch(draft, by_entries=is_new)
        draft.save(update_fields=["sections_sealed", "label", "step", "revision", "updated_at"])
    return draft


@files_follow_the_commit()
@transaction.atomic(durable=True)
def add_document(*, actor: User, draft_id: UUID, document: UploadedDocument, file_name: str) -> DraftDocument:
    """Add a document to an application; the same file as the same kind of document is there once.

    Raises `AccountInputInvalid` naming what is wrong with it, or `TooManyDocuments`.
    """
    draft = _lock_draft(actor, draft_id)
    faults = by_field(document_faults(document))
    if faults:
        raise AccountInputInvalid(faults)
    content = document.content or b""
    digest = sha256(content).hexdigest()
    held = list(draft.documents.all())
    for earlier in held:
        if (earlier.content_digest, earlier.document_type) == (digest, document.document_type):
            return earlier
    if len(held) >= MOST_DOCUMENTS:
        raise TooManyDocuments(most=MOST_DOCUMENTS)
    row = DraftDocument(
        id=uuid4(),
        draft=draft,
        document_type=document.document_type,
        document_sub_type=document.document_sub_type,
        file_name=file_name[:200].replace("\x00", ""),
        mime_type=sniff(content),
        content_size=len(content),
        content_digest=digest,
        created_at=clock.now(),
    )
    store_sealed(row.content, content, sealed_for=draft.pk, name=str(row.id))
    row.save(force_insert=True)
    _touch(draft)
    draft.save(update_fields=["revision", "updated_at"])
    return row


@transaction.atomic(durable=True)
def remove_document(*, actor: User, draft_id: UUID, document_id: UUID) -> OpeningDraft:
    """Take a document out of an application, with its file; one that is gone already stays gone."""
    draft = _lock_draft(actor, draft_id)
    removed = draft.documents.filter(pk=document_id).first()
    if removed is not None:
        _delete_document(removed)
        _touch(draft)
        draft.save(update_fields=["revision", "updated_at"])
    return draft


@transaction.atomic(durable=True)
def look_at_document(*, actor: User, draft_id: UUID, document_id: UUID) -> tuple[DraftDocument, bytes]:
    """Answer a document of an application with its content; that somebody looked is kept (RK-10)."""
    actor.require(Permission.OPEN_ACCOUNTS)
    actor.require(Permission.READ_DOCUMENTS)
    acting.claim(actor)
    drafts = OpeningDraft.objects.visible_to(actor).in_progress()
    found = DraftDocument.objects.filter(draft__in=drafts, draft_id=draft_id, pk=document_id)
    row = found.select_related("draft").first()
    if row is None:
        raise DraftDocumentNotFound
    record_look(actor, subject="DraftDocument", subject_id=row.pk, correspondent_id=row.draft.correspondent_id)
    return row, _content(row)


@transaction.atomic(durable=True)
def discard_draft(*, actor: User, draft_id: UUID) -> None:
    """End an application that will not be opened; what was entered, and its documents, are deleted."""
    draft = _lock_draft(actor, draft_id, is_discarded_too=True)
    if draft.discarded_at is not None:
        return
    draft.discarded_at = clock.now()
    _empty(draft)
    draft.save()


@files_follow_the_commit()
@transaction.atomic(durable=True)
def submit_draft(*, actor: User, draft_id: UUID, revision: int, application: AccountApplication) -> Account:
    """Open the account that a draft asks for; `application` is what was read of it at `revision`.

    The documents are the draft's own. A draft that was opened already answers its account, so
    that a form posted twice, or from two windows, opens one. Raises `ChangedMeanwhile`,
    `DraftNotFound`, and whatever `open_account` raises.
    """
    draft = _lock_draft(actor, draft_id, is_opened_too=True)
    if draft.account is not None:
        return draft.account
    if draft.revision != revision:
        raise ChangedMeanwhile
    documents = tuple(
        UploadedDocument(
            document_type=row.document_type,
            document_sub_type=row.document_sub_type,
            content=_content(row),
            mime_type=row.mime_type,
        )
        for row in draft.documents.all()
    )
    account = open_for(draft.correspondent, actor=actor, application=replace(application, documents=documents))
    draft.account = account
    _empty(draft)
    draft.save()
    return account


def sections_of(draft: OpeningDraft) -> dict[str, dict[str, list[str]]]:
    """Unseal what was entered: by step, the texts of each field as they were typed."""
    if draft.sections_sealed is None:
        return {}
    found: dict[str, Any] = orjson.loads(unseal(bytes(draft.sections_sealed), account_id=draft.pk))
    return found


def _lock_draft(
    actor: User, draft_id: UUID, *, is_opened_too: bool = False, is_discarded_too: bool = False
) -> OpeningDraft:
    """Lock a draft that may be worked on; raise `DraftNotFound`, or `DraftOpened` where that is over."""
    actor.require(Permission.OPEN_ACCOUNTS)
    acting.claim(actor)
    visible = OpeningDraft.objects.visible_to(actor).select_related("correspondent", "account")
    draft = visible.select_for_update(of=("self",)).filter(pk=draft_id).first()
    if draft is None or (draft.discarded_at is not None and not is_discarded_too):
        raise DraftNotFound
    if draft.account is not None and not is_opened_too:
        raise DraftOpened(account_number=draft.account.account_number)
    return draft


def _touch(draft: OpeningDraft, *, by_entries: bool = True) -> None:
    draft.revision += 1 if by_entries else 0
    draft.updated_at = clock.now()


def _empty(draft: OpeningDraft) -> None:
    """Delete what was entered: it is on the account now, or wanted by nobody."""
    for document in draft.documents.all():
        _delete_document(document)
    draft.sections_sealed = None
    draft.updated_at = clock.now()


def _delete_document(row: DraftDocument) -> None:
    """Delete a document's row, and its file once that is certain."""
    storage, name = row.content.storage, str(row.content.name)
    row.delete()
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def _content(row: DraftDocument) -> bytes:
    return open_sealed(row.content, sealed_for=row.draft_id)
