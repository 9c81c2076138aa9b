"""The settings pages: a correspondent's own, and for the broker's administrators everybody's."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import AllocationMethod
from accounts.forms_settings import AllocationForm, SettingsForm
from accounts.key_selectors import correspondents_visible_to
from accounts.models import Correspondent
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.services.settings import (
    SettingsOutcome,
    change_settings,
    decide_settings_proposal,
    principals_of,
    propose_allocation_method,
    settings_of,
)
from accounts.settings_selectors import (
    broker_policy,
    get_managed_correspondent,
    settings_history,
    waiting_proposals,
)
from brokerage.errors import BrokerageError
from brokerage.web import redirect_page, refusals_on


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def own_settings(request: SignedInRequest) -> HttpResponse:
    """Show a correspondent's administrator its settings, and the broker's those of all."""
    request.user.require(Permission.MANAGE_SETTINGS)
    if request.user.sees_every_correspondent:
        return _overview(request)
    return correspondent_settings(request, get_managed_correspondent(request.user).code)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def correspondent_settings(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a correspondent's settings with their history; on POST change them."""
    found = get_managed_correspondent(request.user, code)
    form = SettingsForm(request.POST or None, settings=settings_of(found), principals=principals_of(found))
    if form.is_valid():
        with refusals_on(form):
            outcome = change_settings(
                actor=request.user,
                correspondent_id=found.pk,
                wanted=form.to_settings(),
                seen=form.cleaned_data["seen"],
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _said(outcome))
            return redirect_page(request, "accounts:correspondent_settings", code)
    return _settings_page(request, found, form)


@require_POST
@never_cache
@login_required
def allocation_method(request: SignedInRequest) -> HttpResponse:
    """Propose how assignments are allocated: another of the broker's administrators confirms it."""
    form = AllocationForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            proposal = propose_allocation_method(
                actor=request.user,
                method=AllocationMethod(form.cleaned_data["method"]),
                seen=AllocationMethod(form.cleaned_data["seen"]),
                reason=form.cleaned_data["reason"],
            )
            waits = "It waits for a second administrator and is not in force yet."
            messages.success(request, waits if proposal else "Nothing was changed.")
            return redirect_page(request, "accounts:settings")
    return _overview(request, form)


@require_POST
@never_cache
@login_required
def decide_proposal(request: SignedInRequest, proposal_id: int) -> HttpResponse:
    """Put a change that waits into force, or turn it down."""
    is_accepted = request.POST.get("decision") == "accept"
    try:
        proposal = decide_settings_proposal(actor=request.user, proposal_id=proposal_id, is_accepted=is_accepted)
    except BrokerageError as refusal:
        if refusal.http_status in (403, 404):
            raise
        messages.error(request, f"Nothing was changed: {refusal}.")
        return redirect_page(request, "accounts:settings")
    messages.success(request, "The change is in force." if is_accepted else "The change was turned down.")
    if proposal.correspondent is None:
        return redirect_page(request, "accounts:settings")
    return redirect_page(request, "accounts:correspondent_settings", proposal.correspondent.code)


def _overview(request: SignedInRequest, form: Form | None = None) -> HttpResponse:
    method = broker_policy().allocation_method
    context = {
        "correspondents": correspondents_visible_to(request.user),
        "proposals": waiting_proposals(request.user),
        "form": form or AllocationForm(initial={"method": method, "seen": method}),
    }
    return render(request, "accounts/settings/overview.html", context, status=422 if form else 200)


def _settings_page(request: SignedInRequest, found: Correspondent, form: SettingsForm) -> HttpResponse:
    is_brokers = request.user.sees_every_correspondent
    waiting = [line for line in waiting_proposals(request.user) if line.proposal.correspondent_id == found.pk]
    context: dict[str, Any] = {
        "correspondent": found,
        "form": form,
        "proposals": waiting,
        "history": settings_history(request.user, found),
        "allocation": AllocationMethod(broker_policy().allocation_method).label,
        "is_brokers": is_brokers,
    }
    return render(request, "accounts/settings/settings.html", context, status=422 if form.errors else 200)


def _said(outcome: SettingsOutcome) -> str:
    if outcome.waiting and outcome.changed:
        return "Saved. What loosens a setting waits for a second person."
    if outcome.waiting:
        return "This loosens a setting: it waits for a second person and is not in force yet."
    return "The settings are saved." if outcome.changed else "Nothing was changed."
