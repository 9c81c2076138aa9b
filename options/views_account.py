"""The pages of an account's options: what is in force, the agreement, the answers, a question."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.editing import fill_form, may_edit, save_section, take_up, was_changed_meanwhile
from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.selectors import get_account
from accounts.settings_selectors import broker_policy
from brokerage.errors import NotPermitted
from brokerage.origin import client_ip
from brokerage.web import refusals_on, render_page
from options.account_pages import read_options_page, read_papers, what_may
from options.agreement_errors import AgreementTextChanged
from options.forms_account import ReplyForm, SignatureForm
from options.level_outlook import OFFERED
from options.review_errors import NothingAsked
from options.rules.agreements import DISCLOSURE_DOCUMENT, read_blocks
from options.services.agreements import sign_options_agreement, signer_of, text_in_force
from options.services.review import answer_question


@require_GET
@never_cache
@login_required
def account_options(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the options level of an account and why, what each level allows, the request, and the papers."""
    found = get_listed_account(request.user, account_id)
    context = account_frame(found, "options") | {"page": read_options_page(request.user, found)}
    return render_page(request, "options/account.html", fragment="options/_account.html", context=context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def agreement(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the options agreement to read; on POST the holder signs it as it was read."""
    found = get_listed_account(request.user, account_id)
    allowed, text = what_may(request.user, found), text_in_force()
    if request.method == "POST" and not allowed.sign:
        raise NotPermitted(permission=Permission.SIGN_AGREEMENTS.value)
    form = SignatureForm(request.POST if request.method == "POST" else None, initial={"seen": text.digest})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            signature = form.to_signature(client_ip(request))
            sign_options_agreement(actor=request.user, account_id=account_id, signature=signature)
            messages.success(request, "The options agreement is signed.")
            return redirect("options:account", account_id=account_id)
    if AgreementTextChanged.message in form.non_field_errors():
        form.read_again(text.digest)
    context = {
        "form": form,
        "allowed": allowed,
        "text": text,
        "blocks": read_blocks(text.text),
        "papers": read_papers(found),
        "document_url": DISCLOSURE_DOCUMENT,
        "signer": signer_of(found) if allowed.sign else None,
        "may_record": may_edit(request.user, found, "agreements"),
        "allocation": broker_policy().get_allocation_method_display(),
    }
    return _page(request, found, "options/account_agreement.html", context, form.errors)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def answers(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the suitability questions with what is on file; on POST keep the answers as a new revision."""
    found = get_account(request.user, account_id)
    if not may_edit(request.user, found, "suitability"):
        raise NotPermitted(permission=Permission.ANSWER_SUITABILITY.value)
    form = fill_form(found, "suitability", request.POST if request.method == "POST" else None)
    meanwhile: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        save_section(request.user, found, form)
        if form.is_valid():
            messages.success(request, "The answers are saved.")
            return _back_from_answers(request, account_id)
        if was_changed_meanwhile(form):
            meanwhile = take_up(form, get_account(request.user, account_id))
    page = read_options_page(request.user, found)
    context = {"form": form, "meanwhile": meanwhile, "page": page, "level": request.GET.get("level", "")}
    return _page(request, found, "options/account_answers.html", context, form.errors)


def _back_from_answers(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Go on to the request that the answers were looked at for, or back to the options."""
    level = request.GET.get("level", "")
    if level in map(str, OFFERED) and request.user.may(Permission.REQUEST_OPTIONS):
        return redirect(f"/accounts/{account_id}/options/apply?level={level}")
    return redirect("options:account", account_id=account_id)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def reply(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what the applicant is asked about the request that waits; on POST keep the answer."""
    found = get_listed_account(request.user, account_id)
    page = read_options_page(request.user, found)
    if not page.allowed.request:
        raise NotPermitted(permission=Permission.REQUEST_OPTIONS.value)
    if page.followed is None or not page.followed.question:
        raise NothingAsked
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            application_id, answer = page.followed.application.pk, form.cleaned_data["answer"]
            answer_question(actor=request.user, application_id=application_id, answer=answer)
            messages.success(request, "The answer is sent. The request goes on.")
            return redirect("options:account", account_id=account_id)
    context = {"form": form, "page": page}
    return _page(request, found, "options/account_reply.html", context, form.errors)


def _page(
    request: SignedInRequest, found: Account, template: str, context: dict[str, Any], faults: Any
) -> HttpResponse:
    return render(request, template, account_frame(found, "options") | context, status=422 if faults else 200)
