"""The lists over all accounts: orders, refusals, positions."""

from django.urls import path

from accounts.saved_lists import routes_of
from trading import views_blotter, views_held, views_positions, views_refusals

urlpatterns = [
    *routes_of(views_blotter.BLOTTER),
    *routes_of(views_positions.BOOK),
    *routes_of(views_refusals.KEPT),
    path("orders", views_blotter.blotter, name="blotter"),
    path("orders/cancel", views_blotter.cancel_many, name="cancel_many"),
    path("orders/cancel/asked", views_blotter.asked_orders, name="asked_orders"),
    path("orders/refusals", views_refusals.refusals, name="refusals"),
    path("accounts/<id:account_id>/refusals", views_refusals.account_refusals, name="account_refusals"),
    path("positions", views_positions.book, name="book"),
    path("held/<path:symbol>", views_held.held, name="held"),
    path("positions/<path:symbol>", views_positions.holders, name="holders"),
]
