"""Refusals that a page did not show on a form, or that come before any view: they become pages of their own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from brokerage.api import is_api, json_error
from brokerage.errors import BrokerageError, TextNotStorable

TEMPLATES = {401: "404.html", 403: "403.html", 404: "404.html"}


class PageRefusals(MiddlewareMixin):
    """Render what a view of a page raised: what an actor may not see does not exist, the rest is said."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer the page of a refusal; None leaves anything else, and the API, to others."""
        if not isinstance(error, BrokerageError) or is_api(request):
            return None
        return refusal_page(request, error)


def refusal_page(request: HttpRequest, error: BrokerageError) -> HttpResponse:
    """Answer the page that says a refusal."""
    status = 404 if error.http_status == 401 else error.http_status
    return render(request, TEMPLATES.get(status, "refused.html"), {"refusal": error}, status=status)


class StorableAddress(MiddlewareMixin):
    """Refuse an address with a null character, which no text in PostgreSQL can be compared with."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Answer 400, as JSON under the API's paths; None lets every other request pass."""
        if "\x00" not in request.path and "%00" not in request.META.get("QUERY_STRING", ""):
            return None
        refusal = TextNotStorable(where="the address")
        return json_error(refusal) if is_api(request) else refusal_page(request, refusal)
