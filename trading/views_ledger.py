"""The ledger of all accounts: activities, what they come to, and the postings behind each."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.choices import UserKind
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, require_staff, saved_context
from accounts.selectors import list_correspondent_codes
from brokerage.web import render_page
from trading.choices import ActivityType
from trading.history_errors import LedgerTransactionNotFound
from trading.ledger_book import (
    PATH,
    beside,
    chips,
    find_one_account,
    list_activities,
    of_transaction,
    postings_of,
    read_filter,
    totals,
    with_balances,
)
from trading.ledger_export import LEDGER, activities_of
from trading.models import Assignment, Instruction
from trading.templatetags.activities import activity_words
from trading.views_blotter import lead_to_own

KEPT = SavedList("ledger", PATH, "Ledger", read_filter, LEDGER, activities_of)
TYPES = [(kind.value, activity_words(kind)) for kind in ActivityType]


@require_GET
@never_cache
@login_required
def ledger(request: SignedInRequest) -> HttpResponse:
    """List the activities of all accounts, newest first, as the URL filters and pages them."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:activities")
    wanted = read_filter(request.GET)
    page = list_activities(request.user, wanted, **place_in(request.GET))
    account = find_one_account(request.user, wanted)
    context = listed(request, wanted, page) | {
        "one_account": account,
        "lines": with_balances(account, page.rows),
        "chips": chips(wanted),
        "totals_url": wanted.url(f"{PATH}/totals"),
    }
    if not request.htmx:
        sees_all = request.user.sees_every_correspondent
        context |= {
            "types": TYPES,
            "correspondents": list_correspondent_codes(request.user) if sees_all else (),
            **saved_context(request, KEPT),
        }
    return render_page(request, "trading/ledger.html", fragment="trading/_ledger.html", context=context)


@require_GET
@never_cache
@login_required
def ledger_totals(request: SignedInRequest) -> HttpResponse:
    """Show what everything that the URL filters comes to, by type: the figures that an export ends with."""
    require_staff(request)
    wanted = read_filter(request.GET)
    found = totals(request.user, wanted)
    context = {
        "filters": wanted,
        "chips": chips(wanted),
        "totals": found,
        "rows": sum(one.rows for one in found),
        "net_amount": sum(one.net_amount for one in found),
    }
    template = "trading/ledger_totals.html"
    return render_page(request, template, fragment="trading/_ledger_totals.html", context=context)


@require_GET
@never_cache
@login_required
def ledger_transaction(request: SignedInRequest, transaction_id: UUID) -> HttpResponse:
    """Show one ledger transaction: what moved from whose book to whose, and what it belongs to."""
    require_staff(request)
    faces = of_transaction(request.user, transaction_id)
    if not faces:
        raise LedgerTransactionNotFound(transaction_id=transaction_id)
    first = faces[0]
    group = {"account": first.account_id, "group_id": first.group_id}
    context = {
        "transaction": first.transaction,
        "faces": faces,
        "postings": list(postings_of(request.user, first.transaction)),
        "beside": beside(first),
        "instruction": Instruction.objects.filter(**group).first() if first.group_id else None,
        "assignment": Assignment.objects.filter(**group).first() if first.group_id else None,
        "shows_correspondent": request.user.sees_every_correspondent,
    }
    return render_page(request, "trading/ledger_transaction.html", fragment="", context=context)
