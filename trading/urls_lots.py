"""An account's lots, and what it realized."""

from django.urls import path

from accounts.saved_lists import CONTENT_TYPES
from trading import views_lots

urlpatterns = [
    path("accounts/<id:account_id>/lots", views_lots.lots, name="lots"),
    path("accounts/<id:account_id>/lots/realized", views_lots.realized, name="realized"),
    *(
        path(f"lots/{part}/export.{kind}", views_lots.export, {"part": part, "kind": kind})
        for part in views_lots.FILES
        for kind in CONTENT_TYPES
    ),
]
