"""Market data: what correspondents may see and pay for, and what their keys took."""

from django.urls import path

from options import views_market_data as views

urlpatterns = [
    path("market-data", views.market_data, name="market_data"),
    path("market-data/prices", views.data_price, name="data_price"),
    path("market-data/export.csv", views.export_usage, {"kind": "csv"}),
    path("market-data/export.xlsx", views.export_usage, {"kind": "xlsx"}),
    path("market-data/<str:code>", views.correspondent_data, name="correspondent_data"),
    path("market-data/<str:code>/export.csv", views.export_usage, {"kind": "csv"}),
    path("market-data/<str:code>/export.xlsx", views.export_usage, {"kind": "xlsx"}),
]
