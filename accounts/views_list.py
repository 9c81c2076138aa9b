"""The account list, and how many there are."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.choices import AccountStatus, EnabledAsset, UserKind
from accounts.exports import COLUMNS, accounts_of
from accounts.list_heads import chips, count_accounts, heads
from accounts.listing import LAST_PAGE, LEVELS, PATH, list_accounts, read_filter
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, require_staff, saved_context
from accounts.selectors import list_correspondent_codes, list_own_accounts
from brokerage.web import redirect_page, render_page

ACCOUNTS = SavedList("accounts", PATH, "Accounts", read_filter, COLUMNS, accounts_of)


@require_GET
@never_cache
@login_required
def account_list(request: SignedInRequest) -> HttpResponse:
    """List the accounts that the user may see, as the URL filters, sorts and pages them; customers, their own."""
    if request.user.kind == UserKind.CUSTOMER:
        return _own_accounts(request)
    wanted = read_filter(request.GET)
    is_last = request.GET.get("page") == LAST_PAGE
    page = list_accounts(request.user, wanted, **place_in(request.GET), is_last=is_last)
    sees_all = request.user.sees_every_correspondent
    context = listed(request, wanted, page) | {
        "last_url": wanted.url(page=LAST_PAGE),
        "count_url": wanted.url(f"{PATH}/count"),
        "chips": chips(wanted),
        "heads": heads(wanted, shows_correspondent=sees_all),
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
        **saved_context(request, ACCOUNTS),
    }


def _own_accounts(request: SignedInRequest) -> HttpResponse:
    """Lead a customer to their account, or where they have several let them choose."""
    own = list_own_accounts(request.user)
    if len(own) == 1:
        return redirect_page(request, "accounts:account", own[0].pk)
    return render(request, "accounts/own.html", {"accounts": own})


@require_GET
@never_cache
@login_required
def account_count(request: SignedInRequest) -> HttpResponse:
    """Say how many accounts match: a part of the list that comes after it, so that the list never waits."""
    require_staff(request)
    wanted = read_filter(request.GET)
    context = {"count": count_accounts(request.user, wanted), "count_url": wanted.url(f"{PATH}/count")}
    return render_page(request, "accounts/count.html", fragment="accounts/_count.html", context=context)
