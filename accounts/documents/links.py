"""Links to documents that work without signing in, for a quarter of an hour (contract/accounts.md 2.7).

The content is sealed at rest, so no link can lead to the storage itself: it leads to a view of
ours that opens it. The signature says who asked for which document.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AccountDocument, OwnerDocument, User
from accounts.record_errors import DocumentNotFound

SALT = "accounts.documents.links"
VALID_SECONDS = 900
MADE, SENT = "made", "sent"
KINDS: dict[str, type[AccountDocument] | type[OwnerDocument]] = {MADE: AccountDocument, SENT: OwnerDocument}


@dataclass(frozen=True)
class Link:
    """What a link leads to, and on whose behalf."""

    kind: str
    document_id: UUID
    actor_id: int


def link_to(request: HttpRequest, document: AccountDocument | OwnerDocument, actor: User) -> str:
    """Answer a URL of this server at which the document can be read for `VALID_SECONDS`."""
    kind = next(kind for kind, model in KINDS.items() if isinstance(document, model))
    token = signing.dumps([kind, document.pk.hex, actor.pk], salt=SALT)
    return request.build_absolute_uri(reverse("accounts:linked_document", args=[token]))


def read_link(token: str) -> Link:
    """Answer what a token says; raise `DocumentNotFound` where it is not ours or too old."""
    try:
        kind, document_id, actor_id = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        raise DocumentNotFound from None
    return Link(kind, UUID(document_id), actor_id)
