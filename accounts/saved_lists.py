"""Lists whose filters people keep under a name: what the pages of each list share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from accounts.acting import tenant_of
from accounts.choices import UserKind
from accounts.errors import FilterNotFound
from accounts.list_forms import SavedFilterForm
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.selectors import find_own_filters, list_saved_filters
from accounts.services.filters import change_filter, delete_filter, save_filter
from brokerage.database_session import TENANT, put
from brokerage.downloads import send_chunks
from brokerage.errors import NotPermitted
from brokerage.tabular import file_name
from brokerage.web import redirect_page, refusals_on

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TOKEN = 32
PIECE = 1 << 16


class Filter(Protocol):
    """What a list's URL filters by."""

    @property
    def query_string(self) -> str:
        """Answer the filter as the URL of the list carries it."""

    def url(self) -> str:
        """Answer the URL of the list, so filtered."""


@dataclass(frozen=True)
class SavedList:
    """A list whose filters are kept: under which name of a page, where it is, and how its URL is read."""

    page: str
    path: str
    title: str
    read: Callable[[QueryDict], Filter]

    @property
    def filters_url(self) -> str:
        """Answer where its filters are kept."""
        return f"{self.path}/filters"


def require_staff(request: SignedInRequest) -> None:
    """Raise `NotPermitted` for a customer: whoever sees their own account has no list to count or to take away."""
    request.user.require(Permission.VIEW_ACCOUNTS)
    if request.user.kind == UserKind.CUSTOMER:
        raise NotPermitted(permission="list accounts")


def saved_context(request: SignedInRequest, kept: SavedList) -> dict[str, Any]:
    """Answer what the menu of saved filters shows."""
    return {"saved_list": kept, "saved_filters": list_saved_filters(request.user, kept.page)}


def answer_filters(request: SignedInRequest, kept: SavedList) -> HttpResponse:
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


def answer_filter(request: SignedInRequest, kept: SavedList, filter_id: UUID) -> HttpResponse:
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


def send_export(request: SignedInRequest, chunks: Any, *, what: str, kind: str) -> HttpResponseBase:
    """Send a file, and set the cookie that the page which asked waits for: then the file is on its way.

    `chunks` are bytes, or a file that was made whole.
    """
    if hasattr(chunks, "read"):
        chunks = iter(partial(chunks.read, PIECE), b"")
    act = partial(put, {TENANT: tenant_of(request.user)}, is_local=False)
    name = file_name(what, kind)
    response = send_chunks(request, chunks, content_type=CONTENT_TYPES[kind], name=name, act=act)
    token = request.GET.get("token", "")
    if token.isalnum() and len(token) <= TOKEN:
        response.set_cookie("export-made", token, max_age=60, samesite="Lax", secure=request.is_secure())
    return response
