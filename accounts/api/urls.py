"""Paths of the account side, below `/v1/`."""

from django.urls import path

from accounts.api.streams import account_status_events
from accounts.api.views import AccountConfigurations, AccountDetail, AccountList

urlpatterns = [
    path("accounts", AccountList.as_view()),
    path("accounts/<uuid:account_id>", AccountDetail.as_view()),
    path("trading/accounts/<uuid:account_id>/account/configurations", AccountConfigurations.as_view()),
    path("events/accounts/status", account_status_events),
]
