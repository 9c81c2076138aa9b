"""The pages of trading."""

from django.urls import include, path

from trading import (
    funding_decisions,
    funding_views,
    views,
    views_compliance,
    views_impact,
    views_order,
    views_overview,
    views_ticket,
)

FUNDING = [
    path("transfers", funding_views.transfers, name="transfers"),
    path("journals", funding_views.journals, name="journals"),
    path("deposit", funding_views.deposit, name="deposit"),
    path("withdraw", funding_views.withdraw, name="withdraw"),
    path("link-ach", funding_views.link_ach_page, name="link_ach"),
    path("link-bank", funding_views.link_bank_page, name="link_bank"),
    path("ach/<id:link_id>", funding_decisions.ach_link, name="ach_link"),
    path("ach/<id:link_id>/remove", funding_decisions.ach_remove, name="ach_remove"),
    path("ach/<id:link_id>/decide", funding_decisions.ach_decide, name="ach_decide"),
    path("banks/<id:link_id>", funding_decisions.bank_link, name="bank_link"),
    path("banks/<id:link_id>/remove", funding_decisions.bank_remove, name="bank_remove"),
    path("banks/<id:link_id>/decide", funding_decisions.bank_decide, name="bank_decide"),
    path("transfers/<id:transfer_id>", funding_decisions.transfer, name="transfer"),
    path("transfers/<id:transfer_id>/cancel", funding_decisions.transfer_cancel, name="transfer_cancel"),
    path("transfers/<id:transfer_id>/decide", funding_decisions.transfer_decide, name="transfer_decide"),
]

app_name = "trading"
urlpatterns = [
    path("search", views.search, name="search"),
    path("", include("trading.urls_book")),
    path("", include("trading.urls_after")),
    path("", include("trading.urls_lots")),
    path("compliance", views_compliance.approval_reports, name="approval_reports"),
    path("compliance/<int:report_id>", views_compliance.approval_report, name="approval_report"),
    path("compliance/<int:report_id>/findings.csv", views_compliance.export_findings, name="export_findings"),
    path("accounts/<id:account_id>/balances", views_overview.balances, name="balances"),
    path("accounts/<id:account_id>/positions", views.positions, name="positions"),
    path("accounts/<id:account_id>/orders", views.orders, name="orders"),
    path("accounts/<id:account_id>/orders/<id:order_id>", views_order.order, name="order"),
    path("accounts/<id:account_id>/orders/<id:order_id>/cancel", views_order.cancel, name="order_cancel"),
    path("accounts/<id:account_id>/orders/<id:order_id>/replace", views_order.replace, name="order_replace"),
    path("accounts/<id:account_id>/trade", views_ticket.ticket, name="ticket"),
    path("accounts/<id:account_id>/trade/preview", views_ticket.preview, name="ticket_preview"),
    path("accounts/<id:account_id>/trade/quote", views_ticket.quote, name="ticket_quote"),
    path("accounts/<id:account_id>/activities", views.activities, name="activities"),
    path("accounts/<id:account_id>/options-impact", views_impact.options_impact, name="options_impact"),
    path("accounts/<id:account_id>/funding", funding_views.funding, name="funding"),
    path("accounts/<id:account_id>/funding/", include(FUNDING)),
]
