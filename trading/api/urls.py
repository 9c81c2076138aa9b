"""Paths of the trading side, below `/v1/`. Static segments stand before identifiers."""

from django.urls import path

from trading.api import views

urlpatterns = [
    path("accounts/activities", views.ActivityList.as_view()),
    path("accounts/activities/<str:activity_type>", views.ActivityList.as_view()),
    path("journals", views.JournalList.as_view()),
    path("journals/<uuid:journal_id>", views.JournalDetail.as_view()),
    path("trading/accounts/<uuid:account_id>/account", views.TradingAccount.as_view()),
    path("trading/accounts/<uuid:account_id>/orders", views.OrderList.as_view()),
    path("trading/accounts/<uuid:account_id>/orders:by_client_order_id", views.OrderByClientId.as_view()),
    path("trading/accounts/<uuid:account_id>/orders/<str:order_id>", views.OrderDetail.as_view()),
    path("trading/accounts/<uuid:account_id>/positions", views.PositionList.as_view()),
    path("trading/accounts/<uuid:account_id>/positions/<str:symbol_or_id>", views.PositionDetail.as_view()),
]
