"""Documents, identity checks and closing over REST (contract/accounts.md 2.6, 2.7)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.debug import sensitive_variables
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from accounts.api.cip import cip_json, read_cip
from accounts.api.documents import document_json, read_document_search, read_documents
from accounts.choices import KeyScope
from accounts.documents.links import link_to
from accounts.documents.reading import get_account_document, get_w8ben, list_account_documents
from accounts.models import AccountDocument, OwnerDocument
from accounts.permissions import Permission
from accounts.selectors import get_newest_cip
from accounts.services.cip import record_cip
from accounts.services.closing import close_account
from accounts.services.documents import upload_documents
from brokerage.api import ApiView
from brokerage.errors import Malformed

NO_CONTENT = status.HTTP_204_NO_CONTENT


class AccountClose(ApiView):
    """`/v1/accounts/{account_id}/actions/close`."""

    scope = KeyScope.ACCOUNTS

    def post(self, request: Request, account_id: UUID) -> Response:
        """Close the account."""
        close_account(actor=actor_of(request), account_id=account_id)
        return Response(status=NO_CONTENT)


class AccountCip(ApiView):
    """`/v1/accounts/{account_id}/cip`."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer the newest identity check of the holder."""
        return Response(cip_json(get_newest_cip(actor_of(request), account_id)))

    @sensitive_variables()
    def post(self, request: Request, account_id: UUID) -> Response:
        """Record the identity check that the partner made."""
        report = read_cip(self.body())
        record_cip(actor=actor_of(request), account_id=account_id, report=report)
        return Response(cip_json(get_newest_cip(actor_of(request), account_id)))


class DocumentUpload(ApiView):
    """`/v1/accounts/{account_id}/documents/upload`."""

    scope = KeyScope.ACCOUNTS

    @sensitive_variables()
    def post(self, request: Request, account_id: UUID) -> Response:
        """Keep up to ten documents of the holder."""
        if not isinstance(request.data, list):
            raise Malformed(detail="an array of documents is expected")
        documents = read_documents(request.data)
        upload_documents(actor=actor_of(request), account_id=account_id, documents=documents)
        return Response(status=NO_CONTENT)


class DocumentList(ApiView):
    """`/v1/accounts/{account_id}/documents`."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request, account_id: UUID) -> Response:
        """List what was made about the account."""
        search = read_document_search(request.query_params)
        found = list_account_documents(actor_of(request), account_id, search)
        return Response([document_json(document) for document in found])


class DocumentDetail(ApiView):
    """`/v1/accounts/{account_id}/documents/{document_id}`."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request, account_id: UUID, document_id: UUID) -> Response:
        """Answer one of them, without its content."""
        return Response(document_json(get_account_document(actor_of(request), account_id, document_id)))


class DocumentDownload(ApiView):
    """`/v1/accounts/{account_id}/documents/{document_id}/download`."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request, account_id: UUID, document_id: UUID) -> HttpResponse:
        """Send the client to a link to the content that is valid for a quarter of an hour."""
        actor_of(request).require(Permission.READ_DOCUMENTS)
        return moved_to(request, get_account_document(actor_of(request), account_id, document_id))


class W8BenDownload(ApiView):
    """`/v1/accounts/{account_id}/documents/w8ben/{document_id}/download`."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request, account_id: UUID, document_id: UUID) -> HttpResponse:
        """The same for a W-8BEN that the holder sent."""
        return moved_to(request, get_w8ben(actor_of(request), account_id, document_id))


def moved_to(request: Request, document: AccountDocument | OwnerDocument) -> HttpResponse:
    """Answer the 301 of the contract; nothing may keep it, since its target ends."""
    headers: dict[str, Any] = {
        "Location": link_to(request._request, document, actor_of(request)),
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(status=status.HTTP_301_MOVED_PERMANENTLY, headers=headers)
