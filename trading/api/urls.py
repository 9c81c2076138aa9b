"""Paths of the trading side, below `/v1/`. Static segments stand before identifiers."""

from django.urls import path

from trading.api import funding_views, journal_views, streams, views

urlpatterns = [
    path("accounts/activities", views.ActivityList.as_view()),
    path("accounts/activities/<str:activity_type>", views.ActivityList.as_view()),
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
    path("events/trades", streams.trade_events),
    path("events/transfers/status", streams.transfer_status_events),
    path("journals", journal_views.JournalList.as_view()),
    path("journals/batch", journal_views.JournalBatchView.as_view()),
    path("journals/reverse_batch", journal_views.ReverseJournalBatchView.as_view()),
    path("journals/<id:journal_id>", journal_views.JournalDetail.as_view()),
    path("trading/accounts/<id:account_id>/account", views.TradingAccount.as_view()),
    path("trading/accounts/<id:account_id>/orders", views.OrderList.as_view()),
    path("trading/accounts/<id:account_id>/orders:by_client_order_id", views.OrderByClientId.as_view()),
    path("trading/accounts/<id:account_id>/orders/<str:order_id>", views.OrderDetail.as_view()),
    path("trading/accounts/<id:account_id>/positions", views.PositionList.as_view()),
    path("trading/accounts/<id:account_id>/positions/<str:symbol_or_id>", views.PositionDetail.as_view()),
]
