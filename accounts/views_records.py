"""The papers of an account: what the holder sent, what was made about it, and notes."""

from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from accounts.act_forms import DocumentsForm, NoteForm
from accounts.audit import record_look
from accounts.auditing import subject_of
from accounts.choices import AccountStatus, MimeType, UserKind
from accounts.documents.reading import get_account_document, get_owner_document, read_content
from accounts.documents.views import content_response
from accounts.errors import AccountNotFound
from accounts.listing import get_listed_account
from accounts.models import Account, AccountDocument, OwnerDocument
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.record_errors import DocumentsInvalid
from accounts.requests import SignedInRequest
from accounts.selectors import list_notes, list_papers
from accounts.services.documents import upload_documents
from accounts.services.notes import add_note
from brokerage.web import redirect_page, refusals_on, render_page

SHOWN_HERE = (MimeType.PDF, MimeType.PNG, MimeType.JPEG)
NOT_KEPT = "private, no-store"


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def documents(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the documents of an account; on POST keep further ones, or say what is wrong with them."""
    found = get_listed_account(request.user, account_id)
    form = DocumentsForm(request.POST or None, request.FILES or None) if request.method == "POST" else DocumentsForm()
    if request.method == "POST" and form.is_valid() and _keep(request, found, form):
        messages.success(request, "The documents are kept.")
        return redirect("accounts:documents", account_id=found.pk)
    return _documents_page(request, found, form)


def _keep(request: SignedInRequest, found: Account, form: DocumentsForm) -> bool:
    """Keep what was uploaded, all of it or none; what is refused stands on the form, by the file's name."""
    names = [name for name, _ in form.cleaned_data["uploads"]]
    with refusals_on(form):
        try:
            upload_documents(actor=request.user, account_id=found.pk, documents=form.documents())
        except DocumentsInvalid as refusal:
            raise DocumentsInvalid(_by_file(refusal, names)) from None
        return True
    return False


def _by_file(refusal: DocumentsInvalid, names: list[str]) -> dict[str, list[str]]:
    """Name faults by field and file, where the service names a document by its place."""
    faults: dict[str, list[str]] = {}
    for name, sentences in refusal.errors.items():
        place, _, column = name.removeprefix("documents.").partition(".")
        field = column if column in ("document_type", "document_sub_type") else "uploads"
        at = f"In “{names[int(place)]}”: " if field == "uploads" and place.isdigit() else ""
        said = [f"{at}{one}." for one in sentences]
        faults.setdefault(field, []).extend(one for one in said if one not in faults.get(field, []))
    return faults


def _documents_page(request: SignedInRequest, found: Account, form: DocumentsForm) -> HttpResponse:
    may_look = request.user.may(Permission.READ_DOCUMENTS)
    is_open = found.status != AccountStatus.ACCOUNT_CLOSED and hasattr(found, "contact")
    sent, made = list_papers(found)
    context = account_frame(found, "documents") | {
        "form": form,
        "sent": sent,
        "made": made,
        "may_look": may_look,
        "may_add": is_open and request.user.may(Permission.EDIT_ACCOUNTS),
        "shown_here": SHOWN_HERE,
    }
    status = 422 if form.errors else 200
    return render_page(
        request, "accounts/documents.html", fragment="accounts/_documents.html", context=context, status=status
    )


@require_GET
@never_cache
@login_required
def preview(request: SignedInRequest, account_id: UUID, document_id: UUID) -> HttpResponse:
    """Show a document in the page. Its content comes by `owner_document`, which records the look."""
    found = get_owner_document(request.user, account_id, document_id)
    account = get_listed_account(request.user, account_id)
    context = account_frame(account, "documents") | {"document": found, "is_shown": found.mime_type in SHOWN_HERE}
    return render_page(request, "accounts/preview.html", fragment="accounts/_preview.html", context=context)


@require_GET
@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]  # it takes views with arguments too
@xframe_options_sameorigin
@login_required
def owner_document(request: SignedInRequest, account_id: UUID, document_id: UUID) -> HttpResponse:
    """Send a document that the holder sent; the look leaves an audit entry first."""
    return _content(request, get_owner_document(request.user, account_id, document_id))


@require_GET
@login_required
def made_document(request: SignedInRequest, account_id: UUID, document_id: UUID) -> HttpResponse:
    """Send a document that was made about the account; the look leaves an audit entry first."""
    response = _content(request, get_account_document(request.user, account_id, document_id))
    response["Content-Disposition"] = response["Content-Disposition"].replace("inline", "attachment", 1)
    return response


def _content(request: SignedInRequest, found: OwnerDocument | AccountDocument) -> HttpResponse:
    content = read_content(found)
    record_look(request.user, subject=subject_of(found), subject_id=str(found.pk), account=found.account)
    response = content_response(found, content)
    response["Cache-Control"] = NOT_KEPT
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def notes(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what staff noted about an account, newest first; on POST add a note. Customers have no such page."""
    found = get_listed_account(request.user, account_id)
    if request.user.kind == UserKind.CUSTOMER:
        raise AccountNotFound
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            add_note(actor=request.user, account_id=found.pk, text=form.cleaned_data["text"])
            return redirect_page(request, "accounts:notes", found.pk)
    page = list_notes(found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context: dict[str, Any] = account_frame(found, "notes") | {
        "form": form,
        "page": page,
        "previous_url": f"{request.path}?before={page.before}" if page.before else "",
        "next_url": f"{request.path}?after={page.after}" if page.after else "",
        "may_write": request.user.may(Permission.WRITE_NOTES),
    }
    status = 422 if form.errors else 200
    return render_page(request, "accounts/notes.html", fragment="accounts/_notes.html", context=context, status=status)
