"""Approved levels that wait to be looked at again: the list, one of them, and opening another (AA-17, SU-5)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.listing import get_listed_account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage import clock
from brokerage.web import redirect_page, refusals_on, render_page
from options.forms_review import LevelReviewForm, OpenReviewForm
from options.models import LevelReview
from options.request_screen import read_screen
from options.reviews import PATH, described, get_review, list_reviews, next_review, page_url, why_not
from options.services.level_reviews import decide_level_review, open_level_review


@require_GET
@never_cache
@login_required
def reviews(request: SignedInRequest) -> HttpResponse:
    """List the levels that wait to be looked at again, the longest waiting first."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = list_reviews(request.user, after=after, before=before)
    context = {
        "page": found,
        "rows": described(found.rows, now=clock.now()),
        "own_url": page_url(after=after, before=before),
        "previous_url": page_url(before=found.before) if found.before else "",
        "next_url": page_url(after=found.after) if found.after else "",
        "shows_correspondent": request.user.sees_every_correspondent,
    }
    return render_page(request, "options/reviews.html", fragment="options/_reviews.html", context=context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def review(request: SignedInRequest, review_id: UUID) -> HttpResponse:
    """Show one review; on POST keep or lower the level and go on to the next, or say why not."""
    found = get_review(request.user, review_id)
    if request.method == "POST":
        request.user.require(Permission.DECIDE_OPTIONS)
    form = LevelReviewForm(request.POST if request.method == "POST" else None, review=found)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            said = _decide(request, found, form)
            following = next_review(request.user, found)
            messages.success(request, said if following else f"{said} Nothing else waits here.")
            return redirect_page(request, f"{PATH}/{following.pk}" if following else PATH)
        found = get_review(request.user, review_id)
    following = next_review(request.user, found)
    context: dict[str, Any] = {
        "found": found,
        "account": found.account,
        "age": described([found], now=clock.now())[0].age,
        "why_not": why_not(request.user, found),
        "screen": read_screen(found, found.level, now=clock.now()),
        "form": form,
        "next_url": f"{PATH}/{following.pk}" if following else "",
        "shows_every_rule": request.GET.get("rules") == "all",
    }
    return render(request, "options/review.html", context, status=422 if form.errors else 200)


def _decide(request: SignedInRequest, found: LevelReview, form: LevelReviewForm) -> str:
    level = form.cleaned_data["level"]
    decide_level_review(
        actor=request.user,
        review_id=found.pk,
        level=level,
        reason_code=form.cleaned_data[form.code_name],
        reason=form.cleaned_data["reason"],
        seen=form.cleaned_data["seen_level"],
    )
    name = found.account.name
    if level == found.level:
        return f"Kept: {name} stays at level {level}."
    return f"Lowered: {name} is at level {level}." if level else f"Disabled: {name} has no options level."


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def open_review(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Ask why the level of an account is to be looked at again; on POST open the review and go there."""
    found = get_listed_account(request.user, account_id)
    request.user.require(Permission.DECIDE_OPTIONS)
    form = OpenReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            opened = open_level_review(actor=request.user, account_id=found.pk, reason=form.cleaned_data["reason"])
            messages.success(request, "The review is open.")
            return redirect("options:review", review_id=opened.pk)
    running = LevelReview.objects.visible_to(request.user).waiting().filter(account=found).first()
    context = account_frame(found, "options") | {"form": form, "running": running}
    return render(request, "options/review_open.html", context, status=422 if form.errors else 200)
