"""Refusals that a page did not show on a form: they become pages of their own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from brokerage.api import is_api
from brokerage.errors import BrokerageError

TEMPLATES = {401: "404.html", 403: "403.html", 404: "404.html"}


class PageRefusals(MiddlewareMixin):
    """Render what a view of a page raised: what an actor may not see does not exist, the rest is said."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer the page of a refusal; None leaves anything else, and the API, to others."""
        if not isinstance(error, BrokerageError) or is_api(request):
            return None
        status = 404 if error.http_status == 401 else error.http_status
        return render(request, TEMPLATES.get(status, "refused.html"), {"refusal": error}, status=status)
