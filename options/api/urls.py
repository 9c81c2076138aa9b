"""Paths of the options side, below `/v1/`."""

from django.urls import path

from options.api.sandbox import PinnedQuotes
from options.api.urls_v2 import urlpatterns as trading_paths
from options.api.views import ApprovalList, ApprovalRequests

urlpatterns = [
    *trading_paths,
    path("accounts/options/approvals", ApprovalList.as_view()),
    path("accounts/<id:account_id>/options/approval", ApprovalRequests.as_view()),
    path("sandbox/quotes", PinnedQuotes.as_view()),
]
