"""Refused orders, of all accounts and of one (books and records): who asked for what, and why it was refused."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit import record_export
from accounts.choices import UserKind
from accounts.listing import get_listed_account
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, answer_filter, answer_filters, require_staff, saved_context, send_export
from brokerage.tabular import csv_lines, workbook
from brokerage.web import render_page
from trading.exports import REFUSALS, refusals_of
from trading.refusal_book import PATH, RefusalFilter, chips, describe, list_refusals, read_filter
from trading.views_blotter import lead_to_own

KEPT = SavedList("refusals", PATH, "Refusals", read_filter)


@require_GET
@never_cache
@login_required
def refusals(request: SignedInRequest) -> HttpResponse:
    """List the refused orders of all accounts, newest first, as the URL filters and pages them."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:orders")
    wanted = read_filter(request.GET)
    context = _listed(request, wanted, PATH) | {
        "export_urls": {kind: wanted.url(f"{PATH}/export.{kind}") for kind in ("csv", "xlsx")},
        "chips": chips(wanted),
    }
    if not request.htmx:
        context |= saved_context(request, KEPT)
    return render_page(request, "trading/refusals.html", fragment="trading/_refusals.html", context=context)


@require_GET
@never_cache
@login_required
def account_refusals(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """List the refused orders of one account, newest first."""
    account = get_listed_account(request.user, account_id)
    wanted = RefusalFilter(account=str(account.pk))
    path = f"/accounts/{account.pk}/refusals"
    context = account_frame(account, "orders") | _listed(request, wanted, path) | {"is_of_account": True}
    return render_page(request, "trading/refusals_account.html", fragment="trading/_refusals.html", context=context)


def _listed(request: SignedInRequest, wanted: RefusalFilter, path: str) -> dict[str, Any]:
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = list_refusals(request.user, wanted, after=after, before=before)
    return {
        "filters": wanted,
        "page": page,
        "lines": [describe(one) for one in page.rows],
        "previous_url": wanted.url(path, before=page.before) if page.before else "",
        "next_url": wanted.url(path, after=page.after) if page.after else "",
        "shows_correspondent": request.user.sees_every_correspondent,
    }


@require_GET
@never_cache
@login_required
def export_csv(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as CSV."""
    rows = refusals_of(request.user, _recorded(request, "csv"))
    return send_export(request, csv_lines(REFUSALS, rows), what="refusals", kind="csv")


@require_GET
@never_cache
@login_required
def export_workbook(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as an Excel workbook, which is made whole before it is sent."""
    rows = refusals_of(request.user, _recorded(request, "xlsx"))
    return send_export(request, workbook("Refusals", REFUSALS, rows), what="refusals", kind="xlsx")


def _recorded(request: SignedInRequest, kind: str) -> RefusalFilter:
    """Answer the filter of an export, which leaves an audit entry before its first row."""
    require_staff(request)
    wanted = read_filter(request.GET)
    record_export(request.user, subject="refusals", facts={"format": kind, "filter": wanted.query_string})
    return wanted


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def saved_filters(request: SignedInRequest) -> HttpResponse:
    """Show the filters of the refusals that the user keeps; on POST keep one under a name."""
    return answer_filters(request, KEPT)


@require_POST
@login_required
def saved_filter(request: SignedInRequest, filter_id: UUID) -> HttpResponse:
    """Rename, share or delete a filter of the user's own."""
    return answer_filter(request, KEPT, filter_id)
