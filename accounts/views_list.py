"""The pages of the account list: the list, how many there are, its exports, and the filters that people keep."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acting import tenant_of
from accounts.audit import record_export
from accounts.choices import AccountStatus, EnabledAsset, UserKind
from accounts.errors import FilterNotFound
from accounts.exports import file_name, write_csv, write_workbook
from accounts.list_forms import SavedFilterForm
from accounts.list_heads import chips, count_accounts, heads
from accounts.listing import LAST_PAGE, LEVELS, PATH, AccountFilter, list_accounts, read_filter
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.selectors import find_own_filters, list_correspondent_codes, list_own_accounts, list_saved_filters
from accounts.services.filters import change_filter, delete_filter, save_filter
from brokerage.database_session import TENANT, put
from brokerage.downloads import send_chunks
from brokerage.errors import NotPermitted
from brokerage.web import redirect_page, refusals_on, render_page

FILTERED_PAGE = "accounts"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOKEN = 32
PIECE = 1 << 16


@require_GET
@never_cache
@login_required
def account_list(request: SignedInRequest) -> HttpResponse:
    """List the accounts that the user may see, as the URL filters, sorts and pages them; customers, their own."""
    if request.user.kind == UserKind.CUSTOMER:
        return _own_accounts(request)
    wanted = read_filter(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    is_last = request.GET.get("page") == LAST_PAGE
    page = list_accounts(request.user, wanted, after=after, before=before, is_last=is_last)
    sees_all = request.user.sees_every_correspondent
    context = {
        "filters": wanted,
        "page": page,
        "previous_url": wanted.url(before=page.before) if page.before else "",
        "next_url": wanted.url(after=page.after) if page.after else "",
        "last_url": wanted.url(page=LAST_PAGE),
        "count_url": wanted.url(f"{PATH}/count"),
        "export_urls": _export_urls(wanted),
        "chips": chips(wanted),
        "heads": heads(wanted, shows_correspondent=sees_all),
        "shows_correspondent": sees_all,
    }
    if not request.htmx:
        context |= _choices(request)
    return render_page(request, "accounts/list.html", fragment="accounts/_accounts.html", context=context)


def _choices(request: SignedInRequest) -> dict[str, object]:
    """Answer what the filters above the list offer."""
    user = request.user
    return {
        "statuses": AccountStatus.choices,
        "levels": LEVELS.items(),
        "assets": EnabledAsset.choices,
        "correspondents": list_correspondent_codes(user) if user.sees_every_correspondent else (),
        "saved_filters": list_saved_filters(user, FILTERED_PAGE),
    }


def _own_accounts(request: SignedInRequest) -> HttpResponse:
    """Lead a customer to their account, or where they have several let them choose."""
    own = list_own_accounts(request.user)
    if len(own) == 1:
        return redirect_page(request, "accounts:account", own[0].pk)
    return render(request, "accounts/own.html", {"accounts": own})


def _export_urls(wanted: AccountFilter) -> dict[str, str]:
    return {kind: wanted.url(f"{PATH}/export.{kind}") for kind in ("csv", "xlsx")}


@require_GET
@never_cache
@login_required
def account_count(request: SignedInRequest) -> HttpResponse:
    """Say how many accounts match: a part of the list that comes after it, so that the list never waits."""
    _require_staff(request)
    wanted = read_filter(request.GET)
    context = {"count": count_accounts(request.user, wanted), "count_url": wanted.url(f"{PATH}/count")}
    return render_page(request, "accounts/count.html", fragment="accounts/_count.html", context=context)


@require_GET
@never_cache
@login_required
def export_csv(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as CSV, row after row as the database gives them."""
    wanted = _recorded(request, "csv")
    return _send(request, write_csv(request.user, wanted), kind="csv", content_type="text/csv; charset=utf-8")


@require_GET
@never_cache
@login_required
def export_workbook(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as an Excel workbook, which is made whole before it is sent."""
    wanted = _recorded(request, "xlsx")
    made = write_workbook(request.user, wanted)
    return _send(request, iter(partial(made.read, PIECE), b""), kind="xlsx", content_type=WORKBOOK)


def _send(request: SignedInRequest, chunks: Iterator[bytes], *, kind: str, content_type: str) -> HttpResponseBase:
    """Send a file, and set the cookie that the page which asked waits for: then the file is on its way."""
    act = partial(put, {TENANT: tenant_of(request.user)}, is_local=False)
    response = send_chunks(request, chunks, content_type=content_type, name=file_name(kind), act=act)
    token = request.GET.get("token", "")
    if token.isalnum() and len(token) <= TOKEN:
        response.set_cookie("export-made", token, max_age=60, samesite="Lax", secure=request.is_secure())
    return response


def _recorded(request: SignedInRequest, kind: str) -> AccountFilter:
    """Answer the filter of an export, which leaves an audit entry before its first row."""
    _require_staff(request)
    wanted = read_filter(request.GET)
    record_export(request.user, subject="accounts", facts={"format": kind, "filter": wanted.query_string})
    return wanted


def _require_staff(request: SignedInRequest) -> None:
    """Raise `NotPermitted` for a customer: whoever sees their own account has no list to count or to take away."""
    request.user.require(Permission.VIEW_ACCOUNTS)
    if request.user.kind == UserKind.CUSTOMER:
        raise NotPermitted(permission="list accounts")


# --- Saved filters -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def saved_filters(request: SignedInRequest) -> HttpResponse:
    """Show the filters that the user keeps; on POST keep one under a name, and go back to the list."""
    _require_staff(request)
    form = SavedFilterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        wanted = read_filter(QueryDict(form.cleaned_data["filter"]))
        with refusals_on(form):
            kept = save_filter(
                actor=request.user,
                page=FILTERED_PAGE,
                name=form.cleaned_data["name"],
                query_string=wanted.query_string,
                is_shared=form.cleaned_data["is_shared"],
            )
            messages.success(request, f"Saved as “{kept.name}”.")
            return redirect_page(request, wanted.url())
    return _filters_page(request, form, status=422 if form.errors else 200)


@require_POST
@login_required
def saved_filter(request: SignedInRequest, filter_id: UUID) -> HttpResponse:
    """Rename, share or delete a filter of the user's own."""
    if "delete" in request.POST:
        delete_filter(actor=request.user, filter_id=filter_id)
        return redirect_page(request, "accounts:filters")
    if all(one.pk != filter_id for one in find_own_filters(request.user, FILTERED_PAGE)):
        raise FilterNotFound
    form = SavedFilterForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            change_filter(
                actor=request.user,
                filter_id=filter_id,
                name=form.cleaned_data["name"],
                is_shared=form.cleaned_data["is_shared"],
            )
            return redirect_page(request, "accounts:filters")
    return _filters_page(request, form, status=422)


def _filters_page(request: SignedInRequest, form: SavedFilterForm, *, status: int) -> HttpResponse:
    context = {"form": form, "own": find_own_filters(request.user, FILTERED_PAGE)}
    return render(request, "accounts/filters.html", context, status=status)
