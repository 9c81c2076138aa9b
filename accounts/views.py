"""The pages of the account side: one account."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.listing import get_listed_account
from accounts.profile import account_frame, level_facts
from accounts.requests import SignedInRequest
from accounts.selectors import get_account
from brokerage.web import render_page


@require_GET
@never_cache
@login_required
def account(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show one account at a glance: balances, positions, newest orders and activities, levels, contact."""
    found = get_account(request.user, account_id)
    context = account_frame(found, "overview") | level_facts(found)
    return render_page(request, "accounts/account.html", fragment="accounts/_summary.html", context=context)


@require_GET
@never_cache
@login_required
def account_header(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the head of an account's pages, which fetches itself again when the account changes."""
    found = get_listed_account(request.user, account_id)
    if not request.htmx:
        return redirect("accounts:account", account_id=found.pk)
    return render(request, "accounts/_header.html", account_frame(found, "overview"))
