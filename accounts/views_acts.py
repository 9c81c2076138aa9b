"""What staff do with an account: decide on its opening, restrict it, close it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.act_forms import RESTRICTED, ClosingForm, DecisionForm, RestrictionForm
from accounts.choices import AccountStatus
from accounts.closing import Blocker
from accounts.listing import get_listed_account
from accounts.models import Account, AccountTerms
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.rules.decisions import outcomes_of
from accounts.services.closing import close_account, closing_blockers
from accounts.services.decisions import decide_opening
from accounts.services.restrictions import restrict_account
from brokerage.web import refusals_on

# Where what stands in the way of closing is solved: the part of the account's pages, and its name there.
SOLVED_AT = {
    "positions": ("positions", "Positions"),
    "cash": ("funding", "Funding"),
    "unsettled_cash": ("activities", "Activities"),
    "open_orders": ("orders", "Orders"),
    "transfers": ("funding", "Funding"),
    "journals": ("activities", "Activities"),
}


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def decide(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Ask for the decision on an account that waits for a person; on POST decide, or say why not."""
    found = get_listed_account(request.user, account_id)
    request.user.require(Permission.DECIDE_OPENINGS)
    form = DecisionForm(request.POST if request.method == "POST" else None, account=found)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            status = AccountStatus(form.cleaned_data["status_to"])
            reason = form.cleaned_data["reason"]
            decide_opening(actor=request.user, account_id=found.pk, status_to=status, reason=reason)
            messages.success(request, f"Decided: {status.label.lower()}.")
            return redirect("accounts:account", account_id=found.pk)
    context = {"form": form, "why_not": _why_not_decide(request, found)}
    return _page(request, found, "accounts/decide.html", form, context)


def _why_not_decide(request: SignedInRequest, found: Account) -> str:
    """Answer why this person cannot decide on this account now, or nothing where they can."""
    if not outcomes_of(AccountStatus(found.status)):
        return "Nothing waits for a decision: the account is in no status that a person decides on."
    terms = AccountTerms.objects.filter(account=found).first()
    if request.user.pk == found.opened_by_id or (terms is not None and request.user.pk in terms.makers):
        return "You entered what is to be decided on. Whoever enters something does not decide on it: ask a colleague."
    return ""


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def restrict(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what an account may not do; on POST change it, or say why not."""
    found = get_listed_account(request.user, account_id)
    request.user.require(Permission.RESTRICT_ACCOUNTS)
    now = {name: getattr(found, name, None) for name in RestrictionForm.base_fields}
    now["is_disabled"] = found.status == AccountStatus.DISABLED
    form = RestrictionForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            reason = form.cleaned_data["reason"]
            restrict_account(actor=request.user, account_id=found.pk, changes=form.changes(), reason=reason)
            messages.success(request, "The restrictions are saved.")
            return redirect("accounts:account", account_id=found.pk)
    context = {"form": form, "flags": [form[name] for name, _ in RESTRICTED]}
    return _page(request, found, "accounts/restrict.html", form, context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def close(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what stands in the way of closing an account, and where it is solved; on POST close it."""
    found = get_listed_account(request.user, account_id)
    request.user.require(Permission.CLOSE_ACCOUNTS)
    form = ClosingForm(request.POST if request.method == "POST" else None, account=found)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            close_account(actor=request.user, account_id=found.pk, reason=form.cleaned_data["reason"])
            messages.success(request, "The account is closed. It is kept as a record.")
            return redirect("accounts:account", account_id=found.pk)
    is_closed = found.status == AccountStatus.ACCOUNT_CLOSED
    blockers = [] if is_closed else [(one, *_solved_at(found, one)) for one in closing_blockers(found)]
    context = {"form": form, "is_closed": is_closed, "blockers": blockers}
    return _page(request, found, "accounts/close.html", form, context)


def _solved_at(found: Account, blocker: Blocker) -> tuple[str, str]:
    """Answer the URL at which a blocker is solved, and what that place is called."""
    part, name = SOLVED_AT.get(blocker.kind, ("", "Overview"))
    return f"/accounts/{found.pk}/{part}".rstrip("/"), name


def _page(
    request: SignedInRequest, found: Account, template: str, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    return render(request, template, account_frame(found, "") | context, status=422 if form.errors else 200)
