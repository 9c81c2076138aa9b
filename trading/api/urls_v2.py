"""Paths of the trading side below `/v2/`: the second version of its event streams."""

from django.urls import path

from trading.api import streams

urlpatterns = [
    path("events/funding/status", streams.funding_status_events),
    path("events/journals/status", streams.journal_status_events_v2),
    path("events/trades", streams.trade_events_v2),
]
