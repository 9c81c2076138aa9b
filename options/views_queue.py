"""The queue of requests for a level: the list, how many wait, and what is done with several at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.selectors import list_correspondent_codes
from brokerage import clock
from brokerage.web import refusals_on, render_page
from options.choices import ReasonCode
from options.forms_review import RejectManyForm
from options.models import OptionsApplication
from options.queue import (
    MOST_COUNTED,
    PAGE_SIZE,
    PATH,
    RULES,
    WHOSE,
    QueueFilter,
    chips,
    count_waiting,
    described,
    list_queue,
    read_filter,
    require_look,
)
from options.rules.approval_rules import LEVELS
from options.services.review import BulkOutcome, claim_applications, reject_applications


@require_GET
@never_cache
@login_required
def queue(request: SignedInRequest) -> HttpResponse:
    """List the requests that wait for a principal, oldest first, as the URL filters and pages them."""
    return _queue_page(request, read_filter(request.GET), page=request.GET)


@require_GET
@never_cache
@login_required
def queue_count(request: SignedInRequest) -> HttpResponse:
    """Say how many requests wait: a part of the navigation that comes after the page."""
    number = count_waiting(request.user)
    context = {"number": min(number, MOST_COUNTED), "is_more": number > MOST_COUNTED}
    return render_page(request, "options/queue_count.html", fragment="options/_queue_count.html", context=context)


@require_POST
@login_required
def claim_many(request: SignedInRequest) -> HttpResponse:
    """Claim each request that is selected, and say of each what came of it."""
    selected = _selected(request)
    outcomes = claim_applications(actor=request.user, application_ids=selected) if selected else []
    return _told(request, outcomes, done="Claimed", nothing="" if selected else "Select the requests to claim.")


@require_POST
@login_required
def reject_many(request: SignedInRequest) -> HttpResponse:
    """Reject each request that is selected for one reason, and say of each what came of it."""
    selected = _selected(request)
    form = RejectManyForm(request.POST)
    if not selected or not form.is_valid():
        return _told(request, [], done="", nothing="" if selected else "Select the requests to reject.", form=form)
    with refusals_on(form):
        outcomes = reject_applications(
            actor=request.user,
            application_ids=selected,
            reason_code=ReasonCode(form.cleaned_data["reason_code"]),
            reason=form.cleaned_data["reason"],
        )
        return _told(request, outcomes, done="Rejected", nothing="")
    return _told(request, [], done="", nothing="", form=form)


def _selected(request: SignedInRequest) -> list[UUID]:
    """Answer the requests that were selected on the page, each once; what is no id was not on it."""
    request.user.require(Permission.DECIDE_OPTIONS)
    found: list[UUID] = []
    for text in request.POST.getlist("selected")[:PAGE_SIZE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Told:
    """What came of one request: which it is, what was done, or why it was not."""

    name: str
    number: str
    url: str
    said: str
    refusal: str


def _told(
    request: SignedInRequest,
    outcomes: Sequence[BulkOutcome],
    *,
    done: str,
    nothing: str,
    form: RejectManyForm | None = None,
) -> HttpResponse:
    """Show the queue again with what came of each request, or with what is missing."""
    wanted = read_filter(QueryDict(request.POST.get("filter", "")))
    seen = (
        OptionsApplication.objects.visible_to(request.user)
        .select_related("account")
        .only("account__name", "account__account_number")
    )
    accounts = {one.pk: one.account for one in seen.filter(pk__in=[one.application_id for one in outcomes])}
    told = [
        Told(
            name=accounts[one.application_id].name if one.application_id in accounts else "A request",
            number=accounts[one.application_id].account_number if one.application_id in accounts else "",
            url=wanted.url(f"/options/requests/{one.application_id}"),
            said=done,
            refusal=one.refusal,
        )
        for one in outcomes
    ]
    context: dict[str, Any] = {
        "told": told,
        "done_count": sum(not one.refusal for one in told),
        "done": done.lower(),
        "nothing": nothing,
    }
    if form is not None:
        context |= {"reject_form": form, "selected": set(request.POST.getlist("selected"))}
    return _queue_page(request, wanted, page=request.POST, status=200 if outcomes else 422, extra=context)


def _queue_page(
    request: SignedInRequest,
    wanted: QueueFilter,
    *,
    page: QueryDict,
    status: int = 200,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    require_look(request.user)
    after, before = page.get("after", ""), page.get("before", "")
    found = list_queue(request.user, wanted, after=after, before=before)
    sees_all = request.user.sees_every_correspondent
    context: dict[str, Any] = {
        "filters": wanted,
        "page": found,
        "after": after,
        "before": before,
        "own_url": wanted.url(after=after, before=before),
        "rows": described(found.rows, now=clock.now()),
        "previous_url": wanted.url(before=found.before) if found.before else "",
        "next_url": wanted.url(after=found.after) if found.after else "",
        "chips": chips(wanted),
        "shows_correspondent": sees_all,
        "may_decide": request.user.may(Permission.DECIDE_OPTIONS),
        "reject_form": RejectManyForm(),
        "queue_url": PATH,
    }
    if not request.htmx:
        correspondents = list_correspondent_codes(request.user) if sees_all else ()
        levels = [(str(one), f"Level {one}") for one in LEVELS]
        context |= {"whose": WHOSE, "levels": levels, "rules": RULES, "correspondents": correspondents}
    return render_page(
        request,
        "options/queue.html",
        fragment="options/_queue.html",
        context=context | (extra or {}),
        status=status,
    )
