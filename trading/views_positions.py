"""The book: what all accounts hold, asset by asset, who holds one, its exports and saved filters."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit import record_export
from accounts.choices import UserKind
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, answer_filter, answer_filters, require_staff, saved_context, send_export
from accounts.selectors import list_correspondent_codes
from brokerage.tabular import csv_lines, workbook
from brokerage.web import render_page
from trading.exports import POSITIONS, positions_of
from trading.position_book import (
    KINDS,
    PATH,
    SIDES,
    BookFilter,
    chips,
    describe,
    get_held_asset,
    list_book,
    list_holders,
    read_filter,
)
from trading.views_blotter import lead_to_own

BOOK = SavedList("positions", PATH, "Positions", read_filter)


@require_GET
@never_cache
@login_required
def book(request: SignedInRequest) -> HttpResponse:
    """List what all accounts hold, by symbol, as the URL filters and pages it; marked now."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:positions")
    wanted = read_filter(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = list_book(request.user, wanted, after=after, before=before)
    context: dict[str, Any] = {
        "filters": wanted,
        "page": page,
        "lines": describe(request.user, wanted, page.rows),
        "own_url": wanted.url(after=after, before=before),
        "previous_url": wanted.url(before=page.before) if page.before else "",
        "next_url": wanted.url(after=page.after) if page.after else "",
        "export_urls": {kind: wanted.url(f"{PATH}/export.{kind}") for kind in ("csv", "xlsx")},
        "chips": chips(wanted),
        "holders_query": BookFilter(
            side=wanted.side, account=wanted.account, correspondents=wanted.correspondents
        ).query_string,
    }
    if not request.htmx:
        sees_all = request.user.sees_every_correspondent
        context |= {
            "kinds": KINDS.items(),
            "sides": SIDES.items(),
            "correspondents": list_correspondent_codes(request.user) if sees_all else (),
            **saved_context(request, BOOK),
        }
    return render_page(request, "trading/book.html", fragment="trading/_book.html", context=context)


@require_GET
@never_cache
@login_required
def holders(request: SignedInRequest, symbol: str) -> HttpResponse:
    """List who holds an asset, by name, each position with its numbers."""
    require_staff(request)
    asset = get_held_asset(symbol)
    wanted = read_filter(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page, lines = list_holders(request.user, wanted, asset, after=after, before=before)
    path = f"{PATH}/{asset.symbol}"
    context = {
        "asset": asset,
        "line": describe(request.user, wanted, [asset])[0],
        "filters": wanted,
        "page": page,
        "lines": lines,
        "own_url": wanted.url(path, after=after, before=before),
        "previous_url": wanted.url(path, before=page.before) if page.before else "",
        "next_url": wanted.url(path, after=page.after) if page.after else "",
        "shows_correspondent": request.user.sees_every_correspondent,
    }
    return render_page(request, "trading/book_asset.html", fragment="trading/_book_asset.html", context=context)


@require_GET
@never_cache
@login_required
def export_csv(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as CSV."""
    rows = positions_of(request.user, _recorded(request, "csv"))
    return send_export(request, csv_lines(POSITIONS, rows), what="positions", kind="csv")


@require_GET
@never_cache
@login_required
def export_workbook(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as an Excel workbook, which is made whole before it is sent."""
    rows = positions_of(request.user, _recorded(request, "xlsx"))
    return send_export(request, workbook("Positions", POSITIONS, rows), what="positions", kind="xlsx")


def _recorded(request: SignedInRequest, kind: str) -> BookFilter:
    """Answer the filter of an export, which leaves an audit entry before its first row."""
    require_staff(request)
    wanted = read_filter(request.GET)
    record_export(request.user, subject="positions", facts={"format": kind, "filter": wanted.query_string})
    return wanted


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def saved_filters(request: SignedInRequest) -> HttpResponse:
    """Show the filters of the book that the user keeps; on POST keep one under a name."""
    return answer_filters(request, BOOK)


@require_POST
@login_required
def saved_filter(request: SignedInRequest, filter_id: UUID) -> HttpResponse:
    """Rename, share or delete a filter of the user's own."""
    return answer_filter(request, BOOK, filter_id)
