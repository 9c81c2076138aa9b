"""Ask for a level above the approved one; lower the level in force, switch it off, and raise it again."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import ChangedMeanwhile
from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame, answer_facts, newest_answers_of
from accounts.requests import SignedInRequest
from accounts.rules.editing import mark_of
from accounts.selectors import get_account
from accounts.services.onboarding import configuration_on_file, configure_account
from accounts.services.sections import answers_on_file
from brokerage.errors import NotPermitted
from brokerage.web import refusals_on
from options.account_pages import OptionsPage, act_of, highest_level, name_of, read_options_page
from options.application_timeline import outcome_of
from options.forms_account import CapForm, RequestForm
from options.services.applications import request_options_approval


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def apply(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what a request for a level would rest on, and what stands in its way; on POST ask for the level."""
    found = get_account(request.user, account_id)
    page, seen = read_options_page(request.user, found), mark_of(answers_on_file(found))
    if not page.allowed.request:
        raise NotPermitted(permission=Permission.REQUEST_OPTIONS.value)
    offered = [one.level for one in page.outlooks]
    wanted = {"level": request.GET.get("level", min(offered, default="")), "seen": seen}
    posted = request.POST if request.method == "POST" else None
    form = RequestForm(posted, initial=wanted, offered=offered, is_holder=page.allowed.is_holder)
    if form.is_valid():
        with refusals_on(form):
            asked = request_options_approval(
                actor=request.user, account_id=account_id, request=form.to_request(), seen=form.cleaned_data["seen"]
            )
            messages.success(request, f"{outcome_of(asked)}.")
            return redirect("options:account", account_id=account_id)
    if ChangedMeanwhile.message in form.non_field_errors():
        form.read_again(seen)
    context = _request_context(found, page, form, offered)
    return _page(request, found, "options/account_apply.html", context, form)


def _request_context(found: Account, page: OptionsPage, form: RequestForm, offered: list[int]) -> dict[str, Any]:
    level, cap = _chosen(form, offered), found.max_options_trading_level
    return {
        "form": form,
        "page": page,
        "level": level,
        "outlook": next((one for one in page.outlooks if one.level == level), None),
        "answers": answer_facts(newest_answers_of(found)),
        "capped_at": name_of(cap).lower() if level is not None and cap is not None and cap < level else "",
        "is_unknown": level is None and bool(offered),
        "is_waited": page.is_waited,
    }


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def change_level(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what another level would do; on POST put it in force, up to the one that is approved."""
    found = get_listed_account(request.user, account_id)
    page, seen = read_options_page(request.user, found), mark_of(configuration_on_file(found))
    if not page.allowed.configure:
        raise NotPermitted(permission=Permission.CONFIGURE_ACCOUNTS.value)
    posted = request.POST if request.method == "POST" else None
    form = CapForm(posted, initial={"level": request.GET.get("level", ""), "seen": seen}, account=found)
    if form.is_valid():
        with refusals_on(form):
            changes, mark = form.to_changes(), form.cleaned_data["seen"]
            changed = configure_account(actor=request.user, account_id=account_id, changes=changes, seen=mark)
            messages.success(request, f"In force now: {name_of(changed.options_trading_level).lower()}.")
            return redirect("options:account", account_id=account_id)
    if ChangedMeanwhile.message in form.non_field_errors():
        form.read_again(seen)
    highest = highest_level(found)
    level = _chosen(form, list(range(highest + 1)))
    context = {
        "form": form,
        "highest": highest,
        "page": page,
        "level": level,
        "title": "Change the level" if level is None else act_of(level, since=found.options_trading_level),
        "is_in_force": level == found.options_trading_level,
        "is_higher": level is not None and level > found.options_trading_level,
        "is_unknown": level is None and "level" in request.GET,
    }
    return _page(request, found, "options/account_level.html", context, form)


def _chosen(form: forms.Form, offered: list[int]) -> int | None:
    """Answer the level that is asked about, where it is one that is offered."""
    return next((level for level in offered if str(level) == str(form["level"].value()).strip()), None)


def _page(
    request: SignedInRequest, found: Account, template: str, context: dict[str, Any], form: forms.Form
) -> HttpResponse:
    status = 422 if form.errors or context["is_unknown"] else 200
    return render(request, template, account_frame(found, "options") | context, status=status)
