"""Assignments: what fell to which account, what needs a person, and how all of it is allocated."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.choices import AllocationMethod, UserKind
from accounts.listing import get_listed_account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, saved_context
from accounts.selectors import list_correspondent_codes
from accounts.settings_selectors import broker_policy
from brokerage.web import redirect_page, refusals_on, render_page
from trading.assignments import (
    COLUMNS,
    PATH,
    STATES,
    AssignmentFilter,
    activities_of,
    assignments_of,
    chips,
    get_assignment,
    list_assignments,
    list_for_people,
    read_filter,
    sees_notices,
)
from trading.forms_assignments import DealingForm
from trading.models import Assignment
from trading.services.assignment_posting import deal_with
from trading.views_blotter import lead_to_own

KEPT = SavedList("assignments", PATH, "Assignments", read_filter, COLUMNS, assignments_of)


@require_GET
@never_cache
@login_required
def assignments(request: SignedInRequest) -> HttpResponse:
    """List the assignments of all accounts, newest first, and before them those that need a person."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:account_assignments")
    wanted = read_filter(request.GET)
    page = list_assignments(request.user, wanted, **place_in(request.GET))
    context = listed(request, wanted, page) | {"chips": chips(wanted)}
    if not request.htmx:
        context |= saved_context(request, KEPT) | {
            "for_people": list_for_people(request.user),
            "states": STATES.items(),
            "sees_notices": sees_notices(request.user),
            "may_import": _may_import(request),
            "correspondents": list_correspondent_codes(request.user) if request.user.sees_every_correspondent else (),
        }
    return render_page(request, "trading/assignments.html", fragment="trading/_assignments.html", context=context)


@require_GET
@never_cache
@login_required
def account_assignments(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """List the assignments of one account, newest first."""
    account = get_listed_account(request.user, account_id)
    page = list_assignments(request.user, AssignmentFilter(account=str(account.pk)), **place_in(request.GET))
    path = f"/accounts/{account.pk}/assignments"
    context = account_frame(account, "activities") | listed(request, AssignmentFilter(), page, path)
    context |= {"is_of_account": True}
    return render_page(
        request, "trading/assignments_account.html", fragment="trading/_assignments.html", context=context
    )


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def assignment(request: SignedInRequest, assignment_id: UUID) -> HttpResponse:
    """Show one assignment with what it posted; on POST write what a person did about it."""
    found = get_assignment(request.user, assignment_id)
    if request.method == "POST":
        request.user.require(Permission.RESTRICT_ACCOUNTS)
    form = DealingForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            deal_with(actor=request.user, assignment_id=found.pk, note=form.cleaned_data["note"])
            messages.success(request, "The note is kept. The assignment needs nobody any more.")
            return redirect_page(request, "trading:assignment", found.pk)
    return render(request, "trading/assignment.html", _facts(request, found, form), status=422 if form.errors else 200)


@require_GET
@never_cache
@login_required
def how_allocated(request: SignedInRequest) -> HttpResponse:
    """Tell customers and partners how assignments are allocated (FINRA 2360(b)(23)(C), AS-3, DS-5)."""
    method = AllocationMethod(broker_policy().allocation_method)
    context = {"method": method, "is_random": method == AllocationMethod.RANDOM}
    return render(request, "trading/how_allocated.html", context)


def _may_import(request: SignedInRequest) -> bool:
    return request.user.sees_every_correspondent and request.user.may(Permission.POST_ASSIGNMENTS)


def _facts(request: SignedInRequest, found: Assignment, form: DealingForm) -> dict[str, Any]:
    return {
        "assignment": found,
        "account": found.account,
        "activities": activities_of(found),
        "bought_back": found.missing.get(found.asset.symbol),
        "uncovered": {symbol: much for symbol, much in found.missing.items() if symbol != found.asset.symbol},
        "form": form,
        "may_deal": found.needs_person and request.user.may(Permission.RESTRICT_ACCOUNTS),
        "sees_notices": sees_notices(request.user),
        "is_customer": request.user.kind == UserKind.CUSTOMER,
    }
