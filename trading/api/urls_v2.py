"""Paths of the trading side below `/v2/`: those of a key's own account, and newer event streams."""

from django.urls import path

from trading.api import streams
from trading.api.account_paths import of_the_keys_account

urlpatterns = [
    *of_the_keys_account(),
    path("events/balances", streams.balance_events),
    path("events/funding/status", streams.funding_status_events),
    path("events/journals/status", streams.journal_status_events_v2),
    path("events/trades", streams.trade_events_v2),
]
