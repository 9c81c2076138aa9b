"""One request for a level: what is judged, what may be done with it, and on to the next of the queue."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from brokerage import clock
from brokerage.web import redirect_page, refusals_on, render_page
from options.choices import ApplicationStatus, ReasonCode, ReviewAct
from options.forms_review import AssignForm, ReopenForm, VerdictForm
from options.models import OptionsApplication
from options.queue import QueueFilter, describe, get_request, next_request, read_filter
from options.request_screen import read_screen, read_steps
from options.request_standing import standing_of
from options.services.review import (
    ask_applicant,
    assign_application,
    claim_application,
    decide_application,
    release_application,
    reopen_application,
)

REQUESTS = "/options/requests"


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def request_page(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Show one request; on POST decide on it and go on to the next of the queue, or say why not."""
    found = get_request(request.user, application_id)
    if request.method == "POST":
        request.user.require(Permission.DECIDE_OPTIONS)
    form = VerdictForm(request.POST if request.method == "POST" else None, application=found)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            said = _decide(request, found, form)
            return _go_on(request, found, said)
        found = get_request(request.user, application_id)
    return _page(request, found, verdict=form)


def _decide(request: SignedInRequest, found: OptionsApplication, form: VerdictForm) -> str:
    """Decide, or ask the applicant, and answer in a sentence what was done."""
    verdict = form.to_verdict()
    name = found.account.name
    if verdict.act is ReviewAct.ASKED:
        ask_applicant(
            actor=request.user, application_id=found.pk, reason_code=verdict.reason_code, question=verdict.reason
        )
        return f"Asked: {name} gets the question."
    decided = decide_application(actor=request.user, application_id=found.pk, verdict=verdict)
    if decided.status == ApplicationStatus.PENDING:
        return f"The first of two approvals is given: level {verdict.level} for {name} waits for another principal."
    if decided.status == ApplicationStatus.REJECTED:
        return f"Rejected: {name} does not get level {decided.requested_level}."
    return f"Approved: level {decided.approved_level} for {name}."


def _go_on(request: SignedInRequest, found: OptionsApplication, said: str) -> HttpResponse:
    """Lead on to the next request of the same queue, or back to the queue when nothing waits there."""
    wanted = read_filter(request.GET)
    following = next_request(request.user, wanted, found)
    messages.success(request, said if following else f"{said} Nothing else waits here.")
    return redirect_page(request, request_url(wanted, following) if following else wanted.url())


def request_url(wanted: QueueFilter, application: OptionsApplication) -> str:
    """Answer the URL of a request that leads on through the queue as `wanted` filters it."""
    return wanted.url(f"{REQUESTS}/{application.pk}")


@require_POST
@login_required
def claim(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Claim a request, or say who works on it."""
    return _act(request, application_id, forms.Form(request.POST), claim_application, "You work on this request.")


@require_POST
@login_required
def release(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Give a request back to the queue."""
    return _act(request, application_id, forms.Form(request.POST), release_application, "Released to the queue.")


@require_POST
@login_required
def assign(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Hand a request to a colleague, or take it over."""
    request.user.require(Permission.DECIDE_OPTIONS)
    found = get_request(request.user, application_id)
    form = AssignForm(request.POST, reviewers=standing_of(request.user, found).reviewers)
    if form.is_valid():
        with refusals_on(form):
            assigned = assign_application(actor=request.user, application_id=found.pk, to=form.cleaned_data["to"])
            messages.success(request, f"{assigned.claimed_by} works on this request.")
            return redirect_page(request, request_url(read_filter(request.GET), found))
        found = get_request(request.user, application_id)
    return _page(request, found, assign=form)


@require_POST
@login_required
def reopen(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Open a decision again, or say why not."""
    request.user.require(Permission.DECIDE_OPTIONS)
    found = get_request(request.user, application_id)
    form = ReopenForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            reopen_application(
                actor=request.user,
                application_id=found.pk,
                reason_code=ReasonCode(form.cleaned_data["reason_code"]),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, "The request is open again. The level stays as it is until it is decided.")
            return redirect_page(request, request_url(read_filter(request.GET), found))
        found = get_request(request.user, application_id)
    return _page(request, found, reopen=form)


def _act(request: SignedInRequest, application_id: UUID, form: forms.Form, act: Any, said: str) -> HttpResponse:
    """Do one act that needs nothing but the request, and show the request again."""
    request.user.require(Permission.DECIDE_OPTIONS)
    found = get_request(request.user, application_id)
    if form.is_valid():
        with refusals_on(form):
            act(actor=request.user, application_id=found.pk)
            messages.success(request, said)
            return redirect_page(request, request_url(read_filter(request.GET), found))
    return _page(request, get_request(request.user, application_id), act=form)


def _page(request: SignedInRequest, found: OptionsApplication, **given: forms.Form) -> HttpResponse:
    """Show a request; forms that were given carry what was entered and what was refused."""
    wanted = read_filter(request.GET)
    now = clock.now()
    standing = standing_of(request.user, found)
    is_pending = found.status == ApplicationStatus.PENDING
    context: dict[str, Any] = {
        "found": found,
        "account": found.account,
        "is_pending": is_pending,
        "waiting": describe(found, now=now),
        "standing": standing,
        "query": wanted.query_string,
        "back_url": wanted.url(),
        "steps": read_steps(found),
        "said": [said for form in given.values() for said in form.non_field_errors()],
    }
    if not request.htmx:
        following = next_request(request.user, wanted, found)
        context |= {
            "screen": read_screen(found, found.requested_level, now=now),
            "next_url": request_url(wanted, following) if following else "",
            "verdict_form": given.get("verdict") or VerdictForm(application=found),
            "assign_form": given.get("assign") or AssignForm(reviewers=standing.reviewers),
            "reopen_form": given.get("reopen") or ReopenForm(),
            "shows_every_rule": request.GET.get("rules") == "all",
            "all_url": wanted.url(request.path, rules="all"),
        }
    status = 422 if any(form.errors for form in given.values()) else 200
    return render_page(
        request, "options/request.html", fragment="options/_request_head.html", context=context, status=status
    )
