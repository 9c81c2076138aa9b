"""Paths of the trading side, below `/v1/`. Static segments stand before identifiers."""

from django.urls import path

from trading.api import (
    activity_streams,
    funding_views,
    journal_views,
    refusals,
    sandbox,
    sandbox_assignments,
    streams,
    views,
)
from trading.api.account_paths import of_an_account

urlpatterns = [
    path("accounts/activities", views.ActivityList.as_view()),
    path("accounts/activities/<str:activity_type>", views.ActivityList.as_view()),
    path("accounts/positions", views.PositionsOfAccounts.as_view()),
    path("accounts/<id:account_id>/ach_relationships", funding_views.AchRelationshipList.as_view()),
    path(
        "accounts/<id:account_id>/ach_relationships/<id:relationship_id>",
        funding_views.AchRelationshipDetail.as_view(),
    ),
    path("accounts/<id:account_id>/recipient_banks", funding_views.BankList.as_view()),
    path("accounts/<id:account_id>/recipient_banks/<id:bank_id>", funding_views.BankDetail.as_view()),
    path("accounts/<id:account_id>/transfers", funding_views.TransferList.as_view()),
    path("accounts/<id:account_id>/transfers/<id:transfer_id>", funding_views.TransferDetail.as_view()),
    path("events/journals/status", streams.journal_status_events),
    path("events/nta", activity_streams.non_trade_events),
    path("events/trades", streams.trade_events),
    path("events/transfers/status", streams.transfer_status_events),
    path("journals", journal_views.JournalList.as_view()),
    path("journals/batch", journal_views.JournalBatchView.as_view()),
    path("journals/reverse_batch", journal_views.ReverseJournalBatchView.as_view()),
    path("journals/<id:journal_id>", journal_views.JournalDetail.as_view()),
    *of_an_account(),
    path("sandbox/assignments", sandbox_assignments.Assignments.as_view()),
    path("sandbox/busts", sandbox.Busts.as_view()),
    path("trading/refusals", refusals.RefusalList.as_view()),
]
