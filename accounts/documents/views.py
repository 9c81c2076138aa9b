"""A document behind its link."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.audit import record_look
from accounts.auditing import subject_of
from accounts.choices import MimeType
from accounts.documents.links import read_link
from accounts.documents.reading import get_linked_document, read_content
from accounts.models import AccountDocument, OwnerDocument

ENDINGS: dict[str, str] = {MimeType.PDF: "pdf", MimeType.PNG: "png", MimeType.JPEG: "jpg", MimeType.JSON: "json"}
UNKNOWN = "application/octet-stream"


@require_safe
@cache_control(private=True, no_store=True)
def document(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the document that a signed link leads to, and record the look on behalf of who asked for it."""
    actor, found = get_linked_document(read_link(token))
    content = read_content(found)
    record_look(actor, subject=subject_of(found), subject_id=str(found.pk), account=found.account)
    return content_response(found, content)


def content_response(found: AccountDocument | OwnerDocument, content: bytes) -> HttpResponse:
    """Answer a document's bytes so that a browser shows what it can show and runs nothing of it."""
    mime_type = found.mime_type if isinstance(found, OwnerDocument) else MimeType.PDF
    ending = ENDINGS.get(mime_type, "bin")
    response = HttpResponse(content, content_type=mime_type or UNKNOWN)
    shown = "inline" if mime_type in ENDINGS else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="{found.document_type}-{found.pk}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
