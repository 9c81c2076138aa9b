"""What an account's papers must be: agreements signed, documents sent (contract 2.1.4, 2.1.5)."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from ipaddress import AddressValueError, IPv4Address

from accounts.choices import AgreementType, DocumentType, MimeType
from accounts.rules.applications import SignedAgreement, UploadedDocument
from accounts.rules.text import Fault, required, short_text
from brokerage.market_calendar import NEW_YORK

# What a signature without a revision is taken to be under: an agreement that cannot be tied to
# a text is no agreement (AA-9), so the server fills in the revision in force (contract 2.1.4).
ACTIVE_REVISIONS: dict[str, str] = {
    AgreementType.ACCOUNT: "16.2021.05",
    AgreementType.CUSTOMER: "16.2021.05",
    AgreementType.MARGIN: "16.2021.05",
    AgreementType.CRYPTO: "04.2021.10",
    AgreementType.OPTIONS: "01.2024.05",
    AgreementType.CUSTODIAL_CUSTOMER: "01.2023.06",
}
MOST_DOCUMENTS = 10
LARGEST_DOCUMENT = 10 * 1024 * 1024
_REVISION = re.compile(r"[0-9]{2}\.[0-9]{4}\.(0[1-9]|1[0-2])")

# The formats that documents come in, and enough others to say what came instead.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", MimeType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MimeType.PNG),
    (b"%PDF-", MimeType.PDF),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"#!", "text/x-script"),
    (b"PK\x03\x04", "application/zip"),
    (b"<!DOCTYPE", "text/html"),
    (b"<html", "text/html"),
    (b"<script", "text/html"),
)
SHOWN_FORMATS = (MimeType.PDF, MimeType.PNG, MimeType.JPEG)


def agreement_faults(agreement: SignedAgreement, *, today: date) -> Iterator[Fault]:
    """Yield what is wrong with one signature: what, when, from where, and under which revision.

    A signature is in the future from the next New York day on: clocks of partners run ahead.
    """
    yield from required("agreement", agreement.agreement)
    yield from required("signed_at", agreement.signed_at)
    if agreement.signed_at and agreement.signed_at.astimezone(NEW_YORK).date() > today:
        yield "signed_at", "must not be in the future"
    yield from required("ip_address", agreement.ip_address)
    if agreement.ip_address and not _is_ipv4(agreement.ip_address):
        yield "ip_address", "must be an IPv4 address"
    if agreement.revision and not _REVISION.fullmatch(agreement.revision):
        yield "revision", "must have the form XX.YYYY.MM, such as 16.2021.05"


def revision_of(agreement: SignedAgreement) -> str:
    """Answer the revision that was signed, or the one in force where none was named."""
    return agreement.revision or ACTIVE_REVISIONS[agreement.agreement]


def documents_faults(documents: Sequence[UploadedDocument]) -> Iterator[Fault]:
    """Yield what is wrong with the documents sent in one call."""
    if len(documents) > MOST_DOCUMENTS:
        yield "", f"must be at most {MOST_DOCUMENTS} in one call, found {len(documents)}"
    for index, document in enumerate(documents):
        for name, said in document_faults(document):
            yield f"{index}.{name}", said


def document_faults(document: UploadedDocument) -> Iterator[Fault]:
    """Yield what is wrong with one document."""
    yield from required("document_type", document.document_type)
    yield from short_text("document_sub_type", document.document_sub_type, longest=80)
    if document.content_data is not None:
        if document.document_type != DocumentType.W8BEN:
            yield "content_data", "is for documents of type w8ben only"
        return
    if not document.content:
        yield "content", "is required"
        return
    if len(document.content) > LARGEST_DOCUMENT:
        yield "content", "must be at most 10 MB"
    yield from _format_faults(document, sniff(document.content))


def _format_faults(document: UploadedDocument, found: str) -> Iterator[Fault]:
    """Yield a fault unless the content is what it says it is, and something that people can look at."""
    if document.mime_type == MimeType.JSON:
        yield "mime_type", "is application/json only where a w8ben comes as content_data"
    elif found and document.mime_type and found != document.mime_type:
        yield "content", f"is {found}, but mime_type says {document.mime_type}"
    elif found not in SHOWN_FORMATS:
        yield "content", f"must be a PDF, a PNG or a JPEG, found {found or 'none of them'}"


def format_of(document: UploadedDocument) -> str:
    """Answer the format of a document that has no fault."""
    return MimeType.JSON if document.content is None else sniff(document.content)


def sniff(content: bytes) -> str:
    """Answer the format that the first bytes of `content` give away, or ""."""
    start = content[:64].lstrip()
    return next((format for signature, format in SIGNATURES if start.lower().startswith(signature.lower())), "")


def _is_ipv4(address: str) -> bool:
    try:
        IPv4Address(address)
    except AddressValueError:
        return False
    return True
