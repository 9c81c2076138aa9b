"""Every path of the installation. None ends in a slash and nothing redirects."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from accounts.page_stream import account_changes
from brokerage.health import healthz
from brokerage.market_hours import CalendarView, ClockView
from brokerage.sandbox import SandboxClockView
from brokerage.views import choose_theme, market_clock
from options.api import urls_data as data_paths
from options.chain_stream import chain_changes
from options.queue_stream import queue_changes
from trading.book_stream import book_changes

API: list[URLPattern | URLResolver] = [
    path("", include("trading.api.urls")),
    path("", include("options.api.urls")),
    path("", include("accounts.api.urls")),
    path("calendar", CalendarView.as_view()),
    path("clock", ClockView.as_view()),
]
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("v1/sandbox/clock", SandboxClockView.as_view()),
    path("v1/", include(API)),
    path("v2/", include(("options.api.urls_v2", "options_v2"))),
    path("v2/", include((data_paths.stock_paths, "stock_data"))),
    path("v2/", include("trading.api.urls_v2")),
    path("v1beta1/", include((data_paths.option_paths, "option_data"))),
    path("v2beta1/", include("trading.api.urls_v2beta1")),
    path("v2/calendar", CalendarView.as_view()),
    path("v2/clock", ClockView.as_view()),
    path("market-clock", market_clock),
    path("theme", choose_theme, name="theme"),
    path("streams/accounts/<id:account_id>", account_changes),
    path("streams/queue", queue_changes),
    path("streams/chain/<str:symbol>", chain_changes),
    path("streams/book", book_changes),
    path("", include("accounts.access_urls")),
    path("", include("accounts.urls")),
    path("", include("options.urls")),
    path("", include("trading.urls")),
]
if settings.MAILBOX.webhook_secret:  # the paths that mail providers are told, each with its slash
    urlpatterns.append(path("mailbox/", include("anymail.urls")))
handler400 = "brokerage.api.bad_request"
handler404 = "brokerage.api.not_found"
handler500 = "brokerage.api.server_error"
