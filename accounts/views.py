"""The pages of the account side: signing in and out, the account list, one account."""

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.choices import AccountStatus
from accounts.forms import SignInForm
from accounts.listing import LEVELS, chips, get_listed_account, heads, list_accounts, read_filter
from accounts.profile import account_frame, level_facts, profile_sections
from accounts.requests import SignedInRequest
from accounts.selectors import get_account
from brokerage.web import render_page


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail and password; on POST let the user in, or say that they are wrong."""
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        return _sign_in_again(request)
    if request.user.is_authenticated:
        return redirect(_destination(request))
    form = SignInForm(request, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(_destination(request))
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """Take the whole browser to the sign-in page: the session ended, and a part of a page was asked for."""
    shown = urlsplit(request.htmx.current_url or "")  # type: ignore[attr-defined]
    query = urlencode({"next": f"{shown.path}?{shown.query}" if shown.query else shown.path})
    return HttpResponseClientRedirect(f"{settings.LOGIN_URL}?{query}")


def _destination(request: HttpRequest) -> str:
    """Answer where the user was going, where that is a page of ours, else the accounts."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else settings.LOGIN_REDIRECT_URL


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the sign-in page."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_GET
@never_cache
@login_required
def account_list(request: SignedInRequest) -> HttpResponse:
    """List the accounts that the user may see, as the URL filters, sorts and pages them."""
    wanted = read_filter(request.GET)
    page = list_accounts(request.user, wanted, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    sees_all = request.user.sees_every_correspondent
    context = {
        "filters": wanted,
        "page": page,
        "previous_url": wanted.url(before=page.before) if page.before else "",
        "next_url": wanted.url(after=page.after) if page.after else "",
        "chips": chips(wanted),
        "heads": heads(wanted, shows_correspondent=sees_all),
        "shows_correspondent": sees_all,
        "statuses": AccountStatus.choices,
        "levels": LEVELS.items(),
    }
    return render_page(request, "accounts/list.html", fragment="accounts/_accounts.html", context=context)


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


@require_GET
@never_cache
@login_required
def account_profile(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what is on file of the holder: contact, identity, answers, disclosures, papers."""
    found = get_account(request.user, account_id)
    context: dict[str, Any] = account_frame(found, "profile") | level_facts(found)
    context |= {
        "sections": profile_sections(found),
        "agreements": found.agreements.all(),
        "documents": found.documents.all(),
    }
    return render_page(request, "accounts/profile.html", fragment="accounts/_profile.html", context=context)
