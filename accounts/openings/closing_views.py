"""The last steps of opening an account: the documents, and the review that opens it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.choices import MimeType, OpeningStep
from accounts.errors import AccountInputInvalid, ChangedMeanwhile
from accounts.models import OpeningDraft
from accounts.openings.application import Fault, Opening
from accounts.openings.drafts import get_draft
from accounts.openings.page import TITLES, frame_context
from accounts.openings.papers import DocumentForm
from accounts.openings.review import review_sections
from accounts.openings.sentences import as_sentence, in_words
from accounts.requests import SignedInRequest
from accounts.rules.applications import UploadedDocument
from accounts.rules.documents import MOST_DOCUMENTS
from accounts.rules.openings import doubts
from accounts.services.opening_drafts import (
    add_document,
    look_at_document,
    remove_document,
    sections_of,
    submit_draft,
)
from brokerage import clock
from brokerage.errors import BrokerageError
from brokerage.web import redirect_page, refusals_on, render_page

PREVIEW_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def documents(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    """Show the documents of an application; on POST add one or take one out, or lead on."""
    found = get_draft(request.user, draft_id)
    if found.account_id:
        return redirect_page(request, "accounts:account", found.account_id)
    if request.method == "GET":
        return _show_documents(request, found, DocumentForm())
    if "remove" in request.POST:
        remove_document(actor=request.user, draft_id=draft_id, document_id=_id(request.POST["remove"]))
        messages.success(request, "The document was removed.")
        return redirect_page(request, "accounts:draft_documents", draft_id)
    form = DocumentForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_on(form), _in_words(form):
            document, name = _uploaded(form)
            add_document(actor=request.user, draft_id=draft_id, document=document, file_name=name)
            messages.success(request, f"{name or 'The document'} was added.")
            return redirect_page(request, "accounts:draft_documents", draft_id)
    return _show_documents(request, found, form)


@contextmanager
def _in_words(form: DocumentForm) -> Iterator[None]:
    """Say what is wrong with a document as a person reads it; such a sentence is shown as it is."""
    try:
        yield
    except AccountInputInvalid as refusal:
        raise AccountInputInvalid(
            {name: [in_words(_label(form, name), one) for one in said] for name, said in refusal.errors.items()}
        ) from None


def _label(form: DocumentForm, name: str) -> str:
    return str(form.fields[name].label) if name in form.fields else "Document"


@never_cache
@login_required
@require_GET
def document(request: SignedInRequest, draft_id: UUID, document_id: UUID) -> HttpResponse:
    """Show a document of an application as it is; who looked is kept."""
    row, content = look_at_document(actor=request.user, draft_id=draft_id, document_id=document_id)
    response = HttpResponse(content, content_type=row.mime_type)
    response["Cache-Control"] = "no-store, private"
    response["Content-Disposition"] = f'inline; filename="{row.document_type}{ENDINGS[MimeType(row.mime_type)]}"'
    response["Content-Security-Policy"] = PREVIEW_POLICY
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def review(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    """Show the whole application read back; on POST open the account, or say what stands in the way."""
    found = get_draft(request.user, draft_id)
    if found.account_id:
        return redirect_page(request, "accounts:account", found.account_id)
    opening = Opening(sections_of(found))
    faults = opening.faults(today=clock.today())
    if request.method == "GET" or faults:
        return _show_review(request, found, opening, faults, status=422 if request.method == "POST" else 200)
    shown = request.POST.get("revision", "")
    try:
        account = submit_draft(
            actor=request.user,
            draft_id=draft_id,
            revision=int(shown) if shown.isdecimal() and len(shown) < 10 else -1,
            application=opening.application(),
        )
    except ChangedMeanwhile:
        newest = get_draft(request.user, draft_id)
        said = "Somebody changed this application since you opened this page. Read it again, then open the account."
        opening = Opening(sections_of(newest))
        return _show_review(request, newest, opening, opening.faults(today=clock.today()), said=said, status=422)
    except BrokerageError as refusal:
        if refusal.http_status in (403, 404):
            raise
        return _show_review(request, found, opening, faults, said=as_sentence(str(refusal)), status=422)
    messages.success(request, f"Account {account.account_number} was opened. Its status moves on by itself.")
    return redirect_page(request, "accounts:account", account.pk)


ENDINGS = {MimeType.PDF: ".pdf", MimeType.PNG: ".png", MimeType.JPEG: ".jpg", MimeType.JSON: ".json"}


def _uploaded(form: DocumentForm) -> tuple[UploadedDocument, str]:
    """Answer the document that was sent. What it says it is counts where that is one of our formats."""
    file = form.cleaned_data["content"]
    content = file.read() if file else None
    said = file.content_type if file else ""
    return UploadedDocument(
        document_type=form.cleaned_data["document_type"],
        document_sub_type=form.cleaned_data["document_sub_type"],
        content=content,
        mime_type=said if said in MimeType.values else "",
    ), file.name if file else ""


def _show_documents(request: SignedInRequest, draft: OpeningDraft, form: DocumentForm) -> HttpResponse:
    faults = Opening(sections_of(draft)).faults(today=clock.today())
    said = {
        name: [_sentence(_label(form, name), str(one)) for one in form.errors.get(name) or ()] for name in form.fields
    }
    rows = list(draft.documents.all())
    is_full = len(rows) >= MOST_DOCUMENTS
    context: dict[str, Any] = frame_context(draft, OpeningStep.DOCUMENTS, faults) | {
        "documents": rows,
        "most": MOST_DOCUMENTS,
        "is_full": is_full,
        "fields": [(form[name], said[name]) for name in form.fields],
        "general": [one for name in form.fields for one in said[name]] if is_full else [],
    }
    return render_page(
        request,
        "accounts/openings/documents.html",
        fragment="accounts/openings/_documents.html",
        context=context,
        status=422 if form.errors else 200,
    )


def _sentence(label: str, said: str) -> str:
    return in_words(label, said) if said[:1].islower() else said


def _show_review(
    request: SignedInRequest, draft: OpeningDraft, opening: Opening, faults: list[Fault], *, said: str = "", status: int
) -> HttpResponse:
    context = frame_context(draft, OpeningStep.REVIEW, faults) | {
        "sections": review_sections(opening, faults),
        "documents": draft.documents.all(),
        "faults": faults,
        "doubts": [(TITLES[step], step, text) for step, text in doubts(opening.application())],
        "said": said,
        "is_refused": status != 200,
    }
    return render_page(
        request,
        "accounts/openings/review.html",
        fragment="accounts/openings/_review.html",
        context=context,
        status=status,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
