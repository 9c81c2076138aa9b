"""Refused orders, of all accounts and of one (books and records): who asked for what, and why it was refused."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.choices import UserKind
from accounts.listing import get_listed_account
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, saved_context
from brokerage.web import render_page
from trading.exports import REFUSALS, refusals_of
from trading.refusal_book import PATH, RefusalFilter, chips, describe, list_refusals, read_filter
from trading.views_blotter import lead_to_own

KEPT = SavedList("refusals", PATH, "Refusals", read_filter, REFUSALS, refusals_of)


@require_GET
@never_cache
@login_required
def refusals(request: SignedInRequest) -> HttpResponse:
    """List the refused orders of all accounts, newest first, as the URL filters and pages them."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:orders")
    wanted = read_filter(request.GET)
    page = list_refusals(request.user, wanted, **place_in(request.GET))
    context = listed(request, wanted, page) | {"lines": [describe(one) for one in page.rows], "chips": chips(wanted)}
    if not request.htmx:
        context |= saved_context(request, KEPT)
    return render_page(request, "trading/refusals.html", fragment="trading/_refusals.html", context=context)


@require_GET
@never_cache
@login_required
def account_refusals(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """List the refused orders of one account, newest first."""
    account = get_listed_account(request.user, account_id)
    page = list_refusals(request.user, RefusalFilter(account=str(account.pk)), **place_in(request.GET))
    path = f"/accounts/{account.pk}/refusals"
    context = account_frame(account, "orders") | listed(request, RefusalFilter(), page, path)
    context |= {"lines": [describe(one) for one in page.rows], "is_of_account": True}
    return render_page(request, "trading/refusals_account.html", fragment="trading/_refusals.html", context=context)
