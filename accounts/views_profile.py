"""The profile of an account: what is on file, edited in place section by section, and how the answers changed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.editing import fill_form, may_edit, save_section, take_up, was_changed_meanwhile
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame, agreement_rows, level_facts, profile_sections
from accounts.profile_forms import FORMS
from accounts.requests import SignedInRequest
from accounts.selectors import get_account
from accounts.suitability_history import read_revisions
from brokerage.errors import NotPermitted
from brokerage.web import render_page


@require_GET
@never_cache
@login_required
def account_profile(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what is on file of the holder: contact, identity, answers, disclosures, papers."""
    found = get_account(request.user, account_id)
    context = account_frame(found, "profile") | _profile(request, found)
    return render_page(request, "accounts/profile.html", fragment="accounts/_profile.html", context=context)


@require_GET
@never_cache
@login_required
def suitability_history(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the revisions of the suitability answers beside each other: who changed what, and when."""
    found = get_account(request.user, account_id)
    context = account_frame(found, "profile") | {"history": read_revisions(found)}
    return render_page(request, "accounts/suitability.html", fragment="accounts/_suitability.html", context=context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def profile_section(request: SignedInRequest, account_id: UUID, section: str) -> HttpResponse:
    """Show one section to read, or with `edit` its form; on POST save it, or say on its fields what is wrong."""
    if section not in FORMS:
        raise Http404
    found = get_account(request.user, account_id)
    if request.method == "GET" and "edit" not in request.GET:
        return _read(request, found, section)
    if not may_edit(request.user, found, section):
        raise NotPermitted(permission=f"edit {section}")
    form = fill_form(found, section, request.POST if request.method == "POST" else None)
    meanwhile: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        save_section(request.user, found, form)
        if form.is_valid():
            return _saved(request, account_id, section)
        if was_changed_meanwhile(form):
            meanwhile = take_up(form, get_account(request.user, account_id))
    context = account_frame(found, "profile") | {"form": form, "meanwhile": meanwhile}
    context["is_reviewed"] = found.is_active and bool(form.material())
    status = 422 if form.errors else 200
    return render_page(
        request, "accounts/section.html", fragment="accounts/_section_form.html", context=context, status=status
    )


def _saved(request: SignedInRequest, account_id: UUID, section: str) -> HttpResponse:
    if request.htmx:
        return _read(request, get_account(request.user, account_id), section)
    messages.success(request, f"{FORMS[section].heading}: saved.")
    return redirect("accounts:profile", account_id=account_id)


def _read(request: SignedInRequest, found: Account, section: str) -> HttpResponse:
    """Answer a section to read, as it stands in the profile; without script, the whole profile."""
    if not request.htmx:
        return redirect("accounts:profile", account_id=found.pk)
    context = account_frame(found, "profile") | _profile(request, found)
    context["section"] = next((one for one in context["sections"] if one.name == section), None)
    template = "accounts/_agreements.html" if section == "agreements" else "accounts/_section.html"
    return render(request, template, context | {"is_saved": request.method == "POST"})


def _profile(request: SignedInRequest, found: Account) -> dict[str, Any]:
    editable = {section for section in FORMS if may_edit(request.user, found, section)}
    return level_facts(found) | {
        "sections": profile_sections(found, editable),
        "may_reveal": request.user.may(Permission.REVEAL_IDENTITY),
        "can_sign": "agreements" in editable,
        "agreements": agreement_rows(found),
    }
