"""Documents on the wire: what was sent, what to list, what is shown (contract/accounts.md 2.1.5, 2.7)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rest_framework.exceptions import ValidationError

from accounts.api.sections import Day, SectionError
from accounts.api.serializers import DocumentSection
from accounts.choices import AccountDocumentType
from accounts.documents.reading import DocumentSearch
from accounts.errors import AccountBodyMalformed, AccountInputInvalid
from accounts.models import AccountDocument
from accounts.record_errors import DocumentsInvalid
from accounts.rules.applications import UploadedDocument
from accounts.rules.documents import documents_faults
from accounts.rules.onboarding import by_field
from brokerage.api import field_errors

# Known to clients of the wire, never made here: asking for them lists nothing.
FOREIGN_TYPES = frozenset(
    {
        *("crypto_account_statement", "options_application", "trade_confirmation_json", "tax_w8"),
        *("tax_1099_b_details", "tax_1099_b_form", "tax_1099_div_details", "tax_1099_div_form"),
        *("tax_1099_int_details", "tax_1099_int_form"),
    }
)


def read_documents(body: Sequence[Any]) -> tuple[UploadedDocument, ...]:
    """Parse an array of documents; raise `DocumentsInvalid` naming every fault by its place in the array."""
    section = DocumentSection()
    unread: dict[str, list[str]] = {}
    documents: list[UploadedDocument] = []
    for index, one in enumerate(body):
        if not isinstance(one, Mapping):
            raise AccountBodyMalformed(detail=f"document {index} must be an object")
        try:
            documents.append(UploadedDocument(**section.to_internal_value(one)))
        except SectionError as fault:
            unread |= field_errors(fault.detail, str(index))
            documents.append(UploadedDocument(**fault.read))
    if unread:
        raise DocumentsInvalid({**by_field(documents_faults(documents)), **unread})
    return tuple(documents)


def read_document_search(query: Mapping[str, str]) -> DocumentSearch:
    """Parse which account documents to list; raise `AccountInputInvalid` naming every parameter at fault."""
    faults: dict[str, list[str]] = {}
    days = {name: _day(name, query.get(name, ""), faults) for name in ("start", "end")}
    kind = query.get("type", "")
    if kind and kind not in {*AccountDocumentType.values, *FOREIGN_TYPES}:
        faults["type"] = [f"must be one of {', '.join(AccountDocumentType.values)}"]
    if faults:
        raise AccountInputInvalid(faults)
    return DocumentSearch(**days, document_type=kind)


def document_json(document: AccountDocument) -> dict[str, Any]:
    """Answer an account document as the wire shows it (contract 2.7)."""
    return {
        "id": document.pk,
        "name": document.name,
        "type": document.document_type,
        "sub_type": document.sub_type,
        "date": document.date,
    }


def _day(name: str, text: str, faults: dict[str, list[str]]) -> date | None:
    if not text:
        return None
    try:
        return Day().to_internal_value(text)
    except ValidationError:
        faults[name] = ["must be a date in the form YYYY-MM-DD"]
        return None
