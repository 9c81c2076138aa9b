"""The lists over all accounts: orders, refusals, positions."""

from django.urls import path

from trading import views_blotter, views_positions, views_refusals

urlpatterns = [
    path("orders", views_blotter.blotter, name="blotter"),
    path("orders/export.csv", views_blotter.export_csv, name="export_orders_csv"),
    path("orders/export.xlsx", views_blotter.export_workbook, name="export_orders_workbook"),
    path("orders/filters", views_blotter.saved_filters, name="blotter_filters"),
    path("orders/filters/<id:filter_id>", views_blotter.saved_filter, name="blotter_filter"),
    path("orders/cancel", views_blotter.cancel_many, name="cancel_many"),
    path("orders/cancel/asked", views_blotter.asked_orders, name="asked_orders"),
    path("orders/refusals", views_refusals.refusals, name="refusals"),
    path("orders/refusals/export.csv", views_refusals.export_csv, name="export_refusals_csv"),
    path("orders/refusals/export.xlsx", views_refusals.export_workbook, name="export_refusals_workbook"),
    path("orders/refusals/filters", views_refusals.saved_filters, name="refusals_filters"),
    path("orders/refusals/filters/<id:filter_id>", views_refusals.saved_filter, name="refusals_filter"),
    path("accounts/<id:account_id>/refusals", views_refusals.account_refusals, name="account_refusals"),
    path("positions", views_positions.book, name="book"),
    path("positions/export.csv", views_positions.export_csv, name="export_positions_csv"),
    path("positions/export.xlsx", views_positions.export_workbook, name="export_positions_workbook"),
    path("positions/filters", views_positions.saved_filters, name="book_filters"),
    path("positions/filters/<id:filter_id>", views_positions.saved_filter, name="book_filter"),
    path("positions/<path:symbol>", views_positions.holders, name="holders"),
]
