"""The pages of trading: an account's balances, positions, orders and activities, and the search."""

from typing import TypedDict
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.listing import get_listed_account
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage.keyset import Page
from brokerage.web import render_page
from trading.listing import PAGE_SIZE, find_exactly, page_activities, page_orders
from trading.listing import search as search_everything
from trading.selectors import mark_positions, read_balances


@require_GET
@never_cache
@login_required
def balances(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what an account's money comes to."""
    account = get_listed_account(request.user, account_id)
    context = account_frame(account, "balances") | {"balances": read_balances(account)}
    return render_page(request, "trading/balances.html", fragment="trading/_balances.html", context=context)


@require_GET
@never_cache
@login_required
def positions(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what an account holds, marked to the market."""
    account = get_listed_account(request.user, account_id)
    context = account_frame(account, "positions") | {"positions": mark_positions(account)}
    return render_page(request, "trading/positions.html", fragment="trading/_positions.html", context=context)


@require_GET
@never_cache
@login_required
def orders(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show an account's orders, newest first; `status` and `limit` narrow them down."""
    account = get_listed_account(request.user, account_id)
    status = request.GET.get("status", "")
    page = page_orders(account, status=status, **_wanted(request))
    context = account_frame(account, "orders") | _paged(request, page) | {"status": status}
    return render_page(request, "trading/orders.html", fragment="trading/_orders.html", context=context)


@require_GET
@never_cache
@login_required
def activities(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what moved in an account, newest first."""
    account = get_listed_account(request.user, account_id)
    page = page_activities(account, **_wanted(request))
    context = account_frame(account, "activities") | _paged(request, page)
    return render_page(request, "trading/activities.html", fragment="trading/_activities.html", context=context)


@require_GET
@never_cache
@login_required
def search(request: SignedInRequest) -> HttpResponse:
    """Show what a search finds; an account's own number, e-mail address or id leads straight to it."""
    query = " ".join(request.GET.get("q", "").split())
    exact = find_exactly(request.user, query)
    if exact is not None:
        return redirect("accounts:account", account_id=exact.pk)
    found = search_everything(
        request.user, query, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {"query": query, "found": found, "shows_correspondent": request.user.sees_every_correspondent}
    context |= _paged(request, found.holders)
    return render_page(request, "trading/search.html", fragment="trading/_found.html", context=context)


class _Wanted(TypedDict):
    size: int
    after: str
    before: str


def _wanted(request: HttpRequest) -> _Wanted:
    limit = request.GET.get("limit", "")
    is_count = limit.isdecimal() and len(limit) < 10  # Python refuses to read thousands of digits.
    size = min(int(limit), PAGE_SIZE) if is_count and int(limit) else PAGE_SIZE
    return {"size": size, "after": request.GET.get("after", ""), "before": request.GET.get("before", "")}


def _paged(request: HttpRequest, page: Page) -> dict[str, object]:
    """Answer a page of rows and the URLs beside it. With a `limit` it is an extract, and is not paged."""
    kept = [(name, value) for name, value in request.GET.items() if name not in ("after", "before") and value]

    def beside(name: str, token: str) -> str:
        return f"{request.path}?{urlencode([*kept, (name, token)])}" if token else ""

    return {
        "page": page,
        "url": request.get_full_path(),
        "is_brief": "limit" in request.GET,
        "previous_url": beside("before", page.before),
        "next_url": beside("after", page.after),
    }
