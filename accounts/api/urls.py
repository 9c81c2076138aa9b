"""Paths of the account side, below `/v1/`."""

from django.urls import path

from accounts.api.records import (
    AccountCip,
    AccountClose,
    DocumentDetail,
    DocumentDownload,
    DocumentList,
    DocumentUpload,
    W8BenDownload,
)
from accounts.api.streams import account_status_events
from accounts.api.views import AccountConfigurations, AccountDetail, AccountList

urlpatterns = [
    path("accounts", AccountList.as_view()),
    path("accounts/<id:account_id>", AccountDetail.as_view()),
    path("accounts/<id:account_id>/actions/close", AccountClose.as_view()),
    path("accounts/<id:account_id>/cip", AccountCip.as_view()),
    path("accounts/<id:account_id>/documents", DocumentList.as_view()),
    path("accounts/<id:account_id>/documents/upload", DocumentUpload.as_view()),
    path("accounts/<id:account_id>/documents/<id:document_id>", DocumentDetail.as_view()),
    path("accounts/<id:account_id>/documents/<id:document_id>/download", DocumentDownload.as_view()),
    path("accounts/<id:account_id>/documents/w8ben/<id:document_id>/download", W8BenDownload.as_view()),
    path("trading/accounts/<id:account_id>/account/configurations", AccountConfigurations.as_view()),
    path("events/accounts/status", account_status_events),
]
