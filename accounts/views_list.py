"""The pages of the account list: the list, how many there are, its exports, and the filters that people keep."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit import record_export
from accounts.choices import AccountStatus, EnabledAsset, UserKind
from accounts.exports import write_csv, write_workbook
from accounts.list_heads import chips, count_accounts, heads
from accounts.listing import LAST_PAGE, LEVELS, PATH, AccountFilter, list_accounts, read_filter
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, answer_filter, answer_filters, require_staff, saved_context, send_export
from accounts.selectors import list_correspondent_codes, list_own_accounts
from brokerage.web import redirect_page, render_page

ACCOUNTS = SavedList("accounts", PATH, "Accounts", read_filter)


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
        **saved_context(request, ACCOUNTS),
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
    require_staff(request)
    wanted = read_filter(request.GET)
    context = {"count": count_accounts(request.user, wanted), "count_url": wanted.url(f"{PATH}/count")}
    return render_page(request, "accounts/count.html", fragment="accounts/_count.html", context=context)


@require_GET
@never_cache
@login_required
def export_csv(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as CSV, row after row as the database gives them."""
    wanted = _recorded(request, "csv")
    return send_export(request, write_csv(request.user, wanted), what="accounts", kind="csv")


@require_GET
@never_cache
@login_required
def export_workbook(request: SignedInRequest) -> HttpResponseBase:
    """Send what the URL filters as an Excel workbook, which is made whole before it is sent."""
    wanted = _recorded(request, "xlsx")
    return send_export(request, write_workbook(request.user, wanted), what="accounts", kind="xlsx")


def _recorded(request: SignedInRequest, kind: str) -> AccountFilter:
    """Answer the filter of an export, which leaves an audit entry before its first row."""
    require_staff(request)
    wanted = read_filter(request.GET)
    record_export(request.user, subject="accounts", facts={"format": kind, "filter": wanted.query_string})
    return wanted


# --- Saved filters -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def saved_filters(request: SignedInRequest) -> HttpResponse:
    """Show the filters that the user keeps; on POST keep one under a name, and go back to the list."""
    return answer_filters(request, ACCOUNTS)


@require_POST
@login_required
def saved_filter(request: SignedInRequest, filter_id: UUID) -> HttpResponse:
    """Rename, share or delete a filter of the user's own."""
    return answer_filter(request, ACCOUNTS, filter_id)
