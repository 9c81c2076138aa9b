"""The pages of trading."""

from django.urls import path

from trading import views

app_name = "trading"
urlpatterns = [
    path("search", views.search, name="search"),
    path("accounts/<uuid:account_id>/balances", views.balances, name="balances"),
    path("accounts/<uuid:account_id>/positions", views.positions, name="positions"),
    path("accounts/<uuid:account_id>/orders", views.orders, name="orders"),
    path("accounts/<uuid:account_id>/activities", views.activities, name="activities"),
]
