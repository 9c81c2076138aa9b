"""Paths of the trading side below `/v2beta1/`: activities in their newer form (contract/trading.md 5.7)."""

from django.urls import path

from trading.api import activity_streams

urlpatterns = [
    path("accounts/<id:account_id>/events/activities/<str:event_id>", activity_streams.ActivityEvent.as_view()),
    path("events/activities", activity_streams.activity_events),
]
