"""Lists whose filters people keep and whose rows they take away: what the pages of each list share.

A list says what it is in a `SavedList`; `routes_of` answers the routes of its files and of its
filters, `listed` what its page shows around the rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acting import tenant_of
from accounts.audit import record_export
from accounts.choices import UserKind
from accounts.errors import FilterNotFound
from accounts.list_filters import ListFilter
from accounts.list_forms import SavedFilterForm
from accounts.models import User
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.selectors import find_own_filters, list_saved_filters
from accounts.services.filters import change_filter, delete_filter, save_filter
from brokerage.database_session import TENANT, put
from brokerage.downloads import send_chunks
from brokerage.errors import NotPermitted
from brokerage.keyset import Page
from brokerage.tabular import Rows, csv_lines, file_name, workbook
from brokerage.web import redirect_page, refusals_on

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TOKEN = 32
PIECE = 1 << 16


@dataclass(frozen=True)
class SavedList:
    """A list whose filters are kept and whose rows are sent as files.

    `page` is its name among the saved filters and in the audit trail, `read` reads its URL, `columns`
    says how wide a spreadsheet shows each, and `rows` yields chunks of what a filter finds.
    """

    page: str
    path: str
    title: str
    read: Callable[[QueryDict], ListFilter]
    columns: Mapping[str, int]
    rows: Callable[[User, Any], Iterable[Rows]]

    @property
    def filters_url(self) -> str:
        """Answer where its filters are kept."""
        return f"{self.path}/filters"


def routes_of(kept: SavedList) -> list[URLPattern]:
    """Answer the routes of a list's files and of the filters that people keep of it."""
    base = kept.path.removeprefix("/")
    return [
        *(path(f"{base}/export.{kind}", export, {"kept": kept, "kind": kind}) for kind in CONTENT_TYPES),
        path(f"{base}/filters", saved_filters, {"kept": kept}),
        path(f"{base}/filters/<id:filter_id>", saved_filter, {"kept": kept}),
    ]


class Place(TypedDict):
    """Which page of a list: the one after a row, or before one."""

    after: str
    before: str


def place_in(asked: QueryDict) -> Place:
    """Answer which page of a list is asked for."""
    return {"after": asked.get("after", ""), "before": asked.get("before", "")}


def listed(request: SignedInRequest, wanted: ListFilter, page: Page[Any], path: str = "") -> dict[str, Any]:
    """Answer what a page of a list shows around its rows: its own URL, its neighbors, and its files."""
    return {
        "filters": wanted,
        "page": page,
        "own_url": wanted.url(path, **place_in(request.GET)),
        "previous_url": wanted.url(path, before=page.before) if page.before else "",
        "next_url": wanted.url(path, after=page.after) if page.after else "",
        "export_urls": {kind: wanted.url(f"{wanted.path}/export.{kind}") for kind in CONTENT_TYPES},
        "shows_correspondent": request.user.sees_every_correspondent,
    }


def require_staff(request: SignedInRequest) -> None:
    """Raise `NotPermitted` for a customer: whoever sees their own account has no list to count or to take away."""
    request.user.require(Permission.VIEW_ACCOUNTS)
    if request.user.kind == UserKind.CUSTOMER:
        raise NotPermitted(permission="list accounts")


def saved_context(request: SignedInRequest, kept: SavedList) -> dict[str, Any]:
    """Answer what the menu of saved filters shows."""
    return {"saved_list": kept, "saved_filters": list_saved_filters(request.user, kept.page)}


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def saved_filters(request: SignedInRequest, kept: SavedList) -> HttpResponse:
    """Show the filters of a list that the user keeps; on POST keep one under a name, and go back to the list."""
    require_staff(request)
    form = SavedFilterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        wanted = kept.read(QueryDict(form.cleaned_data["filter"]))
        with refusals_on(form):
            saved = save_filter(
                actor=request.user,
                page=kept.page,
                name=form.cleaned_data["name"],
                query_string=wanted.query_string,
                is_shared=form.cleaned_data["is_shared"],
            )
            messages.success(request, f"Saved as “{saved.name}”.")
            return redirect_page(request, wanted.url())
    return _page(request, kept, form, status=422 if form.errors else 200)


@require_POST
@login_required
def saved_filter(request: SignedInRequest, kept: SavedList, filter_id: UUID) -> HttpResponse:
    """Rename, share or delete a filter of the user's own, as was posted."""
    if "delete" in request.POST:
        delete_filter(actor=request.user, filter_id=filter_id)
        return redirect_page(request, kept.filters_url)
    if all(one.pk != filter_id for one in find_own_filters(request.user, kept.page)):
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
            return redirect_page(request, kept.filters_url)
    return _page(request, kept, form, status=422)


def _page(request: SignedInRequest, kept: SavedList, form: SavedFilterForm, *, status: int) -> HttpResponse:
    context = {"form": form, "own": find_own_filters(request.user, kept.page), "saved_list": kept}
    return render(request, "accounts/filters.html", context, status=status)


@require_GET
@never_cache
@login_required
def export(request: SignedInRequest, kept: SavedList, kind: str) -> HttpResponseBase:
    """Send what the URL filters: CSV row after row as the database gives them, a workbook made whole before.

    It leaves an audit entry before its first row, and sets the cookie that the page which asked
    waits for: then the file is on its way.
    """
    require_staff(request)
    wanted = kept.read(request.GET)
    record_export(request.user, subject=kept.page, facts={"format": kind, "filter": wanted.query_string})
    return send_table(request, kind, kept.page, kept.title, kept.columns, kept.rows(request.user, wanted))


def send_table(
    request: SignedInRequest, kind: str, name: str, title: str, columns: Mapping[str, int], rows: Iterable[Rows]
) -> HttpResponseBase:
    """Answer a table as a file of that kind, called `name` and when it was made."""
    if kind == "csv":
        chunks = csv_lines(columns, rows)
    else:
        chunks = iter(partial(workbook(title, columns, rows).read, PIECE), b"")
    act = partial(put, {TENANT: tenant_of(request.user)}, is_local=False)
    name = file_name(name, kind)
    response = send_chunks(request, chunks, content_type=CONTENT_TYPES[kind], name=name, act=act)
    token = request.GET.get("token", "")
    if token.isalnum() and len(token) <= TOKEN:
        response.set_cookie("export-made", token, max_age=60, samesite="Lax", secure=request.is_secure())
    return response
